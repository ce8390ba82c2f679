// A draft is tried out: an admin opens it in a sandbox from the designer, plays the sales representative, lets time pass, reads what would have
// been sent, becomes the manager, and sees that nothing of it reached the real app.
import { Api } from '../kit/api.mjs';

export async function run(t) {
  const { assert } = t;
  const admin = await Api.login(t.address, 'admin');
  const before = await admin.get('/apps/b2b/forms/opportunity/records').catch(() => ({ items: [] }));
  const page = await t.as('admin');
  await t.open(page, '/design/b2b/flow');
  await page.getByRole('button', { name: '试运行' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('沙箱用演示人员').waitFor();
  await dialog.getByRole('checkbox', { name: '放入模板的示例数据' }).waitFor();
  // A real record comes along as a copy, and the clock begins where she says.
  const { items: deals } = await admin.get('/apps/b2b/forms/deal/records');
  await dialog.getByLabel('带上真实记录的副本').click();
  await page.locator('.ant-select-dropdown:visible .ant-select-item-option', { hasText: deals[0].title }).first().click();
  await page.keyboard.press('Escape');
  await dialog.getByLabel(/^时钟从何时开始/).fill('2026-12-24 09:00');
  await page.keyboard.press('Enter');
  await t.look(page, 'try');
  await dialog.getByRole('button', { name: '开一个新沙箱' }).click();
  const bar = page.getByRole('region', { name: '沙箱' });
  await bar.waitFor();
  await page.waitForURL(/\/sandbox\/[0-9a-f]{16}\/rep\.li\//);
  await page.getByRole('heading', { level: 1 }).first().waitFor();
  await t.look(page, 'inside');

  // Time passes, and what was due on the way happens.
  const clock = bar.getByRole('timer');
  const then = await clock.innerText();
  assert.match(then, /2026-12-24\s+09:00/);
  const { items: [made0] } = await admin.get('/apps/b2b/sandboxes');
  assert.deepEqual(made0.copiedFrom, [deals[0].id]);
  assert.ok(made0.copied >= 1, JSON.stringify(made0.notCopied));
  await bar.getByRole('button', { name: '前进 7 天' }).click();
  await page.getByText(/途中自动发生 \d+ 件事/).waitFor();
  assert.notEqual(await clock.innerText(), then);
  await bar.getByRole('button', { name: /^截获/ }).click();
  const tray = page.getByRole('dialog', { name: '截获与发生的事' });
  await tray.getByRole('tab', { name: /已发生/ }).click();
  await tray.getByRole('listitem').first().waitFor();
  await t.look(page, 'happened');
  await tray.getByRole('tab', { name: /将发生/ }).click();
  await tray.getByRole('listitem').first().waitFor();
  await t.look(page, 'coming');
  await page.keyboard.press('Escape');
  await tray.waitFor({ state: 'hidden' });

  // A walk becomes a scenario test of the draft.
  const [, , box] = new URL(page.url()).pathname.split('/');
  const inside = (who, path) => `${t.address}/sandbox/${box}/${who}/api${path}`;
  const made = await page.request.post(inside('rep.li', '/apps/b2b/forms/account/records'), { data: { data: { name: '沙箱客户' } }, headers: { 'Idempotency-Key': 'sandbox-account' } });
  assert.ok(made.ok(), await made.text());
  if (t.phone) {
    await bar.getByRole('button', { name: '更多' }).click();
    await page.getByRole('menuitem', { name: '存为场景测试' }).click();
  } else await bar.getByRole('button', { name: '存为场景测试' }).click();
  const keep = page.getByRole('dialog', { name: '存为场景测试' });
  await keep.getByText('沙箱客户').first().waitFor();
  await t.look(page, 'keep');
  await keep.getByRole('button', { name: '存进草稿' }).click();
  await page.getByText(/已加进草稿/).waitFor();
  const { definition } = await admin.get('/apps/b2b/draft');
  assert.equal(definition.tests.at(-1).name, '沙箱：沙箱客户');

  // There she reads what it does, that it passes, and what no scenario walks.
  const boss = await t.as('admin');
  await t.open(boss, `/design/b2b/tests?at=/tests/${definition.tests.length - 1}`);
  await boss.getByText(`${definition.tests.length} 个全部通过`).waitFor();
  await boss.getByRole('heading', { name: '沙箱：沙箱客户' }).waitFor();
  await boss.getByText('新建一条“客户”。').waitFor();
  await boss.getByRole('list', { name: '走到了多少' }).getByText('审批节点').waitFor();
  await t.look(boss, 'scenarios');
  if (t.phone) assert.equal(await boss.locator('.d-tabs').evaluate((bar) => { const tab = bar.querySelector('[aria-current]').getBoundingClientRect(); return tab.left >= 0 && tab.right <= window.innerWidth; }), true, 'the tab of the page is out of sight');

  // She changes it by picking: what it expects wrongly is told by name, mended, and it passes again.
  const choose = async (name, what) => {
    const list = boss.getByRole('combobox', { name, exact: true });
    await list.click();
    if (await list.isEditable()) await list.fill(what);
    await boss.locator('.ant-select-dropdown:visible .ant-select-item-option', { hasText: what }).first().click();
  };
  await boss.getByRole('button', { name: '加一步' }).click();
  await choose('做什么', '改字段');
  await choose('加一个字段…', '客户名称');
  await boss.getByRole('textbox', { name: '客户名称' }).fill('沙箱客户二');
  await boss.getByRole('button', { name: '加一条期望' }).click();
  await boss.getByRole('menuitem', { name: '负责人是谁' }).click();
  await choose('负责人是谁', '王敏');
  await t.look(boss, 'editing');
  await boss.getByText(/负责人：应是 王敏，实际是 李雷/).first().waitFor();
  await choose('负责人是谁', '李雷');
  await boss.getByRole('button', { name: '完成', exact: true }).click();
  await boss.locator('.d-pairs').getByText('沙箱客户二', { exact: true }).waitFor();
  await boss.getByText(`${definition.tests.length} 个全部通过`).waitFor();
  assert.deepEqual((await admin.get('/apps/b2b/draft')).definition.tests.at(-1).steps.at(-1), { set: { name: '沙箱客户二' }, expect: { owner: 'rep.li' } });

  // The manager of the play company, on the same page.
  await bar.getByRole('combobox', { name: '扮演谁' }).click();
  await page.locator('.ant-select-dropdown:visible .ant-select-item-option', { hasText: '王敏' }).click();
  await page.waitForURL(/\/mgr\.wang\//);
  await bar.waitFor();
  await page.getByRole('heading', { level: 1 }).first().waitFor();
  await t.look(page, 'manager');

  // Nothing of it is real.
  const after = await admin.get('/apps/b2b/forms/opportunity/records').catch(() => ({ items: [] }));
  assert.deepEqual(after.items.map((r) => r.updatedAt), before.items.map((r) => r.updatedAt));

  // Somebody ended it meanwhile: the page says so.
  const { items } = await admin.get('/apps/b2b/sandboxes');
  assert.equal(items.length, 1);
  await admin.must('DELETE', `/sandboxes/${items[0].id}`);
  await page.reload();
  await page.getByRole('heading', { name: '沙箱不在了' }).waitFor();
  await t.look(page, 'gone');
}
