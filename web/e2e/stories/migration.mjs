// Records in flight: an admin has published a release that renames nothing, drops a stage, and makes a number of a text. Check & publish says
// how many records run on the release before; she chooses where the stage's records go, sees what would change for each, takes one out, lets the
// others go on, reads why one stayed, and takes it all back. The approval that was running goes on with the vote it had.
import { Api } from '../kit/api.mjs';

const next = (d) =>
  JSON.parse(
    JSON.stringify(d)
      .replace('"key":"quote","name":"报价"', '"key":"offer","name":"报价与谈判"')
      .replaceAll('["quote"]', '["offer"]')
      .replaceAll('"to":"quote"', '"to":"offer"')
      .replace('"key":"seats","type":"text"', '"key":"seats","type":"number"')
      .replace('"due":"P10D"', '"due":"P20D"'),
  );

const definition = {
  spec: 'pipewright/1', key: 'moves', name: '跟单', languages: ['zh-CN'], timezone: 'Asia/Shanghai', currency: 'CNY',
  roles: [{ key: 'clerk', name: '文员' }, { key: 'judge', name: '审批人' }],
  forms: [{
    key: 'entry', name: '订单', title: '{{ name }}',
    fields: [{ key: 'name', type: 'text', name: '名称', required: true, list: true }, { key: 'seats', type: 'text', name: '席位' }],
    grants: [{ role: 'clerk', records: 'all', do: ['create', 'read', 'edit'] }, { role: 'judge', records: 'all', do: ['read'] }],
  }],
  processes: [{
    key: 'entry', form: 'entry', name: '跟单流程', start: 'talk',
    stages: [{ key: 'talk', name: '洽谈', due: 'P10D' }, { key: 'quote', name: '报价' }, { key: 'done', name: '成交', end: 'won' }],
    transitions: [{ key: 'offer', from: ['talk'], to: 'quote', name: '报价' }, { key: 'win', from: ['quote'], to: 'done', name: '成交', approval: 'price' }],
  }],
  approvals: [{
    key: 'price', name: '价格审批', guards: ['name'],
    steps: [{ key: 'boss', name: '主管', who: [{ role: 'judge' }], mode: 'any', onEmpty: 'admin', onSelf: 'allow', due: [{ after: 'P1D', do: 'remind' }] }],
  }],
};

export async function run(t) {
  const { assert } = t;
  const admin = await Api.login(t.address, 'admin');
  await admin.post('/apps/import', { definition });
  await admin.post('/apps/moves/publish', { note: '第一版', acceptWarnings: true });
  for (const [id, roles] of [['rep.li', ['moves/clerk']], ['mgr.wang', ['moves/judge']], ['admin', ['moves/clerk']]]) {
    const { items } = await admin.get(`/users?q=${id}`);
    await admin.must('PATCH', `/users/${id}`, { roles: [...(items[0].roles ?? []), ...roles] });
  }
  const li = await Api.login(t.address, 'rep.li');
  const made = {};
  for (const [name, seats] of [['华东制造', '12'], ['北方物流', '十几个'], ['先不动的', '3'], ['审批中的', '8']])
    made[name] = (await li.post('/apps/moves/forms/entry/records', { data: { name, seats } })).id;
  await li.post(`/records/${made['审批中的']}/transitions/offer`, {});
  await li.post(`/records/${made['审批中的']}/transitions/win`, {});
  await li.post(`/records/${made['华东制造']}/transitions/offer`, {});
  const draft = await admin.get('/apps/moves/draft');
  await admin.must('PUT', '/apps/moves/draft', next(definition), { 'If-Match': `"${draft.rev}"` });
  await admin.post('/apps/moves/publish', { note: '第二版', acceptWarnings: true });

  const boss = await t.as('admin');
  await t.open(boss, '/design/moves/publish');
  await boss.getByText('v1 上有 4 条记录').waitFor();
  await t.look(boss, 'behind');
  await boss.getByRole('button', { name: '迁移到 v2' }).click();
  const dialog = boss.getByRole('dialog');
  await dialog.getByText('2 条记录').waitFor();
  const start = dialog.getByRole('button', { name: /^迁移 \d+ 条记录/ });
  assert.equal(await start.isDisabled(), true, 'it may start with a stage that is to be chosen');
  await t.look(boss, 'choose');
  await dialog.getByLabel('“报价”（阶段）变为').click();
  await boss.locator('.ant-select-dropdown:visible .ant-select-item-option', { hasText: '报价与谈判' }).click();
  await dialog.getByText('报价 → 报价与谈判').first().waitFor();
  await dialog.getByText('继续进行，已有的决定保留').waitFor();
  await dialog.getByText('应是数字').waitFor();
  await dialog.getByRole('checkbox', { name: '迁移先不动的' }).uncheck();
  await t.look(boss, 'preview');
  await dialog.getByRole('button', { name: '迁移 3 条记录' }).click();
  await boss.getByText('已迁移 2 条，未能迁移 1 条，跳过 1 条').waitFor();
  await dialog.getByText('“席位”的值转不过去').waitFor();
  await t.look(boss, 'result');

  // Going back says what would be otherwise, stages that are gone by their names, and that records stay where they are.
  await boss.getByRole('button', { name: '完成' }).click();
  await boss.getByRole('button', { name: '退回到此版本' }).click();
  const rollback = boss.getByRole('dialog', { name: '退回到 v1？' });
  await rollback.getByText('目标由 “报价与谈判” 改为 “报价”').waitFor();
  await rollback.getByText('已有的记录留在各自的版本上走完').waitFor();
  await t.look(boss, 'rollback');
  await rollback.getByRole('button', { name: '取消' }).click();
  await rollback.waitFor({ state: 'hidden' });

  // Any two releases can be held against each other, either way round.
  const changes = boss.getByRole('region', { name: '改了什么' });
  await changes.getByText('没有差别').waitFor();
  await changes.getByLabel('到', { exact: true }).click();
  await boss.locator('.ant-select-dropdown:visible .ant-select-item-option', { hasText: 'v1' }).click();
  await changes.getByText('目标由 “报价与谈判” 改为 “报价”').waitFor();
  await changes.getByRole('button', { name: '两边对调' }).click();
  await changes.getByText('目标由 “报价” 改为 “报价与谈判”').waitFor();
  await t.look(boss, 'between');
  await boss.getByRole('button', { name: /^查看 v1 → v2/ }).click();

  // The approval goes on by the new release.
  const running = await li.get(`/records/${made['审批中的']}`);
  assert.equal(running.release, 2);
  assert.equal(running.stage, 'offer');
  assert.deepEqual(running.approval.waitingFor, ['mgr.wang']);

  await boss.getByRole('button', { name: '撤销这次迁移' }).click();
  await boss.getByRole('alertdialog').getByRole('button', { name: '撤销这次迁移' }).click();
  await boss.getByText('已撤销 2 条，未能撤销 0 条').waitFor();
  await boss.getByRole('button', { name: '完成' }).click();
  await boss.getByText('v1 上有 4 条记录').waitFor();
  await boss.getByRole('heading', { name: '迁移历史' }).waitFor();
  await t.look(boss, 'history');
  const back = await li.get(`/records/${made['审批中的']}`);
  assert.equal(back.release, 1);
  assert.equal(back.stage, 'quote');
}
