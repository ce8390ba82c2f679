// Writes a .br and a .gz beside every text file of dist worth compressing, so that the server never compresses while answering.
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const kinds = /\.(js|css|html|svg|json|wasm|txt|map)$/;

function walk(folder) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) {
      walk(path);
      continue;
    }
    if (!kinds.test(name)) continue;
    const data = readFileSync(path);
    if (data.length < 1024) continue;
    // The largest window that browsers take: the program of the rules is 11 MB, and 5 % smaller for it.
    const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24, [constants.BROTLI_PARAM_SIZE_HINT]: data.length };
    writeFileSync(`${path}.br`, brotliCompressSync(data, { params }));
    writeFileSync(`${path}.gz`, gzipSync(data, { level: 9 }));
  }
}

walk(new URL('../dist', import.meta.url).pathname);
