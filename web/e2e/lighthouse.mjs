// What Lighthouse says of the accessibility of every screen, at a desk and on a phone. A measurement, not a test: the stories check the same
// pages with axe, at every change. It prints one line a screen, what is wrong with it, and ends with 1 where a screen is below the goal.
//
//   make lighthouse           or   PIPEWRIGHT_BIN=../bin/pipewright PIPEWRIGHT_LIGHTHOUSE=FOLDER node e2e/lighthouse.mjs [SCREEN…]
//
// FOLDER is where Lighthouse was installed: it is large, wants nothing of ours, and is not among the app's own packages.
import { createServer } from 'node:net';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { Api } from './kit/api.mjs';
import { serve, temporary } from './kit/server.mjs';
import { definition } from './stories/outside.mjs';

const goal = 95;
const wanted = process.argv.slice(2);
const bin = resolve(process.env.INIT_CWD ?? '.', process.env.PIPEWRIGHT_BIN ?? join(dirname(fileURLToPath(import.meta.url)), '../../bin/pipewright'));

/** Lighthouse from where it was installed. */
async function program() {
  const folder = process.env.PIPEWRIGHT_LIGHTHOUSE;
  if (!folder) throw new Error('PIPEWRIGHT_LIGHTHOUSE must name the folder in which Lighthouse is installed: see make lighthouse.');
  const found = createRequire(join(resolve(folder), 'package.json')).resolve('lighthouse');
  return (await import(pathToFileURL(found).href)).default;
}

/** Everything a screen needs to have something on it, and the screens: a name, an address and who looks. */
async function screens(address) {
  const [admin, rep] = [await Api.login(address, 'admin'), await Api.login(address, 'rep.li')];
  const { items: deals } = await rep.get('/apps/b2b/forms/deal/records?stage=closing&limit=1');
  const deal = deals[0];
  const quote = await rep.post('/apps/b2b/forms/quote/records', {
    data: { name: '报价', deal: deal.id, account: deal.data.account.id, lines: [{ qty: '1', price: { amount: '90000.00' }, off: '0.25', cost: { amount: '30000.00' } }] },
  });
  await rep.post(`/records/${quote.id}/transitions/submit`, { comment: '战略客户' });
  await admin.post('/apps/import', { definition });
  await admin.post('/apps/shop/publish', { note: '第一版', acceptWarnings: true });
  const { items: people } = await admin.get('/users?q=rep.li');
  await admin.must('PATCH', '/users/rep.li', { roles: [...people.find((u) => u.id === 'rep.li').roles, 'shop/rep'] });
  const form = await admin.post('/apps/shop/public/enquiry/link', { action: 'make' });
  const share = await admin.post('/apps/b2b/shares', { process: 'deal', action: 'make' });
  const order = await rep.post('/apps/shop/forms/order/records', { data: { name: '循环泵', eta: '2026-12-20', lines: [{ what: 'XP-200', qty: '2', price: { amount: '64500' } }] } });
  await rep.post(`/records/${order.id}/transitions/plan`, {});
  const track = await rep.post(`/records/${order.id}/tracking/order`, {});
  return [
    ['login', '/'], ['public', form.path], ['tracking', track.path], ['share', share.path],
    ['home', '/', 'rep.li'], ['board', '/a/b2b/board/board', 'rep.li'], ['list', '/a/b2b/list/deal', 'rep.li'], ['create', '/a/b2b/new/deal', 'rep.li'], ['record', `/r/${deal.id}`, 'rep.li'],
    ['history', `/r/${deal.id}/history`, 'rep.li'], ['inbox', '/inbox', 'mgr.wang'], ['dashboard', '/a/cycle9/dashboards/home', 'mgr.wang'], ['forecast', '/a/b2b/forecast/deal', 'mgr.wang'],
    ['compliance', '/a/b2b/compliance/deal', 'admin'], ['duplicates', '/a/b2b/duplicates/account', 'admin'], ['bin', '/a/b2b/bin/deal', 'admin'], ['people', '/people', 'admin'], ['teams', '/people?tab=teams', 'admin'], ['calendars', '/people?tab=calendars', 'admin'],
    ['outbound', '/outbound', 'admin'], ['system', '/system', 'admin'], ['usage', '/usage', 'admin'], ['templates', '/templates', 'admin'], ['profile', '/profile', 'admin'], ['design', '/design', 'admin'],
    ...['forms', 'flow', 'approvals', 'rules', 'automations', 'views', 'outside', 'pools', 'json', 'publish', 'app'].map((tab) => [`designer-${tab}`, `/design/b2b/${tab}`, 'admin']),
  ].filter(([name]) => wanted.length === 0 || wanted.includes(name));
}

/** A port nobody listens on; the browser takes it next. */
const port = () =>
  new Promise((found) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port: free } = server.address();
      server.close(() => found(free));
    });
  });

const sizes = {
  desk: { formFactor: 'desktop', screenEmulation: { mobile: false, width: 1440, height: 900, deviceScaleFactor: 1, disabled: false } },
  phone: { formFactor: 'mobile', screenEmulation: { mobile: true, width: 375, height: 812, deviceScaleFactor: 2, disabled: false } },
};

/** Each screen as one person sees it: a browser of their own, signed in. */
async function measure(lighthouse, address, user, list) {
  const profile = await temporary();
  const at = await port();
  const context = await chromium.launchPersistentContext(profile.path, {
    executablePath: process.env.PIPEWRIGHT_CHROMIUM ?? '/usr/bin/chromium', headless: true, locale: 'zh-CN',
    args: [`--remote-debugging-port=${at}`, '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
  let below = 0;
  try {
    if (user) await context.request.post(`${address}/api/demo-login`, { data: { username: user } });
    for (const [name, path] of list) {
      for (const [size, settings] of Object.entries(sizes)) {
        const { lhr } = await lighthouse(address + path, { port: at, logLevel: 'silent' }, { extends: 'lighthouse:default', settings: { ...settings, onlyCategories: ['accessibility'], disableStorageReset: true, throttlingMethod: 'simulate', maxWaitForLoad: 15_000 } });
        const { score, auditRefs } = lhr.categories.accessibility;
        if (lhr.runtimeError) throw new Error(`${name}: ${lhr.runtimeError.message}`);
        if (user && new URL(lhr.finalDisplayedUrl).pathname === '/login') throw new Error(`${name}: ${user} is not signed in`);
        const points = Math.round(score * 100);
        if (points < goal) below += 1;
        console.log(`${String(points).padStart(3)}  ${size.padEnd(5)}  ${name}`);
        for (const { id } of auditRefs) {
          const audit = lhr.audits[id];
          if (audit.score !== 0) continue;
          console.log(`       ${id}: ${audit.title}`);
          for (const { node } of audit.details?.items?.slice(0, 8) ?? []) console.log(`         ${node?.selector ?? ''}  ${node?.snippet ?? ''}`);
        }
      }
    }
  } finally {
    await context.close();
    await profile.remove();
  }
  return below;
}

const lighthouse = await program();
const node = await serve(bin, ['--demo']);
let below = 0;
try {
  const list = await screens(node.address);
  for (const user of new Set(list.map(([, , who]) => who))) below += await measure(lighthouse, node.address, user, list.filter(([, , who]) => who === user));
} finally {
  await node.stop();
}
console.log(below > 0 ? `${below} below ${goal}` : `all at ${goal} or above`);
process.exitCode = below > 0 ? 1 : 0;
