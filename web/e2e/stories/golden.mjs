// RPT-02: the figures of the sample deals of the nine-stage template, to the cent, from the API and on the dashboard.
import { Api } from '../kit/api.mjs';

export const sizes = ['desk'];

/** What the sample deals come to; each card by its key, in the order of its measures. */
const totals = { lost: ['55000.00', '1'], won: ['125000.00', '1'], open: ['2358000.00', '4'], expected: ['1295200.00'] };

export async function run(t) {
  const { assert } = t;
  for (const who of ['mgr.wang', 'dir.sun']) {
    const api = await Api.login(t.address, who);
    const board = await api.get('/apps/cycle9/dashboards/home');
    const card = (key) => board.cards.find((c) => c.key === key) ?? assert.fail(`no card ${key}`);
    for (const [key, want] of Object.entries(totals)) {
      assert.deepEqual(card(key).totals.slice(0, want.length), want, `${key} as ${who}`);
      // A card of the dashboard and the report by itself are one figure.
      const report = await api.get(`/apps/cycle9/reports/${key}`);
      assert.deepEqual(report.totals, card(key).totals, `${key} as ${who}`);
    }
    const stages = card('stages');
    const measures = stages.columns.filter((c) => c.kind === 'measure').map((c) => c.key);
    const value = stages.rows.find((r) => r.keys[0] === 'value') ?? assert.fail('价值主张 is not among the stages');
    assert.equal(value.labels[0]['zh-CN'], '价值主张');
    assert.equal(value.values[measures.indexOf('n')], '1');
    assert.equal(value.values[measures.indexOf('weighted')], '500000.00');
    // A figure opens the records behind it.
    const records = await api.get(`/apps/cycle9/forms/deal9/records?where=${encodeURIComponent(value.where)}`);
    assert.deepEqual(records.items.map((r) => r.data.amount), [{ amount: '1000000.00', currency: 'CNY' }]);
  }

  const page = await t.as('mgr.wang');
  await t.open(page, '/a/cycle9/dashboards/home');
  const text = {};
  for (const [key, name] of [['lost', '失单金额'], ['won', '成交金额'], ['open', '进行中金额'], ['expected', '预期收入']]) {
    const tile = page.getByRole('region', { name, exact: true });
    await tile.locator('.big').waitFor();
    text[key] = [await tile.locator('.big').innerText(), await tile.locator('.big').getAttribute('title')];
  }
  assert.deepEqual(text, {
    lost: ['5.5万', 'CNY 55,000.00'],
    won: ['12.5万', 'CNY 125,000.00'],
    open: ['235.8万', 'CNY 2,358,000.00'],
    expected: ['129.52万', 'CNY 1,295,200.00'],
  });
  const row = page.locator('section', { has: page.getByRole('heading', { name: '各阶段预期' }) }).getByRole('row', { name: /^价值主张/ }).first();
  assert.deepEqual(await row.getByRole('cell').allInnerTexts(), ['价值主张', '1', '100.00万', '50.00万']);
  await t.look(page, 'dashboard');
  await row.getByRole('link', { name: '50' }).click();
  await page.getByText('各阶段预期 · 价值主张').waitFor();
  await page.getByText('1,000,000.00').first().waitFor();
  await t.look(page, 'behind');

  // The board's bar says the same of what is open.
  await t.open(page, '/a/cycle9/board/board');
  await page.locator('.deal').first().waitFor();
  assert.equal((await page.locator('.tot').innerText()).replace(/\s+/g, ' '), '4 条 合计 235.8万 加权 129.5万');
  await t.look(page, 'board');

  const phone = await t.as('dir.sun', 'phone');
  await t.open(phone, '/a/cycle9/dashboards/home');
  await phone.locator('.big').first().waitFor();
  await t.look(phone, 'phone');
}
