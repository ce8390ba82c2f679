// P12: how long after a keystroke the computed total stands on the screen, in a form of 49 fields with a table of 20 rows, on a processor
// four times slower, and what a first visit downloads. A benchmark, never a test: it prints figures beside their limits and always ends well.
//
//   make bench-web            or   PIPEWRIGHT_BIN=../bin/pipewright node e2e/p12.mjs [--keys 60] [--rate 4] [--profile out.cpuprofile] [--json]
//
// It starts the real program with a definition made here, opens the form in Chromium, fills the table, waits for the rules to be loaded, and
// types figures into a cell. Each keystroke is timed in the page, from the event's own time stamp to the moment the total's text has changed
// (computed) and to the frame that shows it (painted). The worker's share is timed in the page too, around its messages, and the rules' own by the
// worker. Emulation.setCPUThrottlingRate slows the page's main thread only; the worker runs as fast as the machine lets it.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliDecompressSync } from 'node:zlib';
import { chromium } from 'playwright-core';
import { Api } from './kit/api.mjs';
import { serve, temporary } from './kit/server.mjs';

const option = (name, standard) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? standard : process.argv[at + 1];
};
const keys = Number(option('keys', '60'));
const rate = Number(option('rate', '4'));
const profile = option('profile');
const json = process.argv.includes('--json');
const bin = resolve(process.env.INIT_CWD ?? '.', process.env.PIPEWRIGHT_BIN ?? join(dirname(fileURLToPath(import.meta.url)), '../../bin/pipewright'));

/** A form as a company has it: 48 plain and computed fields in four sections, and a table of seven columns. */
function definition() {
  const fields = [];
  const kinds = [
    (key) => ({ key, type: 'text' }),
    (key) => ({ key, type: 'number', scale: 2 }),
    (key) => ({ key, type: 'money' }),
    (key) => ({ key, type: 'date' }),
    (key) => ({ key, type: 'select', options: 'level' }),
    (key) => ({ key, type: 'bool' }),
    (key) => ({ key, type: 'percent' }),
    (key) => ({ key, type: 'longtext' }),
  ];
  fields.push({ key: 'name', type: 'text', required: true });
  for (let i = 1; i <= 39; i += 1) fields.push(kinds[i % kinds.length](`f${i}`));
  fields[5].requiredIf = 'total > 1000';
  fields[6].visibleIf = 'f1 == nil or f1 < 500';
  fields[9].readIf = 'total > 1000000';
  fields.push(
    { key: 'total', type: 'money', calc: 'sum(lines, .net)' },
    { key: 'tax', type: 'money', calc: 'round(total * 0.13, 2)' },
    { key: 'gross', type: 'money', calc: 'total + tax' },
    { key: 'pieces', type: 'number', scale: 0, calc: 'count(lines, .qty > 0)' },
    { key: 'average', type: 'money', calc: 'pieces > 0 ? total / pieces : 0' },
    { key: 'highest', type: 'money', calc: 'max(lines, .net)' },
    { key: 'words', type: 'text', calc: 'cnAmount(gross)' },
    { key: 'cheap', type: 'bool', calc: 'gross < 10000' },
    {
      key: 'lines', type: 'table', max: 200, checks: [{ key: 'many', if: 'qty == nil or qty < 100000', message: '数量太大' }],
      fields: [
        { key: 'item', type: 'text' },
        { key: 'unit', type: 'select', options: 'level' },
        { key: 'qty', type: 'number', scale: 0, min: 0, required: true },
        { key: 'price', type: 'money', required: true },
        { key: 'off', type: 'percent', readIf: 'qty != nil and qty > 50000' },
        { key: 'note', type: 'text' },
        { key: 'net', type: 'money', calc: 'qty * price * (1 - (off ?? 0))' },
      ],
    },
  );
  const named = (f, i) => ({ ...f, name: `字段 ${i + 1}` });
  const sections = [0, 1, 2].map((n) => ({ key: `s${n}`, name: `部分 ${n + 1}`, columns: 3, fields: fields.slice(n * 13 + 1, n * 13 + 14).map((f) => f.key) }));
  sections.unshift({ key: 'top', name: '明细', columns: 2, fields: ['name', 'lines', 'total', 'tax', 'gross', 'pieces', 'average', 'highest', 'words', 'cheap'] });
  return {
    spec: 'pipewright/1', key: 'bench', name: '测速', languages: ['zh-CN'], timezone: 'Asia/Shanghai', currency: 'CNY', calendar: 'CN',
    roles: [{ key: 'rep', name: '销售' }],
    options: [{ key: 'level', items: ['a', 'b', 'c', 'd', 'e'].map((key) => ({ key, name: `选项 ${key}` })) }],
    forms: [{
      key: 'quote', name: '报价', code: 'QU', title: '{{ name }}', sections, fields: fields.map((f, i) => ({ ...named(f, i), ...(f.fields ? { fields: f.fields.map(named) } : {}) })),
      grants: [{ role: 'rep', records: 'all', do: ['create', 'read', 'edit'] }],
    }],
  };
}

/** A server of its own with one record of 20 rows. Answers the record's id. */
async function prepare(node) {
  const api = new Api(node.address);
  const password = 'correct-horse-7';
  await api.post('/setup', { code: await node.code(), username: 'admin', name: '管理员', password, company: '测速', language: 'zh-CN' });
  await api.post('/apps/import', { definition: definition() });
  await api.post('/apps/bench/publish', { note: 'P12', acceptWarnings: true });
  const { user } = await api.get('/me');
  await api.must('PATCH', `/users/${user.id}`, { roles: ['bench/rep'] });
  const lines = Array.from({ length: 20 }, (_, i) => ({
    item: `产品 ${i + 1}`, unit: 'abcde'[i % 5], qty: String(i + 1), price: { amount: `${100 + i * 7}.50`, currency: 'CNY' }, off: '0.1', note: '含安装',
  }));
  const record = await api.post('/apps/bench/forms/quote/records', { data: { name: '四十九个字段', f5: true, lines } });
  return { id: record.id, cookie: api.cookie };
}

/** Installed before the page's scripts: times the worker's messages, and each keystroke until the total changes and is painted. */
function instrument() {
  const bench = { calls: [], strokes: [] };
  window.bench = bench;
  const Real = window.Worker;
  window.Worker = class extends Real {
    constructor(...args) {
      super(...args);
      const sent = new Map();
      const post = this.postMessage.bind(this);
      this.postMessage = (message, ...rest) => {
        if (message?.id) sent.set(message.id, { method: message.method, at: performance.now(), bytes: message.input?.length });
        post(message, ...rest);
      };
      this.addEventListener('message', ({ data }) => {
        const call = sent.get(data.id);
        if (call) bench.calls.push({ method: call.method, ms: performance.now() - call.at, sent: call.bytes, answered: data.out?.length, inside: data.ms, error: data.error });
      });
    }
  };
  window.addEventListener('keydown', (event) => {
    bench.stroke = { at: event.timeStamp };
  }, true);
  bench.watch = (element) => {
    new MutationObserver(() => {
      const stroke = bench.stroke;
      if (!stroke || stroke.computed !== undefined) return;
      stroke.computed = performance.now() - stroke.at;
      // A message posted in a frame's callback is heard when that frame has been painted.
      requestAnimationFrame(() => {
        const channel = new MessageChannel();
        channel.port1.addEventListener('message', () => {
          stroke.painted = performance.now() - stroke.at;
          bench.strokes.push(stroke);
        });
        channel.port1.start();
        channel.port2.postMessage(null);
      });
    }).observe(element, { childList: true, characterData: true, subtree: true });
  };
}

const sorted = (list) => [...list].sort((a, b) => a - b);
const figures = (list) => {
  const all = sorted(list);
  const at = (share) => all[Math.min(all.length - 1, Math.floor(share * all.length))] ?? NaN;
  return { min: all[0] ?? NaN, median: at(0.5), p95: at(0.95), n: all.length };
};

async function measure(node, { id, cookie }) {
  const browser = await chromium.launch({
    executablePath: process.env.PIPEWRIGHT_CHROMIUM ?? '/usr/bin/chromium',
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
  try {
    const context = await browser.newContext({ baseURL: node.address, locale: 'zh-CN', timezoneId: 'Asia/Shanghai', viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce', serviceWorkers: 'block' });
    await context.addCookies(cookie.split('; ').map((c) => ({ name: c.slice(0, c.indexOf('=')), value: c.slice(c.indexOf('=') + 1), url: node.address })));
    await context.addInitScript(instrument);
    const page = await context.newPage();
    const shell = await download(context, page, '/', '.top h1, .top .crumb');
    await page.close();
    const fresh = await context.newPage();
    const first = await download(context, fresh, `/r/${id}`, '[data-field="total"]');

    const cell = fresh.locator('[data-field="lines"] tbody tr').nth(9).locator('td').nth(3).locator('input');
    await cell.click();
    await fresh.evaluate(() => window.bench.watch(document.querySelector('[data-field="total"]')));
    // Warm: the program loads at the first change and opens the form; then everything is translated by the browser.
    await cell.pressSequentially('1');
    await fresh.waitForFunction(() => window.bench.calls.some((c) => c.method === 'evaluate'), undefined, { timeout: 120_000 });
    const type = async (n, pause) => {
      for (let i = 0; i < n; i += 1) {
        await fresh.evaluate(() => {
          window.bench.stroke = undefined;
        });
        await fresh.keyboard.press(i % 5 === 4 ? 'Control+A' : `Digit${(i % 8) + 1}`);
        if (i % 5 === 4) continue;
        await fresh.waitForFunction(() => window.bench.stroke?.painted !== undefined, undefined, { timeout: 10_000, polling: 20 }).catch(() => undefined);
        // The server's evaluation comes and goes too: a person types into that.
        await fresh.waitForTimeout(pause);
      }
    };
    await type(20, 60);
    const session = await context.newCDPSession(fresh);
    await session.send('Emulation.setCPUThrottlingRate', { rate });
    await type(10, 60);
    await fresh.evaluate(() => {
      window.bench.strokes.length = 0;
      window.bench.calls.length = 0;
    });
    if (profile) {
      await session.send('Profiler.enable');
      await session.send('Profiler.setSamplingInterval', { interval: 200 });
      await session.send('Profiler.start');
    }
    // Between two keys of a fast typist pass 120 ms, and after a pause the server's evaluation arrives.
    await type(Math.round((keys * 5) / 4), 250);
    if (profile) writeFileSync(profile, JSON.stringify((await session.send('Profiler.stop')).profile));
    const { strokes, calls } = await fresh.evaluate(() => ({ strokes: window.bench.strokes, calls: window.bench.calls }));
    const local = calls.filter((c) => c.method === 'evaluate');
    return {
      shell, record: first, wasm: wasmSize(),
      computed: figures(strokes.map((s) => s.computed)),
      painted: figures(strokes.map((s) => s.painted)),
      worker: figures(local.map((c) => c.ms)),
      inside: local.some((c) => c.inside !== undefined) ? figures(local.map((c) => c.inside)) : undefined,
      message: { sent: Math.max(0, ...local.map((c) => c.sent)), answered: Math.max(0, ...local.map((c) => c.answered)) },
    };
  } finally {
    await browser.close();
  }
}

/** Opens a page with an empty cache and adds up what comes of the app itself, as it comes over the line. */
async function download(context, page, path, shown) {
  const session = await context.newCDPSession(page);
  await session.send('Network.enable');
  await session.send('Network.setCacheDisabled', { cacheDisabled: true });
  const names = new Map();
  const files = [];
  session.on('Network.responseReceived', ({ requestId, response, type }) => {
    const { pathname } = new URL(response.url);
    if (type === 'Document' || pathname.startsWith('/assets/')) names.set(requestId, pathname);
  });
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    if (names.has(requestId)) files.push([names.get(requestId), encodedDataLength]);
  });
  await page.goto(path);
  await page.locator(shown).first().waitFor();
  await page.waitForLoadState('networkidle');
  await session.detach();
  return { bytes: files.reduce((sum, [, n]) => sum + n, 0), files: files.sort((a, b) => b[1] - a[1]) };
}

/** The rules' program, compressed and not. */
function wasmSize() {
  const folder = fileURLToPath(new URL('../dist/assets/', import.meta.url));
  const name = readdirSync(folder).find((n) => /^rules-.*\.wasm\.br$/.test(n));
  if (!name) return undefined;
  const data = readFileSync(folder + name);
  return { brotli: data.length, plain: brotliDecompressSync(data).length };
}

const data = await temporary();
const node = await serve(bin, ['--data', data.path]);
try {
  const found = await measure(node, await prepare(node));
  if (json) console.log(JSON.stringify(found, null, 2));
  else {
    const ms = (f) => `min ${f.min.toFixed(0)}  median ${f.median.toFixed(0)}  p95 ${f.p95.toFixed(0)} ms  (${f.n})`;
    const kib = (n) => `${(n / 1024).toFixed(0)} KiB`;
    console.log(`P12  keystroke to computed total, ${rate}× slowed CPU      floor 60 ms, goal 40 ms (median)`);
    console.log(`     computed   ${ms(found.computed)}`);
    console.log(`     painted    ${ms(found.painted)}`);
    console.log(`     of it: worker and back   ${ms(found.worker)}; ${found.message.sent} bytes there, ${found.message.answered} back`);
    if (found.inside) console.log(`     of it: the rules themselves   ${ms(found.inside)}`);
    const list = ({ files }) => files.slice(0, 14).map(([path, n]) => `       ${kib(n).padStart(8)}  ${path}`).join('\n');
    console.log(`P12  shell: first visit to the first page, brotli   ${kib(found.shell.bytes)}      floor 250 KiB, goal 200 KiB\n${list(found.shell)}`);
    console.log(`     a record opened first, all of it   ${kib(found.record.bytes)}\n${list(found.record)}`);
    if (found.wasm) console.log(`     the rules' program, at the first change   ${kib(found.wasm.brotli)} (${kib(found.wasm.plain)} unpacked)`);
  }
} finally {
  await node.stop();
  await data.remove();
}
