// Notes: what a rep wrote about a customer is found by any word of it, opened at the note, and shown on the customer's other records.
import { Api } from '../kit/api.mjs';

const definition = {
  spec: 'pipewright/1', key: 'crm', name: '客户', languages: ['zh-CN'], timezone: 'Asia/Shanghai', currency: 'CNY',
  roles: [{ key: 'rep', name: '销售' }],
  forms: [
    { key: 'account', name: '客户', title: '{{ name }}', fields: [{ key: 'name', type: 'text', name: '名称', required: true, list: true }],
      grants: [{ role: 'rep', records: 'own', do: ['create', 'read', 'edit'] }] },
    { key: 'deal', name: '商机', title: '{{ name }}',
      fields: [{ key: 'name', type: 'text', name: '名称', required: true, list: true }, { key: 'account', type: 'reference', form: 'account', name: '客户' }],
      grants: [{ role: 'rep', records: 'own', do: ['create', 'read', 'edit'] }] },
  ],
};

export async function run(t) {
  const { assert } = t;
  const admin = await Api.login(t.address, 'admin');
  await admin.post('/apps/import', { definition });
  await admin.post('/apps/crm/publish', { note: '第一版', acceptWarnings: true });
  for (const id of ['rep.li', 'rep.chen']) {
    const { items } = await admin.get(`/users?q=${id}`);
    await admin.must('PATCH', `/users/${id}`, { roles: [...items[0].roles, 'crm/rep'] });
  }
  const li = await Api.login(t.address, 'rep.li');
  const account = await li.post('/apps/crm/forms/account/records', { data: { name: '东湖精密' } });
  const deal = await li.post('/apps/crm/forms/deal/records', { data: { name: '二期扩容', account: account.id } });
  await li.post(`/records/${account.id}/notes`, { text: '采购总监喜欢围棋，预算三月批下来。' });
  for (let i = 0; i < 60; i += 1) await li.post(`/records/${account.id}/notes`, { text: `第 ${i + 1} 次拜访` });

  const page = await t.as('rep.li');
  await t.open(page, `/r/${deal.id}?tab=timeline`);
  await page.getByRole('button', { name: '笔记', exact: true }).click();
  await page.locator('.timeline li', { hasText: '第 60 次拜访' }).getByRole('link', { name: '东湖精密' }).waitFor();
  await t.look(page, 'around');

  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: '搜索' }).fill('围棋');
  await page.getByRole('option', { name: /东湖精密/ }).filter({ hasText: '围棋' }).click();
  const note = page.locator('.timeline li.asked', { hasText: '围棋' });
  await note.waitFor();
  assert.ok(new URL(page.url()).pathname.endsWith(account.id));
  await t.look(page, 'found');

  // A colleague is called by name, chosen after @, and hears of it.
  const box = page.getByRole('textbox', { name: '写笔记' });
  await box.click();
  await page.keyboard.type('下周三的棋局@陈');
  await page.getByRole('menuitem', { name: '陈静' }).click();
  await t.look(page, 'called', { axe: false });
  await page.getByRole('button', { name: '添加笔记' }).click();
  await page.locator('.timeline li', { hasText: '下周三的棋局' }).locator('.called', { hasText: '@陈静' }).waitFor();
  const told = await (await Api.login(t.address, 'rep.chen')).get('/notices');
  assert.equal(told.items.length, 1, 'who was called hears of it');

  const chen = await Api.login(t.address, 'rep.chen');
  assert.deepEqual((await chen.get(`/search?q=${encodeURIComponent('围棋')}`)).items, [], 'a stranger finds a note');
}
