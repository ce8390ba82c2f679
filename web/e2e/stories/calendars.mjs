// Working calendars: an admin is told that next year is missing, uploads its file, sees what a bad one says, changes a single day for a team, and
// a due that counts working days moves and says so.
import { Api } from '../kit/api.mjs';

const definition = {
  spec: 'pipewright/1', key: 'visits', name: '拜访', languages: ['zh-CN'], timezone: 'Asia/Shanghai', currency: 'CNY', calendar: 'CN',
  roles: [{ key: 'rep', name: '销售' }],
  forms: [{
    key: 'visit', name: '拜访', title: '{{ name }}',
    fields: [{ key: 'name', type: 'text', name: '名称', required: true, list: true }],
    grants: [{ role: 'rep', records: 'all', do: ['create', 'read', 'edit'] }],
  }],
  processes: [{
    key: 'visit', form: 'visit', name: '拜访', start: 'open',
    stages: [{ key: 'open', name: '进行中', due: 'P280BD' }, { key: 'done', name: '完成', end: 'done' }],
    transitions: [{ key: 'end', from: ['open'], to: 'done', name: '完成' }],
  }],
};

const file = (year, days) => ({ name: `${year}.json`, mimeType: 'application/json', buffer: Buffer.from(JSON.stringify({ year, papers: [], days })) });

export async function run(t) {
  const { assert } = t;
  const admin = await Api.login(t.address, 'admin');
  await admin.post('/apps/import', { definition });
  await admin.post('/apps/visits/publish', { note: '第一版', acceptWarnings: true });
  const { items } = await admin.get('/users?q=rep.li');
  await admin.must('PATCH', '/users/rep.li', { roles: [...(items[0].roles ?? []), 'visits/rep'] });
  const li = await Api.login(t.address, 'rep.li');
  const made = await li.post('/apps/visits/forms/visit/records', { data: { name: '拜访长江' } });
  const due = made.dueAt;
  assert.ok(due, JSON.stringify(made).slice(0, 400));
  const year = Number(new Date().toISOString().slice(0, 4)) + 1;

  const page = await t.as('admin');
  await t.open(page, '/people?tab=calendars');
  await page.getByRole('heading', { name: '一月' }).or(page.getByRole('heading', { name: '1月' })).first().waitFor();
  await t.look(page, 'this-year');
  await page.getByRole('button', { name: '后一年' }).click();
  await page.getByText('这一年还没有录入').waitFor();
  await t.look(page, 'missing');

  const input = page.locator('input[type=file]');
  await input.setInputFiles(file(year, [{ name: '元旦', date: `${year}-01-32`, isOffDay: true }, { name: '元旦', date: `${year}-01-02` }]));
  await page.getByText(`第 1 天（元旦 ${year}-01-32）：`).waitFor();
  await page.getByText(`第 2 天（元旦 ${year}-01-02）：`).waitFor();
  await t.look(page, 'bad-file');

  await input.setInputFiles({ name: 'half.json', mimeType: 'application/json', buffer: Buffer.from('{"year": 2027, "days": [') });
  await page.getByText('这不是 JSON 文件，或者没有下载完整').waitFor();

  // Every weekday of the next weeks is off, so that the due surely moves.
  const days = [];
  for (let i = 0; i < 20; i += 1) days.push({ name: '元旦', date: new Date(Date.UTC(year, 0, 1 + i)).toISOString().slice(0, 10), isOffDay: true });
  days.push({ name: '春节补班', date: `${year}-02-20`, isOffDay: false });
  await input.setInputFiles(file(year, days));
  const dialog = page.getByRole('dialog');
  await dialog.getByText('个时限').waitFor();
  await t.look(page, 'what-moves');
  await dialog.getByRole('button', { name: '保存' }).click();
  await page.getByText('自有的年份').waitFor();
  await t.look(page, 'entered');

  await page.getByRole('combobox', { name: '看谁的日历' }).click();
  await page.locator('.ant-select-item-option', { hasText: '运营' }).or(page.locator('.ant-select-item-option').nth(1)).first().click();
  await page.getByText('沿用：全公司').waitFor();
  await page.getByRole('button', { name: new RegExp(`^${year}-03-10`) }).click();
  await dialog.getByText('放假').click();
  await dialog.getByRole('textbox').fill('厂庆');
  await t.look(page, 'one-day');
  await dialog.getByRole('button', { name: '看影响' }).click();
  await dialog.getByRole('button', { name: '保存' }).click();
  await page.getByRole('button', { name: new RegExp(`^${year}-03-10 · 厂庆 · 放假`) }).waitFor();
  await t.look(page, 'team');

  const rep = await t.as('rep.li');
  let now;
  for (let i = 0; i < 60; i += 1) {
    now = await li.get(`/records/${made.id}`);
    if (now.dueAt !== due) break;
    await new Promise((r) => setTimeout(r, 500));
  }
  assert.notEqual(now.dueAt, due, 'the due has moved');
  await t.open(rep, `/r/${made.id}`);
  await t.look(rep, 'moved');
}
