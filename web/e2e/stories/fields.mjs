// A record with a field of every type, filled in as a person does it: typed, chosen level by level, drawn, uploaded. Saved, read back, changed,
// and seen in its list. What is doubtful is said while one types, and blocks nothing.
import { readFileSync } from 'node:fs';
import { Api, until } from '../kit/api.mjs';
import { choose, day, field, pick, saved, type } from '../kit/form.mjs';

const app = JSON.parse(readFileSync(new URL('./fixtures/kinds.json', import.meta.url), 'utf8'));

/** A picture of 64 × 48 points, drawn by the browser itself. */
async function picture(page, color) {
  const data = await page.evaluate((fill) => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 64, height: 48 });
    const c = canvas.getContext('2d');
    c.fillStyle = fill;
    c.fillRect(0, 0, 64, 48);
    return canvas.toDataURL('image/png').split(',')[1];
  }, color);
  return Buffer.from(data, 'base64');
}

/** Publishes the app and lets the rep in; adds a part to choose. */
async function prepare(t) {
  const admin = await Api.login(t.address, 'admin');
  await admin.post('/apps/import', { definition: app });
  await admin.post('/apps/kinds/publish', { note: 'every field type', acceptWarnings: true });
  const { items } = await admin.get('/users?q=rep.li');
  const rep = items.find((u) => u.username === 'rep.li');
  await admin.must('PATCH', `/users/${rep.id}`, { roles: [...rep.roles, 'kinds/rep'] });
  const api = await Api.login(t.address, 'rep.li');
  await api.post('/apps/kinds/forms/part/records', { data: { name: '轴承 6204', unitPrice: { amount: '18.50', currency: 'CNY' } } });
  return api;
}

async function texts(t, page) {
  await type(page, 'name', '恒通机械 2026');
  // Enter belongs to the input: no record is made of half a form.
  await field(page, 'name').locator('input').press('Enter');
  // The last character of the code is wrong: a warning, in words, and no error.
  await type(page, 'uscc', '91350100M000100Y44');
  await field(page, 'uscc').locator('.caution').waitFor();
  t.assert.equal(await field(page, 'uscc').locator('.problem').count(), 0);
  await type(page, 'barcode', '6901234567892');
  await type(page, 'mobile', '138 0000 0000');
  await type(page, 'mail', 'li@example.com');
  await type(page, 'site', 'https://example.com');
  await type(page, 'summary', '第一行\n第二行');
  const story = field(page, 'story').locator('[contenteditable]');
  await story.click();
  await page.keyboard.type('要点');
  await page.keyboard.press('Control+A');
  await field(page, 'story').locator('button.bold').click();
  await story.blur();
}

async function figures(t, page) {
  await type(page, 'headcount', '1200');
  await type(page, 'budget', '150000');
  await page.locator('.caution, .notice.warn', { hasText: '预算超过十万' }).first().waitFor();
  await type(page, 'chance', '35');
  await field(page, 'effort').locator('input').nth(0).fill('1');
  await field(page, 'effort').locator('input').nth(1).fill('30');
  await field(page, 'stars').locator('input[type=radio]').nth(3).check({ force: true });
  const slider = field(page, 'fit').locator('input[type=range]');
  await slider.focus();
  for (let i = 0; i < 3; i += 1) await page.keyboard.press('ArrowRight');
  await slider.blur();
  t.assert.equal(await field(page, 'fit').locator('input:not([type=range])').inputValue(), '15');
}

/** Two rows; the second is doubtful in two places. */
async function lines(t, page) {
  const table = field(page, 'lines');
  const rows = [
    ['轴承', '', '12', '18.5'],
    ['主轴', '91350100M000100Y44', '2', '2600'],
  ];
  for (const [i, row] of rows.entries()) {
    await table.getByRole('button', { name: '添加一行' }).click();
    const place = t.phone ? table.locator('.item').nth(i) : table.locator('tbody tr').nth(i);
    const inputs = place.locator('input');
    for (const [j, words] of row.entries()) if (words) await inputs.nth(j).fill(words);
    await inputs.nth(3).blur();
  }
  await table.locator('.caution').first().waitFor();
  await until('the total', () => field(page, 'total').innerText(), (text) => text.includes('5,422.00'));
  await until('the total in words', () => field(page, 'words').innerText(), (text) => text.includes('伍仟肆佰贰拾贰元'));
}

async function choices(t, page) {
  await pick(page, 'level', '金牌');
  // What is offered depends on the level.
  await field(page, 'topics').locator('input[role="combobox"]').click();
  const offered = await page.locator('.ant-select-dropdown:visible .ant-select-item-option').allInnerTexts();
  t.assert.deepEqual(offered, ['价格', '服务']);
  await page.locator('.ant-select-dropdown:visible .ant-select-item-option', { hasText: '服务' }).click();
  await page.keyboard.press('Escape');
  for (const [i, name] of ['华东', '上海', '浦东'].entries()) await choose(page, field(page, 'area').locator('.ant-select').nth(i), name);
  await field(page, 'urgent').locator('input').check();
  if (t.phone) {
    await field(page, 'day').locator('input').fill(day(3));
    await field(page, 'moment').locator('input').fill(`${day(4)}T14:30`);
  } else {
    for (const [key, text] of [['day', day(3)], ['moment', `${day(4)} 14:30`]]) {
      await field(page, key).locator('input').click();
      await field(page, key).locator('input').fill(text);
      // Enter takes what was typed and closes the picker; it never sends the form.
      await page.keyboard.press('Enter');
      await page.locator('.ant-picker-dropdown:visible').waitFor({ state: 'hidden' });
      t.assert.equal(await field(page, key).locator('input').inputValue(), text);
    }
  }
  await type(page, 'clock', '09:45');
  await pick(page, 'keeper', '李', '李');
  await pick(page, 'duty', '销售');
  await field(page, 'crew').locator('input[role="combobox"]').click();
  await page.locator('.ant-select-dropdown:visible .ant-select-item-option').first().click();
  await pick(page, 'part', '轴承 6204');
}

async function things(t, page) {
  const place = field(page, 'place').locator('input');
  await place.nth(0).fill('31.230416');
  await place.nth(1).fill('121.473701');
  await place.nth(2).fill('人民广场');
  await place.nth(2).blur();
  const home = field(page, 'home');
  const levels = home.locator('.levels .ant-select');
  for (const [i, name] of ['上海市', '市辖区', '浦东新区'].entries()) await choose(page, levels.nth(i), name, i === 0 ? '上海' : i === 2 ? '浦东' : undefined);
  await home.locator('textarea').first().fill('世纪大道 1 号');
  await home.locator('textarea').first().blur();
  await field(page, 'papers').locator('input[type=file]').setInputFiles({ name: '报价说明.txt', mimeType: 'text/plain', buffer: Buffer.from('报价说明') });
  await field(page, 'papers').getByText('报价说明.txt').waitFor();
  await field(page, 'photos').locator('input[type=file]').setInputFiles({ name: '现场.png', mimeType: 'image/png', buffer: await picture(page, '#2f6f4f') });
  await field(page, 'photos').locator('img.thumb').waitFor();
  await field(page, 'sign').getByRole('button', { name: '签名', exact: true }).click();
  const pad = field(page, 'sign').locator('canvas');
  await pad.scrollIntoViewIfNeeded();
  const box = await pad.boundingBox();
  await page.mouse.move(box.x + 30, box.y + 40);
  await page.mouse.down();
  await page.mouse.move(box.x + 120, box.y + 20, { steps: 5 });
  await page.mouse.move(box.x + 200, box.y + 60, { steps: 5 });
  await page.mouse.up();
  await field(page, 'sign').locator('.pad button').first().click();
  await field(page, 'sign').locator('img.thumb').waitFor();
}

/** What was kept, as the API says it. */
function kept(t, data) {
  const { assert } = t;
  assert.equal(data.name, '恒通机械 2026');
  assert.equal(data.uscc, '91350100M000100Y44');
  assert.equal(data.mobile, '13800000000');
  assert.match(data.story, /<(b|strong)>要点<\/(b|strong)>/);
  assert.equal(data.summary, '第一行\n第二行');
  assert.match(data.serial, /^DA\d{4}-\d{4}$/);
  assert.deepEqual([data.headcount, data.chance, data.effort, data.stars, data.fit], ['1200', '0.35', 'PT1H30M', '4', '15']);
  assert.deepEqual(data.budget, { amount: '150000.00', currency: 'CNY' });
  assert.deepEqual([data.level, data.topics, data.area, data.urgent, data.clock, data.duty], ['gold', ['service'], ['east', 'sh', 'pd'], true, '09:45', 'rep']);
  assert.equal(data.day, day(3));
  assert.equal(new Date(data.moment).toISOString(), `${day(4)}T06:30:00.000Z`);
  assert.equal(data.part.title, '轴承 6204');
  assert.equal(data.unitPrice.amount, '18.50');
  assert.deepEqual(data.place, { lat: '31.230416', lng: '121.473701', label: '人民广场' });
  assert.deepEqual(data.home, { country: 'CN', province: '上海市', city: '市辖区', district: '浦东新区', detail: '世纪大道 1 号' });
  assert.deepEqual([data.papers.length, data.papers[0].name, data.photos.length, data.sign.type], [1, '报价说明.txt', 1, 'image/png']);
  assert.equal(data.lines.length, 2);
  assert.equal(data.total.amount, '5422.00');
}

export async function run(t) {
  const api = await prepare(t);
  const page = await t.as('rep.li');
  await t.open(page, '/a/kinds/new/card');
  await field(page, 'name').locator('input').waitFor();
  await t.look(page, 'empty');
  await texts(t, page);
  await figures(t, page);
  await choices(t, page);
  await things(t, page);
  await lines(t, page);
  t.assert.match(page.url(), /\/new\/card$/);
  await t.look(page, 'filled');
  await page.screenshot({ path: `${t.shots}fields-${t.size}-whole-form.png`, fullPage: true });
  await page.getByRole('button', { name: '创建', exact: true }).click();
  await page.waitForURL(/\/r\/DA-/);
  const id = page.url().split('/').pop().split('?')[0];
  kept(t, (await api.get(`/records/${id}`)).data);
  // A record that points here is counted.
  await api.post('/apps/kinds/forms/visit/records', { data: { name: '第一次拜访', card: id } });
  await until('the count of visits', () => api.get(`/records/${id}`), (r) => r.data.visits === '1');
  await t.open(page, `/r/${id}`);
  await field(page, 'visits').getByText('1').waitFor();
  // Pictures are loaded when they come near the window.
  for (const img of await page.locator('img.thumb').all()) {
    await img.scrollIntoViewIfNeeded();
    await until('the picture', () => img.evaluate((e) => e.complete && e.naturalWidth), (width) => width > 0);
  }
  await t.look(page, 'record');
  await page.screenshot({ path: `${t.shots}fields-${t.size}-whole-record.png`, fullPage: true });
  // Changed: the code is mended and its warning goes.
  await type(page, 'uscc', '91350100M000100Y4');
  await field(page, 'uscc').locator('.problem').waitFor();
  await type(page, 'uscc', '91350100M000100Y43');
  await type(page, 'headcount', '1300');
  if (!t.phone) await saved(page);
  else await page.getByRole('button', { name: '保存' }).click().catch(() => {});
  await until('the change', () => api.get(`/records/${id}`), (r) => r.data.uscc === '91350100M000100Y43' && r.data.headcount === '1300');
  t.assert.equal(await field(page, 'uscc').locator('.caution').count(), 0);
  await t.open(page, '/a/kinds/list/card');
  await page.getByText('恒通机械 2026').first().waitFor();
  await t.look(page, 'list');
}
