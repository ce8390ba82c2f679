// An approval by many hands: the admin lays steps side by side; a rep picks the first approver and submits; it is passed on with a reason,
// asked about, decided in parallel by two who are added to and stand in for each other; several are decided at once; the one it was copied to
// reads it, and a link from a mail opens the decision.
import { Api, until } from '../kit/api.mjs';
import { choose } from '../kit/form.mjs';

const rest = { onEmpty: 'admin', onSelf: 'climb', due: 'P2BD' };
const definition = {
  spec: 'pipewright/1', key: 'signs', name: '用章申请', timezone: 'Asia/Shanghai', currency: 'CNY', calendar: 'CN', roles: [{ key: 'rep', name: '申请人' }, { key: 'checker', name: '复核人' }],
  forms: [{
    key: 'seal', name: '用章', title: '{{ name }}',
    sections: [{ key: 'main', name: '申请', columns: 2, fields: ['name', 'amount'] }],
    fields: [{ key: 'name', type: 'text', name: '事由', required: true, list: true }, { key: 'amount', type: 'money', name: '金额', list: true }],
    grants: [{ role: 'rep', records: 'own', do: ['create', 'read', 'edit'] }],
  }],
  processes: [{
    key: 'seal', form: 'seal', name: '用章', start: 'draft', value: 'amount',
    stages: [{ key: 'draft', name: '草拟', owner: { role: 'rep' }, goal: '写清用途', kind: 'work' }, { key: 'sealed', name: '已用章', end: 'done' }],
    transitions: [{ key: 'submit', from: ['draft'], to: 'sealed', name: '提交用章', approval: 'seal' }],
  }],
  approvals: [{
    key: 'seal', name: '用章审批', guards: ['name', 'amount'], cc: [{ user: 'ops.wu' }], onReturn: { to: 'any' },
    steps: [
      { key: 'first', name: '初审', who: [{ pick: 'initiator' }], allow: ['transfer', 'delegate', 'addSign', 'removeSign', 'return'], ...rest },
      { key: 'both', name: '会审', parallel: [
        { key: 'money', name: '财务', who: [{ user: 'fin.zhao' }], allow: ['addSign', 'removeSign', 'return'], ...rest },
        { key: 'law', name: '法务', who: [{ user: 'legal.qian' }], ...rest }] },
      { key: 'last', name: '终审', runIf: 'amount > 100000', who: [{ user: 'cfo.he' }], ...rest },
    ],
  }],
  views: [{ key: 'board', process: 'seal', kind: 'board', name: '看板' }],
};

/** Installs the app and gives the rep his role. */
async function begin(t) {
  const admin = await Api.login(t.address, 'admin');
  await admin.post('/apps/import', { definition });
  await admin.post('/apps/signs/publish', { note: '第一版', acceptWarnings: true });
  const { items } = await admin.get('/users');
  const li = items.find((u) => u.id === 'rep.li');
  await admin.must('PATCH', '/users/rep.li', { roles: [...li.roles, 'signs/rep'] });
  return admin;
}

const line = (page, title) => page.locator('.inbox-list .task', { hasText: title });

async function openTask(t, page, title) {
  await t.open(page, '/inbox');
  await line(page, title).first().click();
  await page.locator('.task-head', { hasText: title }).waitFor();
}

/** Brings somebody else in: transfer, delegate or added people. */
async function bringIn(page, what, person, comment) {
  const panel = page.locator('.decide');
  await panel.getByRole('button', { name: '其他' }).click();
  await page.getByRole('menuitem', { name: what, exact: true }).click();
  await choose(page, panel.locator('.asking'), person, person);
  await page.keyboard.press('Escape');
  if (comment) await panel.getByRole('textbox', { name: '意见' }).fill(comment);
}

async function press(page, name) {
  await page.locator('.decide').getByRole('button', { name, exact: true }).click();
}

async function said(page, words) {
  await page.locator('.toast', { hasText: words }).first().waitFor();
}

export async function run(t) {
  const { assert } = t;
  const admin = await begin(t);
  const api = await Api.login(t.address, 'rep.li');
  const made = await api.post('/apps/signs/forms/seal/records', { data: { name: '框架合同用章', amount: { amount: '80000.00', currency: 'CNY' } } });

  // The rep sees the path before he submits, and picks who looks at it first.
  const rep = await t.as('rep.li');
  await t.open(rep, `/r/${made.id}`);
  await rep.locator('.bottom-bar, .acts').getByRole('button', { name: '提交用章', exact: true }).last().click();
  const dialog = rep.getByRole('dialog');
  await dialog.locator('.pathv', { hasText: '由提交人选' }).waitFor();
  assert.equal(await dialog.getByRole('button', { name: '提交审批' }).isDisabled(), true);
  await choose(rep, dialog.locator('.setting'), '王敏', '王敏');
  await rep.keyboard.press('Escape');
  await t.look(rep, 'submit');
  await dialog.getByRole('button', { name: '提交审批' }).click();
  await dialog.waitFor({ state: 'hidden' });

  // Passed on for good, with a reason; then asked about, and decided by the one who has it.
  const wang = await t.as('mgr.wang');
  await openTask(t, wang, '框架合同用章');
  await bringIn(wang, '转交', '孙浩');
  await press(wang, '转交');
  await wang.getByRole('alert').filter({ hasText: '要写明原因' }).waitFor();
  await wang.getByRole('textbox', { name: '意见' }).fill('归孙总看');
  await t.look(wang, 'transfer');
  await press(wang, '转交');
  await said(wang, '已转交');
  const sun = await t.as('dir.sun');
  await openTask(t, sun, '框架合同用章');
  await bringIn(sun, '委派', '陈静');
  await press(sun, '委派');
  await said(sun, '已委派');
  const chen = await t.as('rep.chen');
  await openTask(t, chen, '框架合同用章');
  await chen.getByText('请你看过后给出意见').waitFor();
  await chen.getByRole('textbox', { name: '意见' }).fill('条款没问题');
  await press(chen, '同意');
  await said(chen, '已同意');
  await openTask(t, sun, '框架合同用章');
  await sun.locator('.comments', { hasText: '条款没问题' }).waitFor();
  await press(sun, '同意');
  await said(sun, '已同意');

  // Two at the same time; finance adds somebody first, whose work another does while he is away.
  await admin.post('/absences', { user: 'legal.qian', from: new Date(Date.now() - 60_000).toISOString(), to: new Date(Date.now() + 86_400_000).toISOString(), substitute: 'cfo.he' });
  const he = await t.as('cfo.he');
  await until('the open task goes to who stands in', async () => (await (await Api.login(t.address, 'cfo.he')).get('/tasks?state=open')).items, (items) => items.some((x) => x.for?.id === 'legal.qian'));
  const zhao = await t.as('fin.zhao');
  await openTask(t, zhao, '框架合同用章');
  await zhao.locator('.pathv', { hasText: '何川 代 钱薇' }).waitFor();
  await bringIn(zhao, '加签', '吴桐');
  await t.look(zhao, 'add');
  await press(zhao, '加签');
  await said(zhao, '已加签');
  await t.open(zhao, `/inbox?tab=done&task=${encodeURIComponent(`${made.id}|money|1|0`)}`);
  await zhao.getByRole('button', { name: '收回 吴桐' }).click();
  await said(zhao, '已收回');

  // A link from a mail opens the decision; a second visit says that it is over.
  await zhao.goto(`/tasks/${encodeURIComponent(`${made.id}|money|1|0`)}`);
  await press(zhao, '同意');
  await said(zhao, '已同意');
  await zhao.goto(`/tasks/${encodeURIComponent(`${made.id}|money|1|0`)}`);
  await zhao.locator('.task-panel', { hasText: '已处理' }).waitFor();

  // Several at once, by the one who stands in.
  for (const name of ['补充协议', '报价单']) {
    const other = await api.post('/apps/signs/forms/seal/records', { data: { name, amount: { amount: '1000.00', currency: 'CNY' } } });
    await api.post(`/records/${other.id}/transitions/submit`, { pick: { first: ['cfo.he'] } });
  }
  await t.open(he, '/inbox');
  await he.getByRole('button', { name: '批量处理' }).click();
  for (const name of ['补充协议', '报价单', '框架合同用章']) await he.getByRole('checkbox', { name: `选择“${name}”` }).check();
  await t.look(he, 'several');
  await he.locator('.batch').getByRole('button', { name: '同意', exact: true }).click();
  await said(he, '已处理 3 条');

  // Finance sends one back to its first step: who decided there is asked again.
  await openTask(t, zhao, '补充协议');
  await press(zhao, '退回');
  await choose(zhao, zhao.locator('.decide .asking'), '初审');
  await zhao.getByRole('textbox', { name: '意见' }).fill('请先补页');
  await t.look(zhao, 'return');
  await press(zhao, '退回');
  await said(zhao, '已退回');
  await openTask(t, he, '补充协议');
  await he.locator('.task-head', { hasText: '初审' }).waitFor();
  await he.locator('.comments', { hasText: '请先补页' }).waitFor();
  await t.look(he, 'returned');

  // It is done, and the one it was copied to reads it; the record tells who has.
  await until('the record is sealed', () => api.get(`/records/${made.id}`), (r) => r.stage === 'sealed');
  const wu = await t.as('ops.wu');
  await t.open(wu, '/inbox?tab=cc');
  await line(wu, '框架合同用章').first().click();
  await wu.locator('.task-panel', { hasText: '抄送给你的' }).waitFor();
  await t.look(wu, 'copied');
  await until('the copy is read', () => api.get(`/records/${made.id}`), (r) => r.copies.some((c) => c.read));
  await t.open(rep, `/r/${made.id}`);
  if (t.phone) await rep.getByRole('tab', { name: '审批', exact: true }).click();
  await rep.locator('.copies', { hasText: '已读' }).first().waitFor();
  await t.look(rep, 'record');

  if (t.phone) return;
  const page = await t.as('admin');
  await t.open(page, '/design/signs/approvals');
  await page.locator('.d-parallel').waitFor();
  await page.locator('.d-lane .d-node').first().click();
  await t.look(page, 'designer');
  await page.getByRole('radio', { name: /按权重/ }).check();
  await page.getByRole('spinbutton', { name: '通过所需权重' }).waitFor();
  await page.locator('.d-node', { hasText: '终审' }).click();
  await page.getByRole('button', { name: '加一个并行节点' }).click();
  await page.locator('.d-parallel').nth(1).waitFor();
  await t.look(page, 'parallel');
}
