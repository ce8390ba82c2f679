// The list: many records are changed, moved and deleted at once, each answering for itself; and what it shows is kept as a view that others
// use as well. A cell is edited in its place, by the keyboard alone; what is refused comes back with the reason.
import { Api } from '../kit/api.mjs';
import { choose, tools } from '../kit/form.mjs';

export const sizes = ['desk'];

async function make(api, account, name) {
  return api.post('/apps/b2b/forms/deal/records', { data: { name, account, estimate: { amount: '120000.00', currency: 'CNY' } } });
}

export async function run(t) {
  const { assert } = t;
  const api = await Api.login(t.address, 'rep.li');
  const { items } = await api.get('/apps/b2b/forms/account/records?limit=1');
  const deals = [];
  for (const name of ['批量甲', '批量乙', '批量丙']) deals.push(await make(api, items[0].id, name));
  for (const item of ['fit', 'touch']) await api.post(`/records/${deals[0].id}/checklist/${item}`, { done: true });
  const now = async (i) => api.get(`/records/${deals[i].id}`);

  const page = await t.as('rep.li');
  await t.open(page, '/a/b2b/list/deal?q=批量');
  await page.getByRole('link', { name: '批量丙' }).waitFor();
  const bulk = page.getByRole('group', { name: '选择多条' });
  const dialog = page.getByRole('dialog');
  const done = async (words) => {
    await dialog.getByText(words).waitFor();
    await dialog.getByRole('button', { name: '关闭' }).last().click();
    await dialog.waitFor({ state: 'detached' });
  };

  // One field in all of them, as many as match.
  await page.getByRole('button', { name: '选择多条' }).click();
  await bulk.getByRole('button', { name: /全选符合条件的/ }).click();
  await bulk.getByText('已选 3 条').waitFor();
  await bulk.getByRole('button', { name: '改字段…' }).click();
  await choose(page, dialog, '来源');
  await choose(page, dialog.locator('[data-field="origin"]'), '转介绍');
  await t.look(page, 'edit');
  await dialog.getByRole('button', { name: '修改', exact: true }).click();
  await done('3 条已完成，0 条被拒绝。');
  for (const i of [0, 1, 2]) assert.equal((await now(i)).data.origin, 'referral');

  // Nobody skips a stage by choosing many: two lack their ticks, say so, and stay chosen.
  await bulk.getByText('已选 0 条').waitFor();
  await bulk.getByRole('button', { name: /全选符合条件的/ }).click();
  await bulk.getByRole('button', { name: '转到…' }).click();
  await choose(page, dialog, '转鉴别');
  await dialog.getByRole('button', { name: '转鉴别' }).click();
  await dialog.getByText('符合理想客户画像').first().waitFor();
  await t.look(page, 'moved');
  await done('1 条已完成，2 条被拒绝。');
  await bulk.getByText('已选 2 条').waitFor();
  assert.deepEqual(await Promise.all([0, 1, 2].map(async (i) => (await now(i)).stage)), ['identify', 'prospect', 'prospect']);

  // A manager puts two into the bin on a phone, and takes them back.
  const phone = await t.as('mgr.wang', 'phone');
  await t.open(phone, '/a/b2b/list/deal?q=批量');
  await tools(phone);
  await phone.getByRole('button', { name: '选择多条' }).click();
  await phone.getByRole('checkbox', { name: '选择 批量乙' }).check();
  await phone.getByRole('checkbox', { name: '选择 批量丙' }).check();
  await t.look(phone, 'phone');
  const bar = await phone.getByRole('group', { name: '选择多条' }).boundingBox();
  const tabs = await phone.locator('.tabs-bottom').boundingBox();
  assert.ok(bar.y + bar.height <= tabs.y, `the bar of the chosen ends at ${bar.y + bar.height}, under the tabs at ${tabs.y}`);
  await phone.getByRole('group', { name: '选择多条' }).getByRole('button', { name: '删除' }).click();
  const asked = phone.getByRole('dialog');
  await asked.getByRole('button', { name: '删除' }).click();
  await asked.getByText('2 条已完成，0 条被拒绝。').waitFor();
  await t.look(phone, 'phone-deleted');
  await page.getByRole('link', { name: '批量丙' }).waitFor({ state: 'detached' });
  await asked.getByRole('button', { name: '撤销' }).click();
  await asked.getByText('2 条已取回。').waitFor();
  await page.getByRole('link', { name: '批量丙' }).waitFor();

  // What is shown is kept under a name, for everybody; whoever uses it sees the records he may see.
  await bulk.getByRole('button', { name: '完成' }).click();
  await t.open(page, '/a/b2b/list/deal?q=批量&scope=mine&sort=-title');
  await page.getByRole('button', { name: '保存视图' }).click();
  const keep = page.getByRole('dialog', { name: '保存视图' });
  await keep.getByLabel('视图的名字').fill('我的批量');
  await keep.getByRole('checkbox').check();
  await t.look(page, 'keep');
  await keep.getByRole('button', { name: '保存' }).click();
  await keep.waitFor({ state: 'hidden' });
  await page.getByText('我的批量').first().waitFor();
  await t.open(phone, '/a/b2b/list/deal');
  await choose(phone, phone.locator('.bar'), '我的批量 · 李雷');
  await phone.getByText('没有符合条件的记录').waitFor(); // the manager has none of his own
  await phone.getByRole('button', { name: '全部', exact: true }).click();
  await phone.getByRole('link', { name: '批量丙' }).waitFor();
  await phone.getByRole('button', { name: '视图已改动' }).click();
  await t.look(phone, 'phone-view');

  // A cell is edited in its place: the arrow keys go there, F2 opens it, Enter saves, and a refusal comes back with its reason.
  await t.open(page, '/a/b2b/list/deal?q=批量甲&columns=number,title,origin,closeDate,stage');
  const cell = (column) => page.locator(`td[data-cell="${deals[0].id}|${column}"]`);
  await cell('number').focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('F2');
  await page.getByRole('textbox', { name: '修改商机名称' }).and(page.locator(':focus')).fill('批量甲改名');
  await t.look(page, 'cell');
  await page.keyboard.press('Enter');
  await cell('title').getByText('批量甲改名').waitFor();
  await cell('title').and(page.locator(':focus')).waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('textbox', { name: '修改商机名称' }).and(page.locator(':focus')).fill('');
  await page.keyboard.press('Enter');
  await page.locator('.cell-note').getByText('必须填写', { exact: false }).waitFor();
  await cell('title').getByText('批量甲改名').waitFor();
  await t.look(page, 'cell-refused');
  await page.locator('.cell-note').getByRole('button', { name: '关闭' }).click();

  // Somebody else was quicker: both values, and one's own only when told to.
  await cell('origin').dblclick();
  await page.locator('.ant-select-dropdown:visible').waitFor();
  await api.must('PATCH', `/records/${deals[0].id}`, { data: { origin: 'event' } });
  await page.locator('.ant-select-dropdown:visible .ant-select-item-option', { hasText: '官网内容' }).click();
  await page.locator('.cell-note').getByRole('button', { name: '用我的' }).click();
  await cell('origin').getByText('官网内容').waitFor();
  assert.equal((await now(0)).data.name, '批量甲改名');

  // Deals with a row of that product, and more than so many of it.
  const sold = (await api.get(`/apps/b2b/forms/deal/records?limit=1&where=${encodeURIComponent('any(lines, .product != nil)')}`)).items[0];
  const { product } = (await api.get(`/records/${sold.id}`)).data.lines[0];
  const having = (await api.get(`/apps/b2b/forms/deal/records?limit=200&where=${encodeURIComponent(`any(lines, .product == '${product.id}')`)}`)).items;
  await t.open(page, '/a/b2b/list/deal');
  await page.locator('.chip.add').click();
  const editor = page.locator('.filter-editor:visible');
  await choose(page, editor, '产品明细 › 产品', '明细 › 产品');
  await choose(page, editor.locator('.ref'), product.title);
  await t.look(page, 'row-filter', { axe: false });
  await editor.getByRole('button', { name: '应用' }).click();
  await page.locator('.chip', { hasText: `产品明细 › 产品` }).getByText(product.title).waitFor();
  await page.getByText(`共 ${having.length} 条`).waitFor();
}
