// A schedule fires once a tick: with two servers on one MongoDB database, and on the embedded store. Waits for one real minute.
import { Api, until } from '../kit/api.mjs';
import { mongo, serve, temporary } from '../kit/server.mjs';

export const sizes = ['desk'];
export const server = 'none';
export const beside = true;

const text = (zh, tw, en) => ({ 'zh-CN': zh, 'zh-TW': tw, en });

/** An app that does nothing but tell its admin, every minute. */
const app = {
  spec: 'pipewright/1',
  key: 'clock',
  name: text('报时', '報時', 'Clock'),
  languages: ['zh-CN', 'zh-TW', 'en'],
  timezone: 'Asia/Shanghai',
  currency: 'CNY',
  calendar: 'CN',
  roles: [{ key: 'member', name: text('成员', '成員', 'Member') }],
  forms: [
    {
      key: 'note',
      name: text('便签', '便箋', 'Note'),
      code: 'NT',
      fields: [{ key: 'name', type: 'text', name: text('内容', '內容', 'Text'), required: true, list: true }],
      grants: [{ role: 'member', records: 'all', do: ['create', 'read', 'edit'] }],
    },
  ],
  automations: [
    {
      key: 'minute',
      name: text('每分钟', '每分鐘', 'Every minute'),
      on: { cron: '* * * * *', timezone: 'Asia/Shanghai', misfire: 'once', overlap: 'skip' },
      do: [{ notify: { to: [{ user: 'admin' }], text: text('又一分钟', '又一分鐘', 'Another minute') } }],
    },
  ],
};

const password = 'correct-horse-7';

/** Sets a fresh server up through its one-time code and publishes the app. */
async function setUp(node) {
  const api = new Api(node.address);
  await api.post('/setup', { code: await node.code(), username: 'admin', name: '管理员', password, company: '钟表行', language: 'zh-CN' });
  await api.post('/apps/import', { definition: app });
  await api.post('/apps/clock/publish', { note: '每分钟一次', acceptWarnings: true });
  return api;
}

/** What the ledger, the log of runs and the admin's notices say, from one server. */
async function seen(api) {
  const [ledger, runs, notices] = await Promise.all([
    api.get('/schedules?app=clock&automation=minute'),
    api.get('/automations/clock/minute/runs'),
    api.get('/notices'),
  ]);
  return { ledger: ledger.items, runs: runs.items, notices: notices.items };
}

/** Waits for the first tick after publishing, and that it stays the only doing of that minute, seen from every server. */
async function onceATick(t, what, apis) {
  const { assert } = t;
  const published = Date.now();
  const first = await until(`${what}: a tick`, () => seen(apis[0]), (s) => s.ledger.some((e) => e.state === 'done') && s.runs.length > 0 && s.notices.length > 0, 75_000);
  const tick = first.ledger.at(-1).tick;
  assert.equal(Date.parse(tick) % 60_000, 0, `${what}: ${tick} is no full minute`);
  assert.ok(Date.parse(tick) > published - 1000 && Date.parse(tick) <= published + 61_000, `${what}: ${tick} is not the minute after publishing`);
  // Another server would do it again within moments if it did at all.
  for (let round = 0; round < 20; round += 1) {
    for (const api of apis) {
      const now = await seen(api);
      const ours = (at) => Math.floor(Date.parse(at) / 60_000) === Date.parse(tick) / 60_000;
      assert.equal(now.ledger.filter((e) => e.tick === tick).length, 1, `${what}: ledger ${JSON.stringify(now.ledger)}`);
      assert.equal(now.runs.filter((r) => ours(r.at)).length, 1, `${what}: runs ${JSON.stringify(now.runs)}`);
      assert.equal(now.notices.filter((n) => ours(n.at)).length, 1, `${what}: notices ${JSON.stringify(now.notices)}`);
      assert.equal(now.runs.find((r) => ours(r.at)).state, 'done');
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function embedded(t) {
  const data = await temporary();
  t.after(data.remove);
  const node = await serve(t.bin, ['--data', data.path]);
  t.after(() => node.stop());
  const api = await setUp(node);
  await onceATick(t, 'embedded store', [api]);
}

async function mongodb(t) {
  const database = await mongo();
  t.after(database.stop);
  const args = ['--mongodb-uri', database.uri, '--db', `e2e_cron_${process.pid}`, '--allow-standalone'];
  const one = await serve(t.bin, args);
  t.after(() => one.stop());
  const api = await setUp(one);
  const two = await serve(t.bin, args);
  t.after(() => two.stop());
  t.assert.notEqual(one.pid, two.pid);
  await onceATick(t, 'two servers on MongoDB', [api, await Api.login(two.address, 'admin', password)]);
}

export async function run(t) {
  const both = await Promise.allSettled([embedded(t), mongodb(t)]);
  for (const one of both) if (one.status === 'rejected') throw one.reason;
}
