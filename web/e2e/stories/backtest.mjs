// Before publishing, an admin asks what the draft would have made of the records there are: which approvals would have gone another way, what would
// be due when. She narrows it to one kind of change, and opens a record. The records themselves stay as they are.
import { Api } from '../kit/api.mjs';

const definition = {
  spec: 'pipewright/1', key: 'tiers', name: '订单审批', languages: ['zh-CN'], timezone: 'Asia/Shanghai', currency: 'CNY',
  roles: [{ key: 'rep', name: '客户经理' }, { key: 'manager', name: '销售经理' }, { key: 'finance', name: '财务' }],
  forms: [{
    key: 'order', name: '订单', title: '{{ name }}',
    fields: [
      { key: 'name', type: 'text', name: '名称', required: true, list: true },
      { key: 'amount', type: 'number', name: '金额', required: true, list: true },
      { key: 'score', type: 'number', name: '评分', calc: 'amount > 500 ? 2 : 1' },
    ],
    grants: [{ role: 'rep', records: 'all', do: ['create', 'read', 'edit'] }, { role: 'manager', records: 'all', do: ['read'] }, { role: 'finance', records: 'all', do: ['read'] }],
  }],
  processes: [{
    key: 'order', form: 'order', name: '订单流程', start: 'draft',
    stages: [{ key: 'draft', name: '草拟', due: 'P3D' }, { key: 'won', name: '成交', end: 'won' }],
    transitions: [{ key: 'win', from: ['draft'], to: 'won', name: '提交成交', approval: 'price' }],
  }],
  approvals: [{
    key: 'price', name: '价格审批', guards: ['amount'],
    steps: [
      { key: 'boss', name: '经理', who: [{ role: 'manager' }], mode: 'any', onEmpty: 'admin', onSelf: 'allow', due: [{ after: 'P1D', do: 'remind' }] },
      { key: 'money', name: '财务', runIf: 'amount >= 1000', who: [{ role: 'finance' }], mode: 'any', onEmpty: 'admin', onSelf: 'allow', due: [{ after: 'P1D', do: 'remind' }] },
    ],
  }],
};

export async function run(t) {
  const { assert } = t;
  const admin = await Api.login(t.address, 'admin');
  await admin.post('/apps/import', { definition });
  await admin.post('/apps/tiers/publish', { note: '第一版', acceptWarnings: true });
  for (const [id, roles] of [['rep.li', ['tiers/rep']], ['mgr.wang', ['tiers/manager']], ['fin.zhao', ['tiers/finance']], ['admin', ['tiers/rep']]]) {
    const { items } = await admin.get(`/users?q=${id}`);
    await admin.must('PATCH', `/users/${id}`, { roles: [...(items[0].roles ?? []), ...roles] });
  }
  const li = await Api.login(t.address, 'rep.li');
  for (const [name, amount] of [['小单', '100'], ['中单', '800'], ['大单', '5000'], ['还没提交的', '700']]) {
    const { id } = await li.post('/apps/tiers/forms/order/records', { data: { name, amount } });
    if (name !== '还没提交的') await li.post(`/records/${id}/transitions/win`, {});
  }
  const before = await li.get('/apps/tiers/forms/order/records');
  const draft = await admin.get('/apps/tiers/draft');
  const next = JSON.parse(JSON.stringify(definition).replace('amount >= 1000', 'amount >= 500').replace('amount > 500 ? 2 : 1', 'amount > 750 ? 3 : 1').replace('"due":"P3D"', '"due":"P5D"'));
  await admin.must('PUT', '/apps/tiers/draft', next, { 'If-Match': `"${draft.rev}"` });

  const page = await t.as('admin');
  await t.open(page, '/design/tiers/publish');
  await page.getByRole('heading', { name: '回测' }).waitFor();
  await page.getByRole('button', { name: '开始回测' }).click();
  await page.getByText('4 条记录里，4 条会不同。').waitFor();
  await page.getByText('经理（王敏） → 财务（赵宁）').first().waitFor();
  await page.getByRole('heading', { name: '回测' }).scrollIntoViewIfNeeded();
  await t.look(page, 'found');
  const filter = page.getByRole('group', { name: '按变化筛选' });
  await filter.getByRole('button', { name: /^路线 2$/ }).click();
  assert.equal(await page.locator('.d-back > li').count(), 2);
  await page.getByRole('link', { name: '中单' }).waitFor();
  assert.equal(await page.getByRole('link', { name: '小单' }).count(), 0);
  await t.look(page, 'routes');

  const after = await li.get('/apps/tiers/forms/order/records');
  assert.deepEqual(after, before);
}
