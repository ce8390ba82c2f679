// The rules in the browser find what the server finds: the corpus of web/wasm/live and every function's example, in three time zones; a form that
// computes without the server; what is hostile is answered, or its worker is ended, and the form goes on.
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
  await computes(page, estimate, 765432);
}

/** Types figures while the server is silent, until the form has computed one. On a busy machine the program may take a while to start, and a change made
 * before that is left to the server. */
async function computes(page, estimate, figure) {
  await page.route('**/api/apps/*/forms/*/evaluate', () => {});
  for (let n = 1; ; n += 1) {
    const typed = `${figure}${n}`;
    await estimate.fill(typed);
    try {
      await field(page, 'amount').getByText(Number(typed).toLocaleString('en')).waitFor({ timeout: 8_000 });
      return;
    } catch (error) {
      if (n === 6) throw error;
    }
  }
}

/** The texts of rules/hostile, which every fuzz target of the Go packages begins with too, and what is hostile to a form that is open. */
function hostileTexts() {
  const texts = JSON.parse(readFileSync(here('../../../rules/hostile/texts.json'), 'utf8'));
  const again = (n) => Array.from({ length: n }, (_, i) => ({ key: `r${i}`, kind: 'expression', form: 'f', type: 'number', value: i === 0 ? 'n' : `r${i - 1} + r${i - 1}` }));
  const calc = (expression, rules) => ({ app: { key: 'a', rules, forms: [{ key: 'f', name: 'f', fields: [{ key: 'n', type: 'number' }, { key: 'c', type: 'number', calc: expression }] }] }, form: 'f' });
  return { texts, forms: [calc('r60', again(61)), calc('r5000', again(5001)), calc('ping', [{ key: 'ping', kind: 'expression', form: 'f', type: 'number', value: 'ping' }])] };
}

/** Longer than the product waits: on a busy machine a worker that starts anew translates the program so long that the next call would be too late again. */
const limits = { open: 60_000, call: 30_000 };

/**
 * Nothing that is sent to the worker ends the program by itself: each message is answered, or takes so long that the worker is ended as the product does
 * it. Whatever came before, a plain form opens and computes then.
 */
async function hostile(t, page) {
  const { texts, forms } = hostileTexts();
  const found = await page.evaluate(async ({ texts, forms, where, limits }) => {
    const sent = { answered: 0, refused: 0, ended: 0, crashes: [], wrong: [] };
    let port;
    let last = 0;
    const start = async () => {
      port = new Worker(where.worker, { type: 'module' });
      const ready = new Promise((resolve, reject) => {
        port.addEventListener('message', ({ data }) => data.id === 0 && (data.error === undefined ? resolve() : reject(new Error(data.error))));
      });
      port.postMessage({ loader: new URL(where.loader, location.href).href, program: new URL(where.program, location.href).href });
      await ready;
    };
    const ask = async (method, input) => {
      if (!port) await start();
      last += 1;
      const id = last;
      const used = port;
      const outcome = await new Promise((resolve) => {
        const timer = setTimeout(() => resolve({ ended: true }), method === 'open' ? limits.open : limits.call);
        used.addEventListener('message', ({ data }) => {
          if (data.id !== id) return;
          clearTimeout(timer);
          resolve(data);
        });
        used.addEventListener('error', (event) => {
          clearTimeout(timer);
          resolve({ crash: `${method} ${input.slice(0, 60)}: ${event.message}` });
        });
        port.postMessage({ id, method, input });
      });
      if (outcome.ended || outcome.crash) {
        used.terminate();
        port = undefined;
      }
      if (outcome.ended) sent.ended += 1;
      else if (outcome.crash) sent.crashes.push(outcome.crash);
      else if (outcome.error === undefined) sent.answered += 1;
      else sent.refused += 1;
      return outcome;
    };
    const write = (parts) => parts.map(([text, times]) => text.repeat(times)).join('');
    const form = (expression) => {
      const of = (key, type, more) => ({ key, name: key, type, ...more });
      const columns = [of('n', 'number'), of('m', 'number', { calc: expression })];
      const fields = [of('n', 'number'), of('t', 'text'), of('rows', 'table', { fields: columns }), of('c', 'number', { calc: expression }), of('d', 'text', { visibleIf: expression, requiredIf: expression })];
      return { app: { key: 'a', forms: [{ key: 'f', name: 'f', fields, checks: [{ key: 'k', if: expression, message: `{{ ${expression} }}` }] }] }, form: 'f' };
    };
    const rows = Array.from({ length: 200 }, () => ({ n: '7' }));
    const evaluate = async (opened) => {
      if (opened.out === undefined) return;
      await ask('evaluate', JSON.stringify({ id: JSON.parse(opened.out).id, new: { n: '3', t: 'x', rows }, now: '2026-11-22T16:00:00Z' }));
    };
    const plain = async (after) => {
      const opened = await ask('open', JSON.stringify(form('n * 2 + sum(rows, .n)')));
      const id = opened.out === undefined ? -1 : JSON.parse(opened.out).id;
      const answer = await ask('evaluate', JSON.stringify({ id, new: { n: '3', rows: [{ n: '1.5' }] }, now: '2026-11-22T16:00:00Z' }));
      const value = answer.out === undefined ? answer.error ?? 'no answer' : JSON.parse(answer.out).data.c;
      if (value !== '7.5') sent.wrong.push(`after ${after.slice(0, 60)}: ${value}`);
    };
    for (const parts of texts) {
      const text = write(parts);
      await ask('open', text);
      await ask('evaluate', text);
      await ask(text, '');
      await ask('evaluate', JSON.stringify({ id: last, new: { n: text, t: text, rows: [{ n: text }] }, now: text }));
      await evaluate(await ask('open', JSON.stringify(form(text))));
      await plain(text);
    }
    for (const f of forms) {
      await evaluate(await ask('open', JSON.stringify(f)));
      await plain(JSON.stringify(f));
    }
    port?.terminate();
    return sent;
  }, { texts, forms, where: assets(), limits });
  t.assert.deepEqual(found.crashes, [], 'messages that ended the program');
  t.assert.deepEqual(found.wrong, [], 'a plain form after a hostile message');
  console.log(`     ${texts.length} hostile texts: ${found.refused} messages refused, ${found.answered} answered, ${found.ended} workers ended`);
}

/** A worker that takes the form and then never answers again. */
const hanging = `self.addEventListener('message', ({ data }) => {
  if ('program' in data) { self.postMessage({ id: 0, out: '' }); return; }
  const reach = { values: [], visible: [], required: [], readOnly: [], sections: [], server: [] };
  if (data.method === 'open') { self.postMessage({ id: data.id, out: JSON.stringify({ id: 1, reach }) }); return; }
  for (;;);
});`;

/** While the worker hangs the server computes the form; the worker is ended and another one started, in which the form computes by itself again. */
async function afterHanging(t) {
  const page = await t.as('rep.li');
  let started = 0;
  await page.route(/\/assets\/worker-.*\.js$/, async (route) => {
    started += 1;
    if (started === 1) await route.fulfill({ contentType: 'text/javascript', body: hanging });
    else await route.continue();
  });
  const ended = new Promise((resolve) => page.once('worker', (worker) => worker.once('close', resolve)));
  await t.open(page, '/a/b2b/new/deal');
  const estimate = field(page, 'estimate').locator('input').first();
  await estimate.waitFor();
  await estimate.fill('1234567');
  await field(page, 'amount').getByText(/1,234,567/).waitFor();
  t.assert.equal(started, 1, 'the server computed while the first worker hung');
  await ended;
  await computes(page, estimate, 87654);
  t.assert.equal(started, 2);
}

export async function run(t) {
  await withoutServer(t);
  await afterHanging(t);
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
    if (zone === zones[0]) await hostile(t, page);
    await corpus(t, page, zone);
    await browser.close();
  }
}
