// Targets and the forecast: a manager fills in targets as in a spreadsheet, pastes a block, and is told of what another changed meanwhile; she says
// what a month will come to, with a reason, which stands on every level above beside the computed figure; a rep sees his own target and nobody else's.
// What closed records did from the same stage stands beside an open one. Compliance: what was not gone through as written opens its records, and reports go out as files.
import { Api, until } from '../kit/api.mjs';

const bids = {
  spec: 'pipewright/1', key: 'bids', name: '投标', languages: ['zh-CN'], timezone: 'Asia/Shanghai', currency: 'CNY', roles: [{ key: 'rep', name: '客户经理' }],
  forms: [{ key: 'bid', name: '投标', title: '{{ name }}', fields: [{ key: 'name', type: 'text', name: '名称', required: true, list: true }], grants: [{ role: 'rep', records: 'own', do: ['create', 'read', 'edit'] }] }],
  processes: [{
    key: 'bid', form: 'bid', name: '投标流程', start: 'talk',
    stages: [
      { key: 'talk', name: '洽谈', goal: '弄清评标办法', checklist: [{ key: 'visit', name: '拜访评标人' }, { key: 'file', name: '买标书' }] },
      { key: 'offer', name: '投标' }, { key: 'won', name: '中标', end: 'won' }, { key: 'lost', name: '落标', end: 'lost' },
    ],
    transitions: [
      { key: 'offer', from: ['talk'], to: 'offer', name: '递交' }, { key: 'win', from: ['offer', 'talk'], to: 'won', name: '中标' }, { key: 'lose', from: ['talk', 'offer'], to: 'lost', name: '落标' },
    ],
  }],
};

/** What bids that ended did is told beside one that has not: figures of all, also of records that the reader may not read. */
async function precedents(t) {
  const { assert } = t;
  const admin = await Api.login(t.address, 'admin');
  await admin.post('/apps/import', { definition: bids });
  await admin.post('/apps/bids/publish', { note: '第一版', acceptWarnings: true });
  for (const id of ['rep.li', 'rep.chen']) {
    const { items } = await admin.get(`/users?q=${id}`);
    await admin.must('PATCH', `/users/${id}`, { roles: [...(items[0].roles ?? []), 'bids/rep'] });
  }
  const chen = await Api.login(t.address, 'rep.chen');
  const li = await Api.login(t.address, 'rep.li');
  const mine = await li.post('/apps/bids/forms/bid/records', { data: { name: '地铁五号线' } });
  await Promise.all([...Array(22).keys()].map(async (i) => {
    const { id } = await chen.post('/apps/bids/forms/bid/records', { data: { name: `旧标 ${i}` } });
    if (i < 11 || i > 20) await chen.post(`/records/${id}/checklist/visit`, { done: true });
    if (i < 10) await chen.post(`/records/${id}/transitions/offer`, {});
    await chen.post(`/records/${id}/transitions/${i < 12 ? 'win' : 'lose'}`, {});
  }));
  // Visits follow the answers that they come from.
  await until('all 22 are counted', async () => {
    await admin.post('/apps/bids/precedents/bid', {});
    return li.get(`/records/${mine.id}/precedents`);
  }, (p) => p.won === 12 && p.other === 10 && p.ways[0]?.n === 10 && p.ways[1]?.n === 2);
  const page = await t.as('rep.li');
  await t.open(page, `/r/${mine.id}`);
  if (t.phone) await page.getByRole('tab', { name: '下一步' }).click();
  const card = page.getByRole('region', { name: '历史经验' });
  await card.getByText('到过这个阶段、已经结束的 22 条里，12 条赢单').waitFor();
  assert.deepEqual(await card.getByRole('list', { name: '赢单的从这里去了哪里' }).locator('b').allInnerTexts(), ['投标', '中标']);
  await card.getByText('赢单 11/12，其他 1/10').waitFor();
  await card.getByRole('button', { name: '怎么算的' }).click();
  await card.getByText(/不涉及任何一条记录的内容/).waitFor();
  await t.look(page, 'precedents');
  // What it says to do, done here, is no longer said.
  await page.getByRole('checkbox', { name: /拜访评标人/ }).click();
  await card.getByText('赢单 11/12，其他 1/10').waitFor({ state: 'detached' });
}

export async function run(t) {
  const { assert } = t;
  const year = new Date().getFullYear() + 2; // nothing of the sample closes there, and it brings no targets for it
  const li = await Api.login(t.address, 'rep.li');
  const { items: accounts } = await li.get('/apps/b2b/forms/account/records?limit=1');
  const deal = await li.post('/apps/b2b/forms/deal/records', { data: { name: '东湖二期', account: accounts[0]?.id, closeDate: `${year}-02-10` } });
  assert.ok(deal.id);

  const wang = await t.as('mgr.wang');
  await t.open(wang, `/a/b2b/forecast/deal?year=${year}`);
  await wang.getByRole('button', { name: /李雷，2月/ }).waitFor();
  await t.look(wang, 'outlook');

  await wang.getByRole('button', { name: '录入目标' }).click();
  const cell = (who, month) => wang.getByRole('textbox', { name: `${who} ${month}月的目标` });
  await cell('李雷', 1).fill('12万');
  await cell('李雷', 1).press('Enter');
  // A block from a spreadsheet: two people, two months.
  await cell('李雷', 2).focus();
  await wang.evaluate(() => {
    const data = new DataTransfer();
    data.setData('text/plain', '"300,000"\t250000\r\n');
    document.activeElement.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
  });
  await wang.getByRole('button', { name: '保存 3 处' }).waitFor();
  await cell('李雷', 4).fill('很多');
  await wang.getByRole('button', { name: /^保存/ }).click();
  await wang.getByRole('alert').filter({ hasText: '请写一个数' }).first().waitFor();
  await cell('李雷', 4).press('Escape');
  await t.look(wang, 'sheet');
  // Somebody else was faster in one cell.
  const admin = await Api.login(t.address, 'admin');
  await admin.must('PUT', '/apps/b2b/forecast/deal', { what: 'amount', items: [{ subject: 'user:rep.li', month: `${year}-01`, value: '99000', was: null }] });
  await wang.getByRole('button', { name: '保存 3 处' }).click();
  await wang.getByRole('alert').filter({ hasText: '刚改过这一格' }).waitFor();
  await t.look(wang, 'changed-meanwhile');
  await wang.getByRole('button', { name: '保存 3 处' }).click();
  await wang.locator('.toast', { hasText: '已保存' }).waitFor();

  await wang.getByRole('button', { name: '预测', exact: true }).click();
  await wang.getByRole('button', { name: /李雷，2月/ }).click();
  const dialog = wang.getByRole('dialog');
  await dialog.getByText('300,000').first().waitFor();
  await dialog.getByLabel('这个月会有').fill('15万');
  await dialog.getByRole('button', { name: /保\s*存/ }).click();
  await dialog.getByRole('alert').filter({ hasText: '理由' }).waitFor();
  await dialog.getByLabel('理由').fill('预算要等董事会');
  await t.look(wang, 'call');
  await dialog.getByRole('button', { name: /保\s*存/ }).click();
  await dialog.waitFor({ state: 'detached' });
  const manager = await Api.login(t.address, 'mgr.wang');
  const seen = await manager.get(`/apps/b2b/forecast/deal?from=${year}-02&months=1`);
  const row = (subject) => seen.rows.find((r) => r.subject === subject).cells[0];
  assert.equal(row('user:rep.li').expected, '150000.00');
  assert.equal(row('user:rep.li').computed, '0.00');
  assert.equal(row('user:rep.li').onCourse, '0.5');
  assert.equal(row('team:east').target, '300000.00');
  await wang.getByRole('button', { name: /李雷，2月/ }).click();
  await dialog.getByText('修改记录').click();
  await dialog.getByText('– → 150,000').waitFor();
  await t.look(wang, 'cell');

  const rep = await t.as('rep.li');
  await t.open(rep, `/a/b2b/forecast/deal?year=${year}`);
  await rep.getByRole('button', { name: /李雷，2月/ }).click();
  await rep.getByRole('dialog').getByText('300,000').first().waitFor();
  assert.equal(await rep.getByText('陈静').count(), 0, 'a rep sees the plan of another');
  assert.equal(await rep.getByText('主管调整').count(), 0, 'a rep may call his own month');
  await t.look(rep, 'rep');
  await t.open(wang, '/a/b2b/dashboards/home');
  await wang.getByRole('heading', { name: '本季进度与目标' }).waitFor();
  await t.look(wang, 'dashboard');
  const [file] = await Promise.all([wang.waitForEvent('download'), wang.getByRole('link', { name: '导出 本季进度与目标' }).click()]);
  assert.equal(file.suggestedFilename(), 'pace.xlsx');

  // What was not gone through as written: the sample's records, which began as they stood elsewhere, and each opens from here.
  await t.open(wang, '/a/b2b/compliance/deal');
  await wang.getByRole('button', { name: /^导入补录 \d/ }).click();
  const line = wang.locator('.comp-lines li').first();
  await line.getByText('导入补录').waitFor();
  await t.look(wang, 'compliance');
  await line.getByRole('link').click();
  await wang.waitForURL(/\/r\//);

  await precedents(t);

  // The chances that history tells stand beside those set; the sample has too few closed records to take any over.
  if (t.size !== 'desk') return; // a phone shows the panel over the picture
  const designer = await t.as('admin');
  await t.open(designer, '/design/b2b/flow');
  const chances = designer.getByRole('button', { name: '把历史概率写进草稿' });
  await chances.waitFor();
  assert.ok(await chances.isDisabled());
  await chances.scrollIntoViewIfNeeded();
  await t.look(designer, 'chances');
}
