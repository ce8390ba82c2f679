import { afterEach, expect, it, vi } from 'vitest';
import { importFolder, readFolder } from './bring';

afterEach(() => vi.unstubAllGlobals());

function inFolder(path: string, text: string): File {
  const file = new File([text], path.slice(path.lastIndexOf('/') + 1));
  Object.defineProperty(file, 'webkitRelativePath', { value: path });
  return file;
}

it('sends of a working copy the JSON files of the app, and a lone file as what it is', async () => {
  const sent: { url: string; type: string | null; body: unknown }[] = [];
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    sent.push({ url, type: new Headers(init.headers).get('Content-Type'), body: init.body });
    return new Response('{}', { status: 200 });
  });
  await readFolder('shop', [inFolder('shop/app.json', '{"key":"shop"}'), inFolder('shop/processes/deal.json', '{}'), inFolder('shop/README.md', '#'), inFolder('shop/.git/x.json', '{}'), inFolder('shop/node_modules/a/b.json', '{}')]);
  await importFolder([new File(['PK'], 'shop.zip')]);
  await importFolder([new File(['{}'], 'shop.json')]);
  expect(sent.map((s) => [s.url, s.type])).toEqual([
    ['/api/apps/shop/draft/read', 'application/json'],
    ['/api/apps/import', 'application/zip'],
    ['/api/apps/import', 'application/json'],
  ]);
  expect(JSON.parse(sent[0]!.body as string)).toEqual({ files: { 'shop/app.json': '{"key":"shop"}', 'shop/processes/deal.json': '{}' } });
  const huge = new File([], 'huge.zip');
  Object.defineProperty(huge, 'size', { value: 11 * 1024 * 1024 });
  expect(await importFolder([huge])).toBe('tooLarge');
  expect(sent).toHaveLength(3);
});
