// The rules as an admin writes and tries them: a decision table by keyboard and by blocks from a spreadsheet, gaps and overlaps at their place,
// a scorecard with its score, and values tried in the browser.
export const sizes = ['desk'];

async function saved(page) {
  await page.locator('.d-saved.saved').waitFor();
}

const cell = (page, row, column) => page.locator(`[data-cell="${row}.${column}"]`);

export async function run(t) {
  const { assert } = t;
  const page = await t.as('admin');
  const draft = async () => (await (await page.request.get('/api/apps/b2b/draft')).json()).definition;
  const table = async () => (await draft()).rules.find((r) => r.key === 'quoteBand');
  await t.open(page, '/design/b2b/rules?at=/rules/quoteBand');
  await cell(page, 0, 0).waitFor();

  // Tried on a record: the result, and the rows that apply.
  await page.locator('.d-benchresults b').first().waitFor();
  await page.getByLabel('记录', { exact: true }).click();
  await page.locator('.ant-select-dropdown:visible .ant-select-item-option').nth(1).click();
  await page.getByText(/符合的行：/).waitFor();
  await t.look(page, 'table');

  // By keyboard: arrows, typing, Enter, Tab, Escape.
  await cell(page, 1, 0).click();
  await page.keyboard.press('F2');
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.insertText('＞ 0.45');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.activeElement?.dataset.cell === '2.0');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowRight');
  await page.waitForFunction(() => document.activeElement?.dataset.cell === '1.1');
  await page.keyboard.type('x');
  await page.keyboard.press('Escape');
  await page.waitForFunction(() => document.activeElement?.dataset.cell === '1.1');
  await saved(page);
  assert.deepEqual((await table()).rows[1].if, ['> 0.45', '']);

  // A block is copied as people read it, and pasted as it is stored.
  await cell(page, 0, 0).click();
  await page.keyboard.press('Shift+ArrowRight');
  await page.keyboard.press('Shift+ArrowRight');
  const copied = await page.evaluate(() => {
    const data = new DataTransfer();
    document.activeElement.dispatchEvent(new ClipboardEvent('copy', { clipboardData: data, bubbles: true, cancelable: true }));
    return data.getData('text/plain');
  });
  assert.equal(copied, '\t是\t4');
  await cell(page, 5, 0).click();
  await page.evaluate(() => {
    const data = new DataTransfer();
    data.setData('text/plain', '> 0.05\t是\t7\r\n\t否\t8\r\n');
    document.activeElement.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
  });
  await cell(page, 6, 0).waitFor();
  await saved(page);
  assert.deepEqual((await table()).rows.slice(5), [
    { if: ['> 0.05', 'true'], then: ['7'] },
    { if: ['', 'false'], then: ['8'] },
  ]);
  // By keyboard a column moves with its cells, its settings open and close, and the focus is where it was.
  const inputs = async () => (await table()).in.map((c) => c.key);
  const asBefore = await inputs();
  await cell(page, 0, 0).click();
  await page.keyboard.press('Alt+ArrowRight');
  await page.waitForFunction(() => document.activeElement.dataset.cell === '0.1');
  await saved(page);
  assert.deepEqual(await inputs(), asBefore.toReversed());
  assert.deepEqual((await table()).rows[5].if, ['true', '> 0.05']);
  await page.keyboard.press('Alt+ArrowLeft');
  const heads = page.locator('.d-columnhead');
  await heads.last().focus();
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').getByLabel('列名 简体中文').fill('折扣档位');
  await t.look(page, 'column');
  await page.keyboard.press('Escape');
  assert.match(await page.evaluate(() => document.activeElement.textContent), /^折扣档位/);
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.getByRole('button', { name: '加一个结果' }).click();
  await heads.last().click();
  await page.getByRole('button', { name: '删除这一列' }).click();
  await saved(page);
  assert.deepEqual(await inputs(), asBefore);
  assert.equal((await table()).out[0].name['zh-CN'], '折扣档位');
  assert.equal((await table()).out.length, 1);
  // What no row covers, and what is never reached, stand at their place.
  await page.locator('.d-said').first().waitFor();
  await t.look(page, 'marks');
  for (let i = 0; i < 20 && (await cell(page, 6, 0).count()) > 0; i++) await page.getByRole('button', { name: '撤销' }).click();
  await page.waitForFunction(() => document.querySelector('[data-cell="6.0"]') === null);

  // Out as a workbook, and another version of it in: what it changes is shown, and nothing is changed before it is accepted.
  await saved(page);
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: '导出 Excel' }).click()]);
  assert.equal(file.suggestedFilename(), 'quoteBand.xlsx');
  const picker = page.locator('input[type=file][accept=".xlsx"]');
  await picker.setInputFiles(await file.path());
  const dialog = page.getByRole('dialog');
  await dialog.getByText('没有可改的').waitFor();
  await dialog.getByRole('button', { name: '取消' }).click();
  const other = await draft();
  const before = await table();
  const otherTable = other.rules.find((r) => r.key === 'quoteBand');
  const rows = otherTable.rows;
  rows[1].if[0] = '> 0.41';
  rows[2].if[0] = '> nothing';
  rows.pop();
  otherTable.in.reverse();
  for (const row of rows) row.if.reverse();
  const made = await page.request.post('/api/apps/b2b/draft/rules/quoteBand/sheet', { data: { definition: other } });
  await picker.setInputFiles({ name: 'quoteBand.xlsx', mimeType: 'application/octet-stream', buffer: await made.body() });
  await dialog.getByText('新增 0 行，删去 1 行，改动 2 行').waitFor();
  await dialog.locator('code', { hasText: 'C7' }).first().waitFor();
  await dialog.getByText('列的顺序变了').waitFor();
  await t.look(page, 'sheet');
  assert.deepEqual(await table(), before);
  await dialog.getByRole('button', { name: /接受/ }).click();
  await page.getByText('已导入“').waitFor();
  await saved(page);
  await page.waitForFunction(() => document.querySelector('[data-cell="1.1"]')?.textContent === '> 0.41');
  assert.deepEqual((await table()).rows, rows);
  assert.deepEqual(await inputs(), asBefore.toReversed());
  await page.getByRole('button', { name: '撤销' }).first().click();
  await saved(page);
  assert.deepEqual(await table(), before);

  // A scorecard shows its score while one types.
  const def = await draft();
  const form = def.rules.find((r) => r.key === 'quoteBand').form;
  await saved(page);
  const now = await (await page.request.get('/api/apps/b2b/draft')).json();
  now.definition.rules.push({
    key: 'dealScore', form, kind: 'scorecard', name: { 'zh-CN': '报价评分', 'zh-TW': '報價評分', en: 'Quote score' }, max: 100,
    items: [
      { key: 'deep', name: { 'zh-CN': '折扣大', 'zh-TW': '折扣大', en: 'Deep discount' }, points: 30, if: 'discount > 0.2' },
      { key: 'years', name: { 'zh-CN': '多年', 'zh-TW': '多年', en: 'Years' }, points: 20, if: 'multiYear' },
    ],
    bands: [
      { key: 'high', name: { 'zh-CN': '高', 'zh-TW': '高', en: 'High' }, from: 30 },
      { key: 'low', name: { 'zh-CN': '低', 'zh-TW': '低', en: 'Low' }, from: 0 },
    ],
  });
  const put = await page.request.put('/api/apps/b2b/draft', { data: now.definition, headers: { 'If-Match': `"${now.rev}"` } });
  assert.equal(put.status(), 200);
  await t.open(page, '/design/b2b/rules?at=/rules/dealScore');
  await page.locator('.d-bench input').first().waitFor();
  await page.locator('.d-bench label', { hasText: '折扣' }).locator('input').first().fill('30%');
  await page.getByText('这一项计分：30').waitFor();
  await page.locator('.d-benchresults').getByText('30', { exact: true }).waitFor();
  await page.locator('.d-benchresults').getByText('高', { exact: true }).waitFor();
  await t.look(page, 'score');

  await page.request.patch('/api/me', { data: { language: 'en' } });
  await t.open(page, '/design/b2b/rules?at=/rules/quoteBand');
  await page.getByText('Try it', { exact: true }).waitFor();
  await page.locator('.d-benchresults').waitFor();
  await t.look(page, 'table-en');
  await page.setViewportSize({ width: 375, height: 812 });
  await t.look(page, 'table-phone');
}
