// One customer entered twice: the manager compares the two, takes the phone of the one that goes, merges, finds its notes and history at the one
// that stays, and undoes it. A rep who may not delete is told so.
import { Api } from '../kit/api.mjs';
import { tools } from '../kit/form.mjs';

const definition = {
  spec: 'pipewright/1', key: 'cards', name: '客户卡', languages: ['zh-CN'], timezone: 'Asia/Shanghai', currency: 'CNY',
  roles: [{ key: 'rep', name: '销售' }, { key: 'boss', name: '经理' }],
  forms: [
    {
      key: 'customer', name: '客户', title: '{{ name }}',
      fields: [
        { key: 'name', type: 'text', name: '名称', required: true, list: true },
        { key: 'phone', type: 'phone', name: '电话' },
        { key: 'city', type: 'text', name: '城市' },
        { key: 'memo', type: 'longtext', name: '备注' },
        { key: 'contacts', type: 'table', name: '联系人', fields: [{ key: 'who', type: 'text', name: '姓名' }, { key: 'job', type: 'text', name: '职务' }] },
      ],
      unique: [{ key: 'name', on: ['name'], normalize: ['company'], mode: 'warn' }],
      related: [{ form: 'visit', via: 'customer', name: '拜访' }],
      grants: [{ role: 'rep', records: 'all', do: ['create', 'read', 'edit'] }, { role: 'boss', records: 'all', do: ['create', 'read', 'edit', 'delete'] }],
    },
    {
      key: 'visit', name: '拜访', title: '{{ name }}', fields: [{ key: 'name', type: 'text', name: '事由', required: true }, { key: 'customer', type: 'reference', form: 'customer', name: '客户' }],
      grants: [{ role: 'rep', records: 'all', do: ['create', 'read', 'edit'] }, { role: 'boss', records: 'all', do: ['read'] }],
    },
  ],
};

export async function run(t) {
  const { assert } = t;
  const admin = await Api.login(t.address, 'admin');
  await admin.post('/apps/import', { definition });
  await admin.post('/apps/cards/publish', { note: '第一版', acceptWarnings: true });
  for (const [id, role] of [['rep.li', 'cards/rep'], ['mgr.wang', 'cards/boss']]) {
    const { items } = await admin.get(`/users?q=${id}`);
    await admin.must('PATCH', `/users/${id}`, { roles: [...(items[0].roles ?? []), role] });
  }
  const li = await Api.login(t.address, 'rep.li');
  const customer = (data) => li.post('/apps/cards/forms/customer/records', { data });
  const stays = await customer({ name: '华东精密制造有限公司', city: '苏州', memo: '老客户，常年采购主轴' });
  const goes = await customer({ name: '华东精密', phone: '13800138000', city: '昆山', contacts: [{ who: '周工', job: '设备科' }] });
  const third = await customer({ name: '华东精密（集团）有限公司', city: '上海' });
  const visit = await li.post('/apps/cards/forms/visit/records', { data: { name: '首次拜访', customer: goes.id } });
  await li.post(`/records/${goes.id}/notes`, { text: '周工说下月招标' });

  const rep = await t.as('rep.li');
  await t.open(rep, `/r/${stays.id}/merge?with=${goes.id}`);
  await rep.getByText('需要有两条的修改权限').waitFor();
  assert.equal(await rep.getByRole('button', { name: '合并', exact: true }).isDisabled(), true, 'who may not delete can merge');

  const boss = await t.as('mgr.wang');
  await t.open(boss, `/r/${stays.id}`);
  await boss.getByRole('button', { name: '更多' }).last().click();
  await boss.getByRole('menuitem', { name: '与另一条合并' }).click();
  await boss.getByRole('combobox', { name: '另一条记录' }).fill('华东');
  await boss.getByRole('option', { name: /^华东精密$/ }).waitFor({ state: 'attached' });
  await boss.locator('.ant-select-item-option', { hasText: /^华东精密$/ }).click();
  await boss.getByRole('radio', { name: '电话: 并入' }).waitFor();
  assert.equal(await boss.getByRole('radio', { name: '电话: 并入' }).isChecked(), true, 'an empty field takes what the other has');
  assert.equal(await boss.getByRole('radio', { name: '城市: 保留' }).isChecked(), true, 'a filled field stays');
  await boss.getByRole('radio', { name: '城市: 并入' }).check();
  await t.look(boss, 'merge');
  await boss.getByRole('button', { name: '合并', exact: true }).click();
  await boss.locator('.toast', { hasText: '已合并' }).waitFor();
  await boss.locator('.merged-list', { hasText: '华东精密' }).waitFor();
  await t.look(boss, 'merged');
  assert.equal((await li.get(`/records/${stays.id}/notes`)).items[0].text, '周工说下月招标', 'the notes of the one that went are lost');
  const after = await li.get(`/records/${stays.id}`);
  assert.deepEqual([after.data.city, after.data.name], ['昆山', '华东精密制造有限公司']);
  assert.equal((await li.get(`/records/${visit.id}`)).data.customer.id, stays.id);

  // The old address leads to the one that stays; its history is a page away.
  await t.open(boss, `/r/${goes.id}`);
  await boss.waitForURL(`**/r/${stays.id}`);
  await boss.getByRole('link', { name: '它的历史' }).click();
  await boss.waitForURL(`**/r/${goes.id}/history`);
  await boss.getByText('合并到另一条记录').first().waitFor();
  await t.open(boss, `/r/${stays.id}`);
  await boss.getByRole('button', { name: /^撤销/ }).first().click();
  await boss.locator('.toast', { hasText: '已撤销合并' }).waitFor();
  await boss.locator('.merged-list').waitFor({ state: 'detached' });
  assert.equal((await li.get(`/records/${visit.id}`)).data.customer.id, goes.id);
  assert.equal((await li.get(`/records/${stays.id}`)).data.city, '苏州');

  // What agrees in its name, legal form aside, stands on the page of possible duplicates: looked for, told apart, and from there merged.
  await t.open(boss, '/a/cards/list/customer');
  await tools(boss);
  await boss.getByRole('link', { name: '查重' }).click();
  await boss.getByRole('button', { name: '现在查找' }).click();
  const group = boss.getByRole('region', { name: /^疑似重复/ });
  await group.getByText('华东精密（集团）有限公司').waitFor();
  assert.equal(await group.getByRole('listitem').count(), 2, 'another customer stands in the group');
  await t.look(boss, 'duplicates');
  await group.getByRole('button', { name: '都不重复' }).click();
  await boss.getByText('没有疑似重复的记录').waitFor();
  // What was told apart stands in a list of its own, with who said so, and is taken back there.
  await boss.getByRole('link', { name: '已标为不重复' }).click();
  const marks = boss.getByRole('list', { name: '已标为不重复' });
  await marks.getByText(/标记$/).first().waitFor();
  await t.look(boss, 'apart');
  await marks.getByRole('button', { name: /^撤销标记：/ }).click();
  await boss.getByText('没有标为不重复的记录').waitFor();
  await boss.getByRole('link', { name: '疑似重复', exact: true }).click();
  await group.getByRole('radio', { name: '保留：华东精密（集团）有限公司' }).check();
  await group.getByRole('link', { name: '比较并合并：华东精密' }).click();
  await boss.waitForURL(`**/r/${third.id}/merge?with=${goes.id}`);
}
