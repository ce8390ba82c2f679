// Runs the browser stories against the real server: PIPEWRIGHT_BIN=../bin/pipewright npm run e2e [-- name…]
// Nothing is built here. Each story has a company of its own on a port of its own; Chromium is the system's.
//
// A story is a file in stories/: `run(t)`, and what it needs otherwise:
//   sizes   the windows it runs in, by default ['desk', 'phone']; a story that opens its own windows has one
//   server  'demo' (default) starts the sample company for it; 'none' leaves servers to the story
//   beside  it mostly waits and runs beside the others
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { chromium } from 'playwright-core';
import { serve } from './kit/server.mjs';
import { Story } from './story.mjs';

if (!process.env.PIPEWRIGHT_BIN) {
  console.error('PIPEWRIGHT_BIN must name the pipewright program, with the web app built into it.');
  process.exit(2);
}
// npm runs this in web/; a relative path is meant from where npm was called.
const bin = resolve(process.env.INIT_CWD ?? '.', process.env.PIPEWRIGHT_BIN);
const browserPath = process.env.PIPEWRIGHT_CHROMIUM ?? '/usr/bin/chromium';
const sizes = {
  desk: { viewport: { width: 1440, height: 900 } },
  phone: { viewport: { width: 375, height: 812 }, isMobile: true, hasTouch: true },
};

const shots = `${resolve(process.env.PIPEWRIGHT_SHOTS ?? new URL('./shots', import.meta.url).pathname)}/`;
mkdirSync(shots, { recursive: true });

const wanted = process.argv.slice(2);
const names = readdirSync(new URL('./stories/', import.meta.url)).filter((f) => f.endsWith('.mjs')).map((f) => f.slice(0, -4)).sort();
const unknown = wanted.filter((w) => !names.includes(w));
if (unknown.length > 0) {
  console.error(`No such story: ${unknown.join(', ')}. There are: ${names.join(', ')}`);
  process.exit(2);
}
const browser = await chromium.launch({
  executablePath: browserPath,
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--lang=zh-CN'],
});

let passed = 0;
let failed = 0;

/** Runs a story at one size; whatever it started is stopped when it is over. */
async function tell(name, story, size) {
  const label = (story.sizes ?? []).length === 1 ? name : `${name} (${size})`;
  for (const old of readdirSync(shots)) if (old.startsWith(`${name}-${size}-`) || old.startsWith(`FAILED-${name}-${size}-`)) rmSync(shots + old);
  const began = Date.now();
  const took = () => `${((Date.now() - began) / 1000).toFixed(1)} s`;
  let server;
  let t;
  try {
    server = story.server === 'none' ? undefined : await serve(bin, ['--demo']);
    t = new Story({ bin, browser, address: server?.address, shots, name, size, options: sizes[size], sizes });
    await story.run(t);
    await t.end();
    passed += 1;
    console.log([`ok   ${label} ${took()}`, ...t.notes].join('; '));
  } catch (error) {
    await t?.fail();
    failed += 1;
    console.log(`FAIL ${label} ${took()}\n${error instanceof Error ? error.stack : String(error)}`);
    if (server) console.log(server.lines.filter((l) => /level=(WARN|ERROR)/.test(l)).slice(-10).join('\n'));
  }
  await server?.stop();
}

const beside = [];
const inTurn = [];
for (const name of names) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const story = await import(`./stories/${name}.mjs`);
  for (const size of story.sizes ?? Object.keys(sizes)) (story.beside ? beside : inTurn).push([name, story, size]);
}
// Stories depend on nothing of each other: the longest first, three at a time, so that two work while another waits.
const long = ['rules', 'b2b-story', 'languages-and-access', 'designer'];
const rank = (name) => (long.includes(name) ? long.indexOf(name) : long.length);
inTurn.sort(([a], [b]) => rank(a) - rank(b));
const lane = async () => {
  for (let next = inTurn.shift(); next; next = inTurn.shift()) await tell(...next);
};
await Promise.all([...beside.map((one) => tell(...one)), lane(), lane(), lane()]);
await browser.close();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
