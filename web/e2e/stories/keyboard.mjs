// A rep and a manager without a mouse do their work on records; an admin without one builds a process: an app, a form with a field, stages,
// transitions, and the first release. Nothing here points or clicks, and no JSON is typed.
export const sizes = ['desk'];

/** What has the focus, as a person hears it. */
const focused = (page) =>
  page.evaluate(() => {
    const e = document.activeElement;
    if (!e || e === document.body) return '';
    const label = e.id ? document.querySelector(`label[for="${CSS.escape(e.id)}"]`)?.textContent : '';
    return (e.getAttribute('aria-label') || label || e.closest('label')?.textContent || e.textContent || '').trim();
  });

/** Presses a key until the focus is on what is called so. */
async function reach(t, page, name, key = 'Tab', most = 160) {
  const seen = [];
  for (let i = 0; i < most; i++) {
    const now = await focused(page);
    if (typeof name === 'string' ? now === name : name.test(now)) return;
    seen.push(now);
    await page.keyboard.press(key);
  }
  t.assert.fail(`${key} does not reach ${name}: ${seen.join(' | ')}`);
}

async function press(t, page, name, key = 'Tab') {
  await reach(t, page, name, key);
  await page.keyboard.press('Enter');
}

/** Writes over what stands in a field. */
async function write(t, page, name, text) {
  await reach(t, page, name);
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.insertText(text);
}

async function choose(t, page, name, option) {
  await reach(t, page, name);
  await page.keyboard.press('ArrowDown');
  const active = page.locator('.ant-select-dropdown:visible .ant-select-item-option-active');
  for (let i = 0; i < 20; i++) {
    await active.waitFor();
    if ((await active.innerText()) === option) break;
    await page.keyboard.press('ArrowDown');
  }
  t.assert.equal(await active.innerText(), option);
  await page.keyboard.press('Enter');
}

const saved = (page) => page.locator('.d-saved.saved').waitFor();

/** To the next parts of the page: tabs, palette, canvas, panel, problems. */
async function part(page, times = 1, key = 'F6') {
  for (let i = 0; i < times; i++) await page.keyboard.press(key);
}

/** A rep's and a manager's work on records: nothing that is opened by keyboard is out of its reach, and what goes away gives the focus back. */
async function work(t) {
  const { assert } = t;
  const at = (page) => page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent ?? '');
  const gone = (dialog) => dialog.waitFor({ state: 'detached' });
  const rep = await t.as('rep.li');
  const { items } = await (await rep.request.get('/api/apps/b2b/forms/deal/records?owner=me&where=open&limit=50')).json();
  const deal = items.find((d) => d.stage === 'closing');
  await t.open(rep, `/r/${deal.id}`);
  await rep.getByRole('textbox', { name: '写笔记' }).waitFor();
  await rep.locator('#page').focus();
  await rep.keyboard.press('Tab');
  // Where the keyboard is shows on a link as well.
  assert.equal(await rep.evaluate(() => `${document.activeElement.tagName} ${getComputedStyle(document.activeElement).outlineStyle}`), 'A solid');

  // The key that chooses in a menu presses nothing in the dialog that it opens.
  await press(t, rep, '其他去向');
  await rep.locator('[role="menuitem"]:focus').waitFor();
  await rep.keyboard.press('ArrowDown');
  await rep.keyboard.press('Enter');
  const dialog = rep.getByRole('dialog');
  await dialog.getByRole('button', { name: '取消' }).waitFor();
  await t.look(rep, 'way', { axe: false });
  await rep.keyboard.press('Escape');
  await gone(dialog);
  assert.equal(await at(rep), '其他去向');

  // A colleague called by the initials of his name, and the next note at once.
  await reach(t, rep, '写笔记');
  await rep.keyboard.type('@wangm');
  await rep.locator('.ant-mentions-dropdown:visible').getByText('王敏').waitFor();
  await rep.keyboard.press('Enter');
  await rep.keyboard.type('请看');
  await press(t, rep, '添加笔记');
  await rep.getByText('请看').first().waitFor();
  assert.equal(await at(rep), '写笔记');

  // A filter is set, and one comes back to its button.
  await t.open(rep, '/a/b2b/list/deal');
  await rep.locator('.tbl td[data-cell]').first().waitFor();
  await rep.getByRole('button', { name: '筛选', exact: true }).focus();
  await rep.keyboard.press('Enter');
  await rep.locator('[aria-label="按哪个字段"]:focus').waitFor();
  await rep.keyboard.press('Escape');
  await rep.waitForFunction(() => document.activeElement?.textContent === '筛选');
  // A cell with a list is left by Tab, past the link and what empties it.
  await rep.locator('.tbl td[data-cell]').first().focus();
  await rep.keyboard.press('ArrowRight');
  await rep.keyboard.press('ArrowRight');
  await rep.keyboard.press('Enter');
  await rep.locator('[aria-label="修改客户"]:focus').waitFor();
  for (let i = 0; i < 4 && (await rep.evaluate(() => document.activeElement?.closest('.cell-edit') !== null)); i++) await rep.keyboard.press('Tab');
  await rep.locator('[aria-label="修改客户"]').waitFor({ state: 'detached' });

  // One decision after the other.
  const manager = await t.as('mgr.wang');
  await t.open(manager, '/inbox');
  await manager.locator('[data-decide="approve"]').waitFor();
  const first = await manager.locator('.task[aria-current="true"]').innerText();
  await manager.locator('[data-decide="approve"]').focus();
  await manager.keyboard.press('Enter');
  await manager.locator('.task[aria-current="true"]:focus').waitFor();
  assert.notEqual(await manager.locator('.task[aria-current="true"]').innerText(), first);
}

export async function run(t) {
  const { assert } = t;
  await work(t);
  const page = await t.as('admin');
  await t.open(page, '/design');
  await press(t, page, '新建应用');
  await page.getByRole('dialog').waitFor();
  await write(t, page, '应用名称', 'Repairs');
  await press(t, page, '创建');
  await page.getByText('还没有表单').waitFor();
  await press(t, page, '新建表单');
  await page.waitForFunction(() => document.activeElement?.getAttribute('aria-label') === '表单名称');
  await page.keyboard.insertText('维修单');
  await page.keyboard.press('Enter');

  // A field out of the palette, found by its name, and named in the panel.
  await page.locator('.d-palette').waitFor();
  await reach(t, page, '搜索字段类型', 'F6', 6);
  await page.keyboard.insertText('金额');
  await press(t, page, '金额');
  await page.waitForURL((u) => (u.searchParams.get('at') ?? '').includes('/fields/'));
  await part(page, 2);
  await write(t, page, /^名称/, '维修费');
  await saved(page);
  await page.getByRole('button', { name: /^维修费, / }).waitFor();
  await t.look(page, 'form');

  // Its process: a stage between the first and the last, and the ways there and on.
  await reach(t, page, '表单', 'F6', 6);
  await press(t, page, '流程');
  await page.getByText('还没有流程').first().waitFor();
  await press(t, page, '给“维修单”建流程');
  await page.locator('.d-stage').first().waitFor();
  await press(t, page, '阶段');
  await page.waitForURL((u) => (u.searchParams.get('at') ?? '').includes('/stages/stage'));
  await part(page);
  await write(t, page, /^名称/, '检修');
  await choose(t, page, '添加流转到…', '完成');
  await page.waitForURL((u) => (u.searchParams.get('at') ?? '').includes('/transitions/'));
  await part(page, 1, 'Shift+F6');
  // Which keys there are here, and back to where one was.
  await page.keyboard.press('?');
  const sheet = page.getByRole('dialog', { name: '键盘快捷键' });
  await sheet.getByText('到下一块区域').waitFor();
  await sheet.getByText('左右移动一列').waitFor();
  assert.equal(await sheet.getByText('搜索和跳转').count(), 0);
  await page.keyboard.press('Escape');
  await sheet.waitFor({ state: 'detached' });
  await reach(t, page, /^开始, /);
  await page.keyboard.press('Enter');
  await page.waitForURL((u) => (u.searchParams.get('at') ?? '').includes('/stages/begin'));
  await part(page);
  await choose(t, page, '添加流转到…', '检修');
  await saved(page);
  await t.look(page, 'flow');

  await reach(t, page, '流程', 'F6', 6);
  await press(t, page, '检查并发布');
  await page.getByText('检查：没有错误').waitFor();
  await reach(t, page, '发布说明');
  await page.keyboard.insertText('第一版');
  await reach(t, page, '已知悉');
  await page.keyboard.press('Space');
  await press(t, page, '发布');
  await page.locator('.toast', { hasText: 'v1 已发布' }).waitFor();

  const { definition } = await (await page.request.get('/api/apps/repairs/releases/1')).json();
  const [process] = definition.processes;
  assert.deepEqual(process.stages.map((s) => s.name['zh-CN'] ?? s.name).toSorted(), ['完成', '开始', '检修'].toSorted());
  assert.deepEqual(process.transitions.map((x) => `${x.from}>${x.to}`).length, 3);
  assert.ok(definition.forms[0].fields.some((f) => f.type === 'money' && (f.name['zh-CN'] ?? f.name) === '维修费'));
}
