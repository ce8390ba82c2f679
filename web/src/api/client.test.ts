import { afterEach, describe, expect, test, vi } from 'vitest';
import { api, ApiError, configureApi, url } from './client';
import { keptHeader, lineHeld, lineHolds } from './line';

const signedOut = vi.fn();
configureApi({ language: () => 'zh-TW', onSignedOut: signedOut });

function answer(status: number, body: string) {
  const fetch = vi.fn<typeof globalThis.fetch>(async () => new Response(status === 204 ? null : body, { status }));
  vi.stubGlobal('fetch', fetch);
  return fetch;
}

afterEach(() => {
  vi.unstubAllGlobals();
  signedOut.mockClear();
});

test('url leaves out what is empty', () => {
  expect(url('/apps', { where: "a == 'b'", q: '', limit: 5, after: undefined })).toBe('/api/apps?where=a+%3D%3D+%27b%27&limit=5');
});

test('sends language, rev and operation key', async () => {
  const fetch = answer(200, '{"ok":true}');
  expect(await api.patch('/records/1', { data: {} }, { ifMatch: 7, key: 'op' })).toEqual({ ok: true });
  const [path, request] = fetch.mock.calls[0]!;
  expect(path).toBe('/api/records/1');
  expect(request).toMatchObject({
    method: 'PATCH', body: '{"data":{}}',
    headers: { 'Accept-Language': 'zh-TW', 'If-Match': '"7"', 'Idempotency-Key': 'op', 'Content-Type': 'application/json' },
  });
});

test('knows whether the server was reached', async () => {
  const ask = () => api.get('/x').catch(() => undefined);
  for (const [status, body, headers, reached] of [
    [200, '{}', {}, true], [200, '<html>sign in to the hotspot', {}, false], [204, '', {}, true], [502, '<html>bad gateway', {}, false], [503, '{"error":{"code":"busy"}}', {}, true], [404, 'no page', {}, true],
    [200, '{}', { [keptHeader]: '1' }, false],
  ] as const) {
    vi.stubGlobal('fetch', async () => new Response(status === 204 ? null : body, { status, headers }));
    lineHolds(!reached);
    await ask();
    expect(lineHeld(), `${status} ${body}`).toBe(reached);
  }
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('no line')));
  await ask();
  expect(lineHeld()).toBe(false);
});

describe('errors', () => {
  const failure = async () => {
    try {
      await api.get('/x');
    } catch (error) {
      return error as ApiError;
    }
    throw new Error('nothing failed');
  };

  test('carry code, details and the current state', async () => {
    answer(412, '{"error":{"code":"rev.changed","message":"有人改了","details":[{"path":"/data/a","code":"changed","message":"m"}],"current":{"a":{"mine":1,"theirs":2}}}}');
    expect(await failure()).toMatchObject({ status: 412, code: 'rev.changed', message: '有人改了', details: [{ path: '/data/a' }], current: { a: { mine: 1, theirs: 2 } } });
  });

  test('a body that is no error still is one', async () => {
    answer(502, '<html>bad gateway</html>');
    expect(await failure()).toMatchObject({ status: 502, code: 'http.502' });
  });

  test('no answer has status 0', async () => {
    vi.stubGlobal('fetch', vi.fn().mockRejectedValue(new TypeError('failed')));
    expect(await failure()).toMatchObject({ status: 0, code: 'network' });
  });

  test('the page of a hotspot is no answer', async () => {
    answer(200, '<html>Welcome to our Wi-Fi</html>');
    expect(await failure()).toMatchObject({ status: 0, code: 'network' });
  });

  // It was an unknown error once, and what was kept to be sent again was called refused.
  test.each(['/x', '/file'])('an answer cut off in the middle is none: %s', async (path) => {
    const cut = () => new ReadableStream({
      start(c) {
        c.enqueue(new TextEncoder().encode('{"id":'));
      },
      pull(c) {
        c.error(new TypeError('Failed to fetch'));
      },
    });
    vi.stubGlobal('fetch', vi.fn(async () => new Response(cut(), { status: 200 })));
    const asked = path === '/x' ? api.get(path) : api.download(path, {});
    await expect(asked).rejects.toMatchObject({ status: 0, code: 'network' });
  });

  test('a lost session is told, a wrong password is not', async () => {
    answer(401, '{"error":{"code":"session.none","message":""}}');
    await failure();
    expect(signedOut).toHaveBeenCalledOnce();
    answer(401, '{"error":{"code":"login.failed","message":""}}');
    await failure();
    expect(signedOut).toHaveBeenCalledOnce();
  });
});
