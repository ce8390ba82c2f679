// Holds the size of the shell: what a first visit to the first page downloads of the app, compressed as the server sends it. A build that is
// heavier than the bound of the project's performance goals fails, so that no import brings a library into every visit unnoticed.
import { readdirSync, readFileSync, statSync } from 'node:fs';

/** The bound on a whole first visit, and what of it goes to the texts of the language and to the heads of some twenty answers, in KiB. */
const bound = 250;
const rest = 25;
/** Pages and parts that every first visit loads besides what index.html names. */
const parts = ['HomePage', 'Palette'];

const dist = new URL('../dist/', import.meta.url);
const names = readdirSync(new URL('assets/', dist));

function size(path) {
  const packed = statSync(new URL(`${path}.br`, dist), { throwIfNoEntry: false });
  return (packed ?? statSync(new URL(path, dist))).size;
}

const loaded = new Set(['index.html']);
function load(name) {
  const path = `assets/${name}`;
  if (loaded.has(path)) return;
  loaded.add(path);
  if (!name.endsWith('.js')) return;
  const text = readFileSync(new URL(path, dist), 'utf8');
  for (const [, other] of text.matchAll(/(?:from|import)\s*["']\.\/([^"']+\.js)["']/g)) load(other);
}

for (const [, name] of readFileSync(new URL('index.html', dist), 'utf8').matchAll(/(?:src|href)="\/assets\/([^"]+)"/g)) load(name);
for (const part of parts) {
  const found = names.filter((n) => n.startsWith(`${part}-`) && /\.(js|css)$/.test(n));
  if (!found.some((n) => n.endsWith('.js'))) throw new Error(`the build has no part called ${part}: name in scripts/shell.mjs what a first visit loads`);
  found.forEach(load);
}

const kib = (n) => (n / 1024).toFixed(1).padStart(7);
const files = [...loaded].map((path) => [path, size(path)]).sort((a, b) => b[1] - a[1]);
const total = files.reduce((sum, [, n]) => sum + n, 0);
console.log(`shell: ${kib(total).trim()} KiB brotli in ${files.length} files (at most ${bound - rest}; ${bound} with the language's texts and the heads of the answers)`);
if (total > (bound - rest) * 1024) {
  for (const [path, n] of files) console.log(`${kib(n)}  ${path}`);
  console.error('The shell is too heavy: load by need (a lazy route, import()) what a first page does not show.');
  process.exit(1);
}
