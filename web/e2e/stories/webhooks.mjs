// Another system calls: an admin makes the webhook in the automation editor and its secret; a signed call starts a record; the run log tells
// what came in; a call that could not be done is corrected and run again. And a button is pressed on several records from their list.
import { createHmac, randomUUID } from 'node:crypto';
import { until } from '../kit/api.mjs';
import { tools } from '../kit/form.mjs';

const text = (zh, tw, en) => ({ 'zh-CN': zh, 'zh-TW': tw, en });

const app = {
  spec: 'pipewright/1',
  key: 'hooks',
  name: text('来单', '來單', 'Orders in'),
  languages: ['zh-CN', 'zh-TW', 'en'],
  timezone: 'Asia/Shanghai',
  currency: 'CNY',
  calendar: 'CN',
  roles: [{ key: 'clerk', name: text('内勤', '內勤', 'Clerk') }],
  forms: [
    {
      key: 'order',
      name: text('订单', '訂單', 'Order'),
      code: 'HO',
      fields: [
        { key: 'name', type: 'text', name: text('单号', '單號', 'Number'), required: true, list: true },
        { key: 'qty', type: 'number', name: text('数量', '數量', 'Quantity'), scale: 0, max: 100, list: true },
        { key: 'seen', type: 'bool', name: text('已核对', '已核對', 'Checked'), list: true },
      ],
      grants: [{ role: 'clerk', records: 'all', do: ['create', 'read', 'edit'] }],
    },
  ],
  automations: [
    {
      key: 'check',
      name: text('核对', '核對', 'Check'),
      on: { button: text('核对', '核對', 'Check'), form: 'order', by: ['clerk'] },
      if: 'not (seen ?? false)',
      do: [{ set: { seen: 'true' } }],
    },
    { key: 'checked', name: text('核对之后', '核對之後', 'After the check'), on: { updated: 'order', fields: ['seen'] }, do: [{ notify: { to: [{ field: 'owner' }], text: text('已核对', '已核對', 'Checked') } }] },
    {
      key: 'arrive',
      name: text('来单', '來單', 'Order in'),
      on: { created: 'order' },
      do: [{ notify: { to: [{ user: 'admin' }], text: text('来单', '來單', 'In') } }],
    },
  ],
};

/** What the webhook does once the editor has made it one. */
const doing = [
  { start: { form: 'order', with: { name: 'payload.no', qty: 'payload.qty' } } },
  { http: { url: 'https://erp.example.com/seen', method: 'POST', body: { no: 'payload.no' }, result: [{ key: 'state', type: 'text', from: 'data.state' }] }, if: 'payload.qty > 1000' },
];

/** Gives people the role of the app, by the page's own requests. What one tries on records of before runs on those one may read. */
async function grantRole(t, page, ...ids) {
  const { items } = await (await page.request.get('/api/users')).json();
  for (const { id, roles } of items.filter((u) => ids.includes(u.id))) {
    const answer = await page.request.fetch(`/api/users/${id}`, { method: 'PATCH', data: { roles: [...roles, 'hooks/clerk'] } });
    t.assert.ok(answer.status() < 300, await answer.text());
  }
}

/** A call as the other system makes it. */
async function call(t, secret, body) {
  const content = JSON.stringify(body);
  const id = randomUUID();
  const at = Math.floor(Date.now() / 1000);
  const signature = createHmac('sha256', secret).update(`${id}.${at}.${content}`).digest('base64');
  const answer = await fetch(`${t.address}/hooks/hooks/newOrder`, {
    method: 'POST', body: content,
    headers: { 'Content-Type': 'application/json', 'webhook-id': id, 'webhook-timestamp': String(at), 'webhook-signature': `v1,${signature}` },
  });
  return answer.status;
}

export async function run(t) {
  const { assert } = t;
  const page = await t.as('admin');
  const post = async (path, data, headers = {}, method = 'POST') => {
    const answer = await page.request.fetch(`/api${path}`, { method, data, headers: { 'Idempotency-Key': randomUUID(), ...headers } });
    assert.ok(answer.status() < 300, `${method} ${path}: ${answer.status()} ${await answer.text()}`);
    return answer.json().catch(() => undefined);
  };
  const get = async (path) => (await page.request.get(`/api${path}`)).json();
  await post('/apps/import', { definition: app });

  // The trigger becomes a call from outside, in the editor.
  await t.open(page, '/design/hooks/automations?at=/automations/arrive');
  await page.getByRole('combobox', { name: '触发', exact: true }).click();
  // The list is long; the last but one is reached from its end.
  for (const key of ['ArrowUp', 'ArrowUp', 'Enter']) await page.keyboard.press(key);
  await page.getByLabel('地址标识').fill('newOrder');
  const payload = page.locator('.d-conditions').filter({ has: page.getByLabel('位置，如 data.price') });
  for (const [i, key] of ['no', 'qty'].entries()) {
    if (i === 0) await page.getByRole('button', { name: '添加', exact: true }).first().click();
    else await payload.first().getByRole('button', { name: '添加', exact: true }).click();
    await payload.first().getByLabel('名称', { exact: true }).nth(i).fill(key);
    await payload.first().getByLabel('名称', { exact: true }).nth(i).blur();
  }
  await payload.first().getByLabel('类型', { exact: true }).nth(1).click();
  await page.locator('.ant-select-dropdown:visible .ant-select-item-option').filter({ hasText: '数值' }).first().click();
  const on = { webhook: 'newOrder', payload: [{ key: 'no', type: 'text' }, { key: 'qty', type: 'number' }] };
  const arrive = (d) => d.definition.automations.find((x) => x.key === 'arrive');
  const draft = await until('the trigger is saved', () => get('/apps/hooks/draft'), (d) => JSON.stringify(arrive(d).on.payload) === JSON.stringify(on.payload), 15_000);
  assert.deepEqual(arrive(draft).on, on);
  await t.look(page, 'trigger');
  arrive(draft).do = doing;
  await page.goto('/');
  await post('/apps/hooks/draft', draft.definition, { 'If-Match': `"${draft.rev}"` }, 'PUT');
  await t.open(page, '/design/hooks/automations?at=/automations/arrive');
  await page.getByLabel('位置，如 data.price').last().scrollIntoViewIfNeeded();
  await t.look(page, 'actions');
  await post('/apps/hooks/publish', { note: '接单', acceptWarnings: true });

  // The secret is made where the address stands, and shown once.
  await t.open(page, '/design/hooks/automations?at=/automations/arrive');
  await page.getByRole('button', { name: '生成密钥' }).click();
  const secret = await page.getByRole('textbox', { name: 'Webhook 密钥' }).inputValue();
  await t.look(page, 'secret');
  await page.getByRole('button', { name: '关闭' }).first().click();

  // A call that is not signed is refused; a good one starts a record; one with too many pieces fails and waits for a hand.
  assert.equal(await call(t, 'wrong', { no: 'SO-0', qty: 1 }), 401);
  assert.equal(await call(t, secret, { no: 7, qty: 1 }), 422);
  assert.equal(await call(t, secret, { no: 'SO-1', qty: 12 }), 202);
  assert.equal(await call(t, secret, { no: 'SO-2', qty: 500 }), 202);
  const runs = () => get('/automations/hooks/arrive/runs');
  await until('both runs', runs, (r) => r.items.some((x) => x.state === 'done') && r.items.some((x) => x.state === 'failed'), 20_000);

  // The run log tells; what came in is corrected and run again.
  await t.open(page, '/design/hooks/automations?at=/automations/arrive');
  const failed = page.locator('.d-runs li').filter({ hasText: '失败' }).first();
  await failed.locator('summary').click();
  await failed.getByText('500').first().waitFor();
  await failed.scrollIntoViewIfNeeded();
  await t.look(page, 'runs');
  await failed.getByRole('button', { name: '修改后重试' }).click();
  const box = page.getByRole('dialog').getByRole('textbox');
  await box.fill(JSON.stringify({ no: 'SO-2', qty: 50 }, null, 2));
  await t.look(page, 'edit-and-run');
  await page.getByRole('dialog').locator('.ant-btn-primary').click();
  await until('the corrected run', runs, (r) => r.items.filter((x) => x.state === 'done').length >= 2, 20_000);

  // A button on several records, from their list.
  await grantRole(t, page, 'rep.li', 'admin');
  const li = await t.as('rep.li');
  await t.open(li, '/a/hooks/list/order');
  await tools(li);
  await li.getByRole('button', { name: '选择多条' }).click();
  for (const no of ['SO-1', 'SO-2']) await li.getByRole('checkbox', { name: `选择 ${no}` }).check();
  await t.look(li, 'chosen');
  await li.getByRole('group', { name: '选择多条' }).getByRole('button', { name: '核对' }).click();
  await li.getByRole('dialog').getByRole('button', { name: '核对' }).click();
  await li.getByText('2 条已开始，0 条被拒绝。').waitFor();
  await t.look(li, 'pressed');
  await until('both are checked', () => get('/automations/hooks/checked/runs'), (r) => r.items.length === 2, 15_000);

  // What it would have done of late: calls cannot be told of, changes can.
  await t.open(page, '/design/hooks/automations?at=/automations/checked');
  await page.getByRole('button', { name: '用过去的数据试一试' }).click();
  await page.getByText('次会执行，涉及 2 条记录').waitFor();
  await page.locator('.d-days').scrollIntoViewIfNeeded();
  await t.look(page, 'last-30-days');

  // The map shows that pressing the button sets off what waits for the change.
  await t.open(page, '/design/hooks/map');
  await page.getByRole('button', { name: '自动化', exact: true }).click();
  await page.locator('.d-triggerlist').getByText('修改字段').waitFor();
  await t.look(page, 'triggers');
}
