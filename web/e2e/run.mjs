// Runs the browser stories against the real server: PIPEWRIGHT_BIN=../bin/pipewright npm run e2e [-- name…]
// Nothing is built here. The server runs on a throw-away store and a port of its own; Chromium is the system's.
import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { chromium } from 'playwright-core';
import { Story } from './story.mjs';

const bin = process.env.PIPEWRIGHT_BIN;
if (!bin) {
  console.error('PIPEWRIGHT_BIN must name the pipewright program, with the web app built into it.');
  process.exit(2);
}
const browserPath = process.env.PIPEWRIGHT_CHROMIUM ?? '/usr/bin/chromium';
const sizes = {
  desk: { viewport: { width: 1440, height: 900 } },
  phone: { viewport: { width: 375, height: 812 }, isMobile: true, hasTouch: true },
};

/** Starts the server with the sample company and waits for the address it prints. */
function startServer() {
  const child = spawn(bin, ['serve', '--demo', '--addr', '127.0.0.1:0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the server ended with ${code} before it was ready`)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      const address = /https?:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0];
      if (address) resolve({ child, address });
    });
  });
}

const shots = new URL('./shots/', import.meta.url).pathname;
rmSync(shots, { recursive: true, force: true });
mkdirSync(shots, { recursive: true });

const wanted = process.argv.slice(2);
const names = readdirSync(new URL('./stories/', import.meta.url)).filter((f) => f.endsWith('.mjs')).map((f) => f.slice(0, -4)).sort();
const browser = await chromium.launch({
  executablePath: browserPath,
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});

let passed = 0;
let failed = 0;
for (const name of names) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const story = await import(`./stories/${name}.mjs`);
  // Each story has a company of its own, so that none depends on what another left behind.
  const { child, address } = await startServer();
  for (const size of story.sizes ?? Object.keys(sizes)) {
    const label = `${name} (${size})`;
    const t = new Story({ browser, address, shots, name, size, options: sizes[size], sizes });
    try {
      await story.run(t);
      await t.end();
      passed += 1;
      console.log(`ok   ${label}`);
    } catch (error) {
      await t.fail();
      failed += 1;
      console.log(`FAIL ${label}\n${error instanceof Error ? error.stack : String(error)}`);
    }
  }
  child.removeAllListeners('exit');
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await gone;
}
await browser.close();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
