// @vitest-environment node
import { beforeEach, expect, test } from 'vitest';
import { appCache, isPage, Keeper, ownCache, type Build } from './keeper';

const origin = 'https://sales.example';

class Store {
  readonly held = new Map<string, Response>();
  path = (r: RequestInfo | URL) => new URL(r instanceof Request ? r.url : String(r), origin).pathname;
  match = (r: RequestInfo | URL) => Promise.resolve(this.held.get(this.path(r))?.clone());
  put = (r: RequestInfo | URL, response: Response) => Promise.resolve(void this.held.set(this.path(r), response));
  delete = (r: RequestInfo | URL) => Promise.resolve(this.held.delete(this.path(r)));
  keys = () => Promise.resolve([...this.held.keys()].map((p) => new Request(origin + p)));
}

const stores = new Map<string, Store>();
const caches = {
  open: (name: string) => {
    if (!stores.has(name)) stores.set(name, new Store());
    return Promise.resolve(stores.get(name) as unknown as Cache);
  },
  delete: (name: string) => Promise.resolve(stores.delete(name)),
  keys: () => Promise.resolve([...stores.keys()]),
};

/** What the server answers by path: text with status 200, a status, a promise of an answer; without one the line is down. */
let server: Record<string, string | number | Promise<Response>>;
let asked: string[];
let givesUp: () => void;

const host = {
  caches, origin,
  fetch: (request: Request | string) => {
    const path = new URL(typeof request === 'string' ? request : request.url, origin).pathname;
    asked.push(path);
    const answer = server[path];
    if (answer === undefined) return Promise.reject(new TypeError('no line'));
    if (answer instanceof Promise) return answer;
    return Promise.resolve(typeof answer === 'number' ? new Response('', { status: answer }) : new Response(answer));
  },
  patience: () => new Promise<void>((end) => {
    givesUp = end;
  }),
};

const build = (n: number): Build => ({ page: [`/assets/app-${n}.js`], first: [`/assets/app-${n}.js`, '/assets/form.js'], all: [`/assets/app-${n}.js`, '/assets/form.js', '/assets/chart.js', '/assets/worker.js', '/assets/rules.wasm'], rules: ['/assets/worker.js', '/assets/rules.wasm'] });
const files = (n: number) => ({ '/': `page ${n} /assets/app-${n}.js`, [`/assets/app-${n}.js`]: `app ${n}`, '/assets/form.js': 'form', '/assets/chart.js': 'chart', '/assets/worker.js': 'worker', '/assets/rules.wasm': 'rules' });
const me = (id: string, seeing = false) => JSON.stringify({ user: { id }, ...(seeing ? { seeing: { by: 'admin' } } : {}) });

const get = (path: string, headers: Record<string, string> = {}) => new Request(origin + path, { headers });
/** A request for a page, which only browsers can make. */
const visit = (path: string) => Object.defineProperty(get(path), 'mode', { value: 'navigate' });
const text = async (answer: Promise<Response> | undefined) => (await answer)?.text();
const held = (name: string) => [...(stores.get(name)?.held.keys() ?? [])].sort();

beforeEach(() => {
  stores.clear();
  server = {};
  asked = [];
});

async function installed(n = 1): Promise<Keeper> {
  Object.assign(server, files(n));
  const keeper = new Keeper(host, build(n));
  await keeper.install();
  await keeper.activate();
  return keeper;
}

test('the app starts without a line', async () => {
  const keeper = await installed();
  server = {};
  expect(await text(keeper.answer(visit('/a/b2b/new/deal')))).toBe('page 1 /assets/app-1.js');
  expect(await text(keeper.answer(get('/assets/form.js')))).toBe('form');
  await expect(keeper.answer(get('/assets/chart.js'))).rejects.toThrow('no line');
  expect(keeper.answer(get('/assets/o-outside.js'))).toBeUndefined();
});

test('the server’s page comes first, and the kept one where somebody else answers for it, or nobody in time', async () => {
  const keeper = await installed();
  server['/'] = 'newer';
  expect(await text(keeper.answer(visit('/')))).toBe('newer');
  server['/'] = 502;
  expect(await text(keeper.answer(visit('/')))).toContain('page 1');
  server['/'] = new Promise(() => {});
  const page = text(keeper.answer(visit('/')));
  await expect.poll(() => givesUp).toBeDefined();
  givesUp();
  expect(await page).toContain('page 1');
});

test('a build is taken in whole or not at all, and an older one makes way', async () => {
  await installed(1);
  await installed(1).then((k) => k.answer(get('/assets/chart.js')));
  // While servers are being replaced, the page may be one build's and this worker the other's.
  const next = new Keeper(host, build(2));
  server['/assets/app-2.js'] = 'app 2';
  await expect(next.install()).rejects.toThrow('another build');
  expect(await text(next.answer(visit('/')))).toContain('page 1');
  Object.assign(server, files(2));
  delete server['/assets/app-2.js'];
  await expect(next.install()).rejects.toThrow();
  stores.set('pipewright-old', new Store());
  await installed(2);
  expect(held(appCache)).toEqual(['/', '/assets/app-2.js', '/assets/chart.js', '/assets/form.js']);
  expect([...stores.keys()]).not.toContain('pipewright-old');
});

test('what the server says wins; what is kept is marked', async () => {
  const keeper = await installed();
  Object.assign(server, { '/api/me': me('li'), '/api/apps/b2b/model': 'one' });
  await keeper.answer(get('/api/me'));
  await keeper.answer(get('/api/apps/b2b/model'));
  server['/api/apps/b2b/model'] = 'two';
  const fresh = await keeper.answer(get('/api/apps/b2b/model'));
  expect([await fresh?.text(), fresh?.headers.get('Pipewright-Kept')]).toEqual(['two', null]);
  for (const gone of [undefined, 503]) {
    if (gone === undefined) delete server['/api/apps/b2b/model'];
    else server['/api/apps/b2b/model'] = gone;
    const kept = await keeper.answer(get('/api/apps/b2b/model'));
    expect([await kept?.text(), kept?.headers.get('Pipewright-Kept')]).toEqual(['two', '1']);
  }
  await expect(keeper.answer(get('/api/apps'))).rejects.toThrow('no line');
});

test('no record is kept, nor what goes another way', async () => {
  const keeper = await installed();
  for (const request of [get('/api/records/DEAL1'), get('/api/apps/b2b/forms/deal/records'), get('/api/home'), get('/api/files/F1'), get('/api/me?x=1'), new Request(`${origin}/api/me`, { method: 'PATCH' }), visit('/p/token'), visit('/t/token'), visit('/sandbox/1/li/'), visit('/api/oidc/start'), new Request('https://other.example/')]) {
    expect(keeper.answer(request), request.url).toBeUndefined();
  }
  expect([isPage('/'), isPage('/a/b2b/board/deal'), isPage('/icon.svg'), isPage('/metrics')]).toEqual([true, true, false, false]);
});

test('nothing of a person is left for the next one', async () => {
  const keeper = await installed();
  Object.assign(server, { '/api/me': me('li'), '/api/apps': 'li’s', '/api/logout': '{}' });
  const signIn = async () => {
    await keeper.answer(get('/api/me'));
    await keeper.answer(get('/api/apps'));
    expect(held(ownCache)).toEqual(['/api/apps', '/api/me']);
  };
  // Signing out; also an answer that was on its way meanwhile.
  await signIn();
  let arrive: (r: Response) => void = () => {};
  server['/api/me'] = new Promise((done) => {
    arrive = done;
  });
  const late = keeper.answer(get('/api/me'));
  await keeper.answer(new Request(`${origin}/api/logout`, { method: 'POST' }));
  arrive(new Response(me('li')));
  await late;
  expect(held(ownCache)).toEqual([]);
  // The session has ended.
  server['/api/me'] = me('li');
  await signIn();
  server['/api/apps'] = 401;
  await keeper.answer(get('/api/apps'));
  expect(held(ownCache)).toEqual([]);
  // Somebody else signs in.
  Object.assign(server, { '/api/apps': 'li’s' });
  await signIn();
  server['/api/me'] = me('chen');
  await keeper.answer(get('/api/me'));
  expect(held(ownCache)).toEqual(['/api/me']);
  // An admin sees as somebody.
  server['/api/me'] = me('li', true);
  await keeper.answer(get('/api/me'));
  expect(held(ownCache)).toEqual([]);
  await keeper.answer(get('/api/apps'));
  expect(keeper.answer(get('/api/apps', { 'Pipewright-Seeing': 'li' }))).toBeUndefined();
  expect(held(ownCache)).toEqual([]);
});

test('what a first visit loaded by itself is taken in after it', async () => {
  const keeper = await installed();
  Object.assign(server, { '/api/me': me('li'), '/api/apps': 'apps', '/api/apps/b2b/model': 'model', '/api/home': 'private' });
  asked = [];
  await keeper.loaded(['/api/apps/b2b/model', '/api/home', '/api/me', '/assets/form.js', '/assets/unknown.js']);
  expect(held(appCache)).toEqual(['/', '/assets/app-1.js', '/assets/form.js', '/assets/rules.wasm', '/assets/worker.js']);
  expect(held(ownCache)).toEqual(['/api/apps/b2b/model', '/api/me']);
  expect(asked).not.toContain('/api/home');
  asked = [];
  await keeper.loaded(['/api/apps/b2b/model', '/assets/chart.js'], true);
  expect(asked).toEqual(['/assets/chart.js']);
});
