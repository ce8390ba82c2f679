// The pool: two reps claim the same lead at once, one gets it and the other is told; the cap is kept; a lead goes back with a reason and
// cools down for who gave it back; and the admin finds all of it in the designer.
import { Api } from '../kit/api.mjs';

const definition = {
  spec: 'pipewright/1', key: 'leads', name: '线索', languages: ['zh-CN'], timezone: 'Asia/Shanghai', currency: 'CNY',
  roles: [{ key: 'rep', name: '销售' }, { key: 'manager', name: '经理' }],
  forms: [{
    key: 'lead', name: '线索', title: '{{ company }}',
    fields: [
      { key: 'company', type: 'text', name: '公司', required: true, list: true, search: true },
      { key: 'region', type: 'text', name: '地区', list: true },
      { key: 'phone', type: 'phone', name: '电话', list: true }],
    grants: [
      { role: 'rep', records: 'own', do: ['create', 'read', 'edit'] },
      { role: 'rep', records: 'pool', do: ['read'], hide: ['phone'] },
      { role: 'manager', records: 'all', do: ['create', 'read', 'edit', 'assign'] }],
  }],
  pools: [{
    key: 'public', name: '线索公海', form: 'lead', members: [{ role: 'rep' }], cap: 2, claimPerDay: 10, cooldown: 'P7D', protect: 'P7D',
    reclaim: [{ if: 'idleDays > 30', notice: 'P3D' }],
  }],
  processes: [{
    key: 'lead', form: 'lead', name: '线索跟进', start: 'fresh',
    stages: [{ key: 'fresh', name: '跟进', goal: '联系上', kind: 'call', owner: [{ role: 'rep' }, { role: 'manager' }], fields: { require: ['company'] } }, { key: 'done', name: '转出', end: 'done' }],
    transitions: [{ key: 'finish', from: ['fresh'], to: 'done', name: '转出' }],
  }],
};

export async function run(t) {
  const { assert } = t;
  const admin = await Api.login(t.address, 'admin');
  await admin.post('/apps/import', { definition });
  await admin.post('/apps/leads/publish', { note: '第一版', acceptWarnings: true });
  for (const [id, role] of [['rep.li', 'rep'], ['rep.chen', 'rep'], ['mgr.wang', 'manager']]) {
    const { items } = await admin.get(`/users?q=${id}`);
    await admin.must('PATCH', `/users/${id}`, { roles: [...items[0].roles, `leads/${role}`] });
  }
  const manager = await Api.login(t.address, 'mgr.wang');
  for (const company of ['东湖精密', '南山医疗', '西塘食品', '北固机电']) {
    const record = await manager.post('/apps/leads/forms/lead/records', { data: { company, region: '华东', phone: '13800138000' } });
    await manager.post(`/records/${record.id}/release`, { reason: '大家来领' });
  }
  const row = (page, name) => page.locator('.pool-list li', { hasText: name });
  const claim = (page, name) => row(page, name).getByRole('button', { name: `领取${name}` });

  const li = await t.as('rep.li');
  const chen = await t.as('rep.chen');
  for (const page of [li, chen]) {
    await t.open(page, '/a/leads/pool/public');
    await row(page, '东湖精密').waitFor();
  }
  assert.equal(await li.getByText('13800138000').count(), 0, 'a member sees what only the owner should');
  await t.look(li, 'pool');
  // Both press at once.
  await Promise.all([claim(li, '东湖精密').click(), claim(chen, '东湖精密').click()]);
  const told = (page) => page.locator('.toast', { hasText: '已领取：东湖精密' }).or(row(page, '东湖精密').getByRole('alert')).first();
  await Promise.all([told(li).waitFor(), told(chen).waitFor()]);
  const { items } = await manager.get('/apps/leads/forms/lead/records?q=东湖精密');
  assert.ok(['rep.li', 'rep.chen'].includes(items[0].owner));
  const [winner, loser] = items[0].owner === 'rep.li' ? [li, chen] : [chen, li];
  await row(loser, '东湖精密').getByRole('alert').filter({ hasText: '已经有人负责' }).waitFor();
  await t.look(loser, 'too-late');

  // The cap: two, and no more.
  await winner.getByText('持有 1 / 2').waitFor();
  await claim(winner, '南山医疗').click();
  await winner.getByText('持有 2 / 2').waitFor();
  await claim(winner, '西塘食品').click();
  await row(winner, '西塘食品').getByRole('alert').filter({ hasText: '达到上限' }).waitFor();
  await t.look(winner, 'full');

  // Back with a reason; it cools down for who gave it back.
  await t.open(winner, `/r/${items[0].id}`);
  await winner.getByRole('button', { name: '更多' }).last().click();
  await winner.getByRole('menuitem', { name: '放回公海' }).click();
  await winner.getByLabel('为什么放回').fill('没有预算');
  await t.look(winner, 'release');
  await winner.getByRole('dialog').getByRole('button', { name: /放回公海/ }).click();
  await winner.locator('.toast', { hasText: '已放回' }).waitFor();
  await t.open(winner, '/a/leads/pool/public');
  await row(winner, '东湖精密').getByText('冷却到').waitFor();
  await t.look(winner, 'cooldown');

  const designer = await t.as('admin');
  await t.open(designer, '/design/leads/pools');
  await designer.getByRole('heading', { name: '线索公海' }).waitFor();
  await t.look(designer, 'designer');
}
