// The rules in the browser find what the server finds: the corpus of web/wasm/live and every function's example, in three time zones, and a
// form that computes without the server.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { field } from '../kit/form.mjs';

export const sizes = ['desk'];

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const zones = ['UTC', 'Asia/Shanghai', 'America/New_York'];

/** Where the built program, its loader and its worker are served. */
function assets() {
  const names = readdirSync(here('../../dist/assets'));
  const find = (pattern) => `/assets/${names.find((n) => pattern.test(n))}`;
  return { worker: find(/^worker-.*\.js$/), loader: find(/^wasm_exec-.*\.js$/), program: find(/^rules-.*\.wasm$/) };
}

/** Starts the product's own worker in a page, as window.ask(method, input). */
async function startWorker(page) {
  await page.evaluate(async ({ worker, loader, program }) => {
    const port = new Worker(worker, { type: 'module' });
    const waiting = new Map();
    const wait = (id) => new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
    port.addEventListener('message', ({ data }) => {
      const w = waiting.get(data.id);
      waiting.delete(data.id);
      if (data.error === undefined) w.resolve(data.out);
      else w.reject(new Error(data.error));
    });
    const ready = wait(0);
    port.postMessage({ loader: new URL(loader, location.href).href, program: new URL(program, location.href).href });
    await ready;
    let last = 0;
    window.ask = (method, input) => {
      last += 1;
      const answer = wait(last);
      port.postMessage({ id: last, method, input });
      return answer;
    };
  }, assets());
}

async function corpus(t, page, zone) {
  await startWorker(page);
  const examples = JSON.parse(await page.evaluate(() => window.ask('examples', '')));
  t.assert.ok(examples.length > 20);
  for (const e of examples) t.assert.equal(e.Got, e.Want, `${e.Example} in ${zone}`);
  let cases = 0;
  let slowest = 0;
  for (const line of readFileSync(here('../../wasm/live/testdata/corpus.jsonl'), 'utf8').trim().split('\n')) {
    const form = JSON.parse(line);
    const found = await page.evaluate(async ({ open, inputs }) => {
      const { id } = JSON.parse(await window.ask('open', JSON.stringify(open)));
      const out = [];
      for (const input of inputs) {
        const began = performance.now();
        const text = await window.ask('evaluate', JSON.stringify({ id, ...input }));
        out.push({ text, ms: performance.now() - began });
      }
      return out;
    }, { open: form.open, inputs: form.cases.map((c) => c.in) });
    for (const [i, c] of form.cases.entries()) {
      cases += 1;
      slowest = Math.max(slowest, found[i].ms);
      const sum = createHash('sha256').update(found[i].text).digest('hex').slice(0, 16);
      if (sum !== c.sum) t.assert.fail(`${zone}: ${JSON.stringify(c.in)}\ngives ${found[i].text}\nbut natively something else, against which stands ${c.codes ?? 'nothing'}; see go test ./web/wasm/live -run Corpus`);
    }
  }
  t.assert.ok(cases >= 2000);
  console.log(`     ${cases} cases and ${examples.length} examples in ${zone}, slowest ${slowest.toFixed(0)} ms`);
}

/** A form computes while the server does not answer. */
async function withoutServer(t) {
  const page = await t.as('rep.li');
  await t.open(page, '/a/b2b/new/deal');
  const estimate = field(page, 'estimate').locator('input').first();
  await estimate.waitFor();
  // The first change loads the program; from then on the server is silent.
  const loaded = page.waitForResponse((r) => /rules-.*\.wasm$/.test(r.url()), { timeout: 60_000 });
  await estimate.fill('1');
  await loaded;
  await page.route('**/api/apps/*/forms/*/evaluate', () => {});
  // On a busy machine the program may take a while to start; a change made before that is left to the server, which is silent.
  for (let n = 1; ; n += 1) {
    await estimate.fill(`765432${n}`);
    try {
      await field(page, 'amount').getByText(new RegExp(`7,654,32${n}`)).waitFor({ timeout: 8_000 });
      return;
    } catch (error) {
      if (n === 6) throw error;
    }
  }
}

export async function run(t) {
  await withoutServer(t);
  for (const zone of zones) {
    const browser = await chromium.launch({
      executablePath: process.env.PIPEWRIGHT_CHROMIUM ?? '/usr/bin/chromium',
      args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
      env: { ...process.env, TZ: zone },
    });
    t.after(() => browser.close());
    const page = await browser.newPage({ baseURL: t.address });
    await page.goto('/');
    t.assert.equal(await page.evaluate(() => Intl.DateTimeFormat().resolvedOptions().timeZone), zone);
    await corpus(t, page, zone);
    await browser.close();
  }
}
