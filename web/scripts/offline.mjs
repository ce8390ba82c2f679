// Tells the service worker the files of the build: those that start the workspace and fill in a form, and all there are.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';

const dist = new URL('../dist/', import.meta.url);
/** Made by vite.config.ts: what each source became, and what that imports. Nobody is served it. */
const manifestFile = new URL('.vite/manifest.json', dist);
const manifest = JSON.parse(readFileSync(manifestFile, 'utf8'));
rmSync(new URL('.vite', dist), { recursive: true });

/** What has to be there before it is needed. */
const pages = ['src/features/home/HomePage.tsx', 'src/features/record/CreatePage.tsx', 'src/features/list/ListPage.tsx'];
const texts = ['common', 'fields', 'home', 'record', 'list', 'guide'].flatMap((ns) => ['zh-CN', 'zh-TW', 'en'].map((lng) => `src/locales/${lng}/${ns}.json`));
/** The parts of a form are loaded as it needs them. */
const ofForms = /^src\/(fields|records|rules|ui)\/|^src\/app\/shell\/|antd\/.*locale\//;

const chunk = (source) => {
  const found = manifest[source];
  if (!found) throw new Error(`the build has no ${source}: name in scripts/offline.mjs what has to be there without a line`);
  return found;
};
const paths = (c) => [c.file, ...(c.css ?? [])].map((f) => `/${f}`);
const rules = Object.values(manifest).flatMap((c) => [c.file, ...(c.assets ?? [])]).filter((f) => /\/(rules-[^/]*\.wasm|wasm_exec-[^/]*\.js|worker-[^/]*\.js)$/.test(f)).map((f) => `/${f}`);

const first = new Set();
const seen = new Set();
function take(source) {
  if (seen.has(source)) return;
  seen.add(source);
  const c = chunk(source);
  for (const path of paths(c)) if (!rules.includes(path)) first.add(path);
  for (const other of c.imports ?? []) take(other);
  for (const other of c.dynamicImports ?? []) if (ofForms.test(other)) take(other);
}
const named = [...readFileSync(new URL('index.html', dist), 'utf8').matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, path]) => path);
for (const path of named) {
  first.add(path);
  for (const source of Object.keys(manifest)) if (`/${manifest[source].file}` === path) take(source);
}
[...pages, ...texts].forEach(take);

const all = new Set(Object.values(manifest).flatMap((c) => [...paths(c), ...(c.assets ?? []).map((f) => `/${f}`)]));
for (const path of [...rules, ...first]) all.add(path);
const build = { page: named, first: [...first].sort(), all: [...all].sort(), rules: [...new Set(rules)].sort() };
if (build.rules.length === 0 && all.size > 0) console.log('offline: the build has no program of the rules');
const worker = new URL('sw.js', dist);
const code = readFileSync(worker, 'utf8');
if (!code.includes('PIPEWRIGHT_BUILD')) throw new Error('sw.js does not ask for its build');
writeFileSync(worker, code.replace('PIPEWRIGHT_BUILD', () => JSON.stringify(build)));
console.log(`offline: ${first.size} of ${all.size} files are kept before they are needed`);
