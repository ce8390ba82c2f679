// The recycle bin: a rep deletes a deal by mistake, finds it in the bin with who deleted it and until when it stays, and takes it back; an
// admin takes another away for good, and erases a third with a warning that he has to answer.
import { Api } from '../kit/api.mjs';
import { tools } from '../kit/form.mjs';

const definition = {
  spec: 'pipewright/1', key: 'notes', name: '台账', languages: ['zh-CN'], timezone: 'Asia/Shanghai', currency: 'CNY',
  roles: [{ key: 'clerk', name: '文员' }],
  forms: [{
    key: 'entry', name: '登记', title: '{{ name }}',
    fields: [{ key: 'name', type: 'text', name: '名称', required: true, list: true }],
    grants: [{ role: 'clerk', records: 'all', do: ['create', 'read', 'edit', 'delete'] }],
  }],
};

export async function run(t) {
  const { assert } = t;
  const admin = await Api.login(t.address, 'admin');
  await admin.post('/apps/import', { definition });
  await admin.post('/apps/notes/publish', { note: '第一版', acceptWarnings: true });
  for (const id of ['rep.li', 'admin']) {
    const { items } = await admin.get(`/users?q=${id}`);
    await admin.must('PATCH', `/users/${id}`, { roles: [...(items[0].roles ?? []), 'notes/clerk'] });
  }
  const li = await Api.login(t.address, 'rep.li');
  for (const name of ['误删的登记', '旧登记', '个人信息']) await li.post('/apps/notes/forms/entry/records', { data: { name } });
  const { items } = await li.get('/apps/notes/forms/entry/records');
  for (const record of items.filter((r) => r.title !== '个人信息')) await li.must('DELETE', `/records/${record.id}`);

  const row = (page, name) => page.locator('.bin-list li', { hasText: name });
  const rep = await t.as('rep.li');
  await t.open(rep, '/a/notes/list/entry');
  await tools(rep);
  await rep.getByRole('link', { name: '回收站' }).click();
  await row(rep, '误删的登记').getByText('彻底删除', { exact: false }).first().waitFor();
  await row(rep, '误删的登记').getByText('李').first().waitFor();
  assert.equal(await rep.getByRole('button', { name: /^彻底删除/ }).count(), 0, 'a rep may purge');
  await t.look(rep, 'bin');
  await rep.getByRole('button', { name: '恢复误删的登记' }).click();
  await rep.locator('.toast', { hasText: '已恢复' }).waitFor();
  await row(rep, '误删的登记').waitFor({ state: 'detached' });

  const boss = await t.as('admin');
  await t.open(boss, '/a/notes/bin/entry');
  await boss.getByRole('button', { name: '彻底删除旧登记' }).click();
  await boss.getByRole('dialog').getByText('之后不能再恢复').waitFor();
  await t.look(boss, 'purge');
  await boss.getByRole('dialog').getByRole('button', { name: '彻底删除' }).click();
  await boss.getByText('回收站是空的').waitFor();
  await t.look(boss, 'empty');

  const kept = items.find((r) => r.title === '个人信息');
  await t.open(boss, `/r/${kept.id}`);
  await boss.getByRole('button', { name: '更多' }).last().click();
  await boss.getByRole('menuitem', { name: '彻底抹除' }).click();
  const dialog = boss.getByRole('dialog');
  assert.equal(await dialog.getByRole('button', { name: '彻底抹除' }).isDisabled(), true, 'erasing needs an answer to the warning');
  await t.look(boss, 'erase');
  await dialog.getByRole('checkbox').check();
  await dialog.getByRole('button', { name: '彻底抹除' }).click();
  await boss.locator('.toast', { hasText: '已抹除' }).waitFor();
  const left = await li.get('/apps/notes/forms/entry/records');
  assert.deepEqual(left.items.map((r) => r.title), ['误删的登记']);
}
