// A template comes in a newer version: the company's own template is installed, its admin calls things otherwise, and after the next start of the
// server an upgrade is offered. She reads what is new, chooses whose counts where both changed the same, and the result is a draft she publishes.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Api } from '../kit/api.mjs';
import { serve, temporary } from '../kit/server.mjs';

export const server = 'none';

const text = (zh, tw, en) => ({ 'zh-CN': zh, 'zh-TW': tw, en });
const password = 'correct-horse-7';

const template = (newer) => ({
  spec: 'pipewright/1', key: 'visits', name: text('客户拜访', '客戶拜訪', 'Visits'), help: text('计划、拜访、跟进', '計畫、拜訪、跟進', 'Plan, visit, follow up'),
  languages: ['zh-CN', 'zh-TW', 'en'], timezone: 'Asia/Shanghai', currency: 'CNY', calendar: 'CN',
  roles: [{ key: 'rep', name: text('销售', '業務', 'Rep') }],
  forms: [{
    key: 'visit', name: text('拜访', '拜訪', 'Visit'), title: '{{ customer }}',
    fields: [
      { key: 'customer', type: 'text', name: text('客户', '客戶', 'Customer'), required: true, list: true },
      { key: 'goal', type: 'text', name: newer ? text('拜访目标', '拜訪目標', 'Goal of the visit') : text('目的', '目的', 'Goal') },
      ...(newer ? [{ key: 'next', type: 'date', name: text('下次拜访', '下次拜訪', 'Next visit') }] : []),
    ],
    grants: [{ role: 'rep', records: 'all', do: ['create', 'read', 'edit'] }],
  }],
  prints: [{
    key: 'card', form: 'visit', name: text('拜访单', '拜訪單', 'Visit card'),
    ...(newer ? { blocks: [{ key: 'b1', kind: 'heading', text: text('拜访单', '拜訪單', 'Visit card') }, { key: 'b2', kind: 'fields', cells: [{ value: 'customer' }, { value: 'goal' }] }] } : { body: text('<h1>{{ customer }}</h1>', '<h1>{{ customer }}</h1>', '<h1>{{ customer }}</h1>') }),
  }],
  processes: [{
    key: 'visit', form: 'visit', name: text('拜访流程', '拜訪流程', 'Visits'), start: 'plan',
    stages: [
      { key: 'plan', name: text('计划', '計畫', 'Planned'), due: newer ? 'P5D' : 'P7D' },
      ...(newer ? [{ key: 'report', name: text('汇报', '匯報', 'Report'), due: 'P1D' }] : []),
      { key: 'done', name: text('完成', '完成', 'Done'), end: 'done' },
    ],
    transitions: newer
      ? [{ key: 'visited', name: text('已拜访', '已拜訪', 'Visited'), from: ['plan'], to: 'report' }, { key: 'finish', name: text('完成', '完成', 'Finish'), from: ['report'], to: 'done' }]
      : [{ key: 'finish', name: text('完成', '完成', 'Finish'), from: ['plan'], to: 'done' }],
  }],
});

export async function run(t) {
  const { assert } = t;
  const data = await temporary();
  t.after(data.remove);
  const own = join(data.path, 'templates');
  await mkdir(own);
  const ship = (newer) => writeFile(join(own, 'visits.json'), JSON.stringify(template(newer)));
  await ship(false);
  const args = ['--data', join(data.path, 'data'), '--templates', own];
  let node = await serve(t.bin, args);
  t.after(() => node.stop());
  const setUp = new Api(node.address);
  await setUp.post('/setup', { code: await node.code(), company: '新起点贸易', name: '周敏', username: 'admin', password, language: 'zh-CN' });
  await setUp.post('/login', { username: 'admin', password });
  await setUp.post('/templates/visits/install', { sample: false });
  const draft = await setUp.get('/apps/visits/draft');
  const mine = structuredClone(draft.definition);
  mine.forms[0].fields[1].name['zh-CN'] = '来意';
  mine.forms[0].fields.push({ key: 'mood', type: 'text', name: text('客户态度', '客戶態度', 'Mood') });
  mine.processes[0].stages[0].due = 'P3D';
  mine.prints[0].body['zh-CN'] = '<h1>致 {{ customer }}</h1>';
  await setUp.must('PUT', '/apps/visits/draft', mine, { 'If-Match': `"${draft.rev}"` });
  await setUp.post('/apps/visits/publish', { note: '按我们的叫法', acceptWarnings: true });

  await node.stop();
  await ship(true);
  node = await serve(t.bin, args);
  t.address = node.address;
  t.password = password;
  const boss = await t.as('admin');
  await t.open(boss, '/design');
  await boss.getByText('模板可升级').waitFor();
  await t.look(boss, 'offered');
  await t.open(boss, '/design/visits/publish');
  await boss.getByRole('button', { name: '看看有什么新内容' }).click();
  await boss.getByRole('heading', { name: '从模板“客户拜访”升级' }).waitFor();
  await boss.getByText('新增阶段“汇报”', { exact: false }).waitFor();
  const take = boss.getByRole('button', { name: '还有 3 处未选' });
  assert.equal(await take.isDisabled(), true, 'it may be taken with conflicts open');
  await t.look(boss, 'conflicts');
  await boss.getByRole('group', { name: /目的|来意/ }).getByRole('radio', { name: '保留我的' }).check();
  await boss.getByRole('button', { name: '其余 2 处采用模板的' }).click();
  assert.equal(await boss.getByRole('group', { name: /目的|来意/ }).getByRole('radio', { name: '保留我的' }).isChecked(), true, 'what was chosen is lost');
  assert.match(await boss.getByRole('group', { name: /计划/ }).innerText(), /模板原来\s+7 天[^]+3 天[^]+5 天/);
  assert.match(await boss.getByRole('group', { name: /拜访单/ }).innerText(), /写成 HTML，有改动[^]+由内容块组成：标题：拜访单、字段/);
  await t.look(boss, 'chosen');
  await boss.getByRole('button', { name: '放进草稿' }).click();
  await boss.locator('.toast', { hasText: '升级已放进草稿' }).waitFor();
  const api = await Api.login(node.address, 'admin', password);
  const after = (await api.get('/apps/visits/draft')).definition;
  const names = after.forms[0].fields.map((f) => f.name['zh-CN']);
  assert.deepEqual(names, ['客户', '来意', '客户态度', '下次拜访']);
  assert.equal(after.processes[0].stages[0].due, 'P5D');
  assert.equal(after.prints[0].body, undefined, 'a paper with blocks kept its HTML');
  assert.equal(after.prints[0].blocks.length, 2);
  assert.equal((await api.get('/apps/visits/model')).release, 2, 'it went live by itself');
  await boss.getByText('新增字段“下次拜访”', { exact: false }).waitFor();
  await t.look(boss, 'draft');
  if (t.phone) return; // building and publishing need a larger screen
  await boss.locator('#publish-note').fill('升级到模板新版');
  await boss.getByRole('checkbox', { name: '已知悉' }).check();
  await boss.getByRole('button', { name: '发布', exact: true }).click();
  await boss.locator('.toast', { hasText: '已发布' }).waitFor();
  assert.equal((await api.get('/apps/visits/upgrade')).available, false);
}
