// An admin builds an app from nothing: a form by click, drag and keyboard, a flow and an approval; publishes it; meets
// somebody else's change without losing anything; and reads all of it on a phone.
export const sizes = ['desk'];

/** Drags one thing onto another, slowly enough for the places between to notice. */
async function drag(page, from, to) {
  const a = await from.boundingBox();
  const b = await to.boundingBox();
  await page.mouse.move(a.x + 20, a.y + 10);
  await page.mouse.down();
  await page.mouse.move(a.x + 50, a.y + 30, { steps: 4 });
  await page.mouse.move(b.x + 40, b.y + 24, { steps: 8 });
  await page.locator('.d-field.over').waitFor();
}

async function choose(page, label, text) {
  await page.getByLabel(label, { exact: true }).click();
  await page.locator('.ant-select-dropdown:visible .ant-select-item-option').filter({ hasText: text }).first().click();
}

async function saved(page) {
  await page.locator('.d-saved.saved').waitFor();
}

async function create(t, page) {
  await t.open(page, '/design');
  await t.look(page, 'apps');
  await page.getByRole('button', { name: '新建应用' }).click();
  await page.getByLabel('应用名称').fill('Service desk');
  t.assert.equal(await page.getByLabel('应用标识').inputValue(), 'serviceDesk');
  await page.getByLabel('应用标识').fill('service');
  await page.getByRole('button', { name: '创建' }).click();
  await page.getByText('还没有表单').waitFor();
  // It asks for no other language before somebody adds one, so there is nothing to mend yet.
  await page.locator('.d-count.ok').first().waitFor();
  await t.look(page, 'empty');
}

async function form(t, page) {
  const { assert } = t;
  await page.getByRole('button', { name: '新建表单' }).click();
  await page.getByLabel('表单名称').fill('工单');
  await page.getByRole('button', { name: '创建' }).click();
  await page.getByRole('button', { name: '金额', exact: true }).click();
  await page.getByRole('button', { name: /^金额, / }).waitFor();
  // A key that formulas can use; every use follows it.
  const key = page.getByLabel('公式里的名字');
  await key.fill('amount');
  await key.press('Enter');
  await page.waitForURL((u) => u.searchParams.get('at') === '/forms/form/fields/amount');
  // Dragged before the amount.
  await drag(page, page.getByRole('button', { name: '单选', exact: true }), page.getByRole('button', { name: /^金额, / }));
  await t.look(page, 'dragging');
  await page.mouse.up();
  await page.getByRole('button', { name: /^单选, / }).waitFor();
  const order = () => page.locator('.d-field .d-hit').evaluateAll((all) => all.map((e) => e.getAttribute('aria-label').split(',')[0]));
  assert.deepEqual(await order(), ['名称', '单选', '金额']);
  // By keyboard it goes on, and keeps the focus.
  await page.getByRole('button', { name: /^单选, / }).focus();
  await page.keyboard.press('Alt+ArrowDown');
  assert.deepEqual(await order(), ['名称', '金额', '单选']);
  assert.match(await page.evaluate(() => document.activeElement.getAttribute('aria-label')), /^单选/);
  await page.getByRole('button', { name: '新建选项' }).click();
  await page.getByRole('button', { name: '添加选项' }).click();
  await page.getByLabel('第 1 个选项').fill('紧急');
  // A wrong word is said at its place, with the mend beside it.
  await page.getByRole('button', { name: /^金额, / }).click();
  await page.locator('.d-panel').getByText('符合条件时').first().click();
  await page.locator('[data-path$="/requiredIf"]').getByRole('button', { name: '改用公式' }).click();
  await page.getByRole('textbox', { name: '什么时候必填' }).click();
  await page.keyboard.insertText('amont > 5');
  await page.getByRole('button', { name: '改为“amount”' }).waitFor();
  await t.look(page, 'formula');
  await page.getByRole('button', { name: '改为“amount”' }).click();
  await saved(page);
  // It is read by its name, and as a row; typed by its name it is stored by its key.
  assert.equal(await page.getByRole('textbox', { name: '什么时候必填' }).innerText(), '金额 > 5');
  await page.getByRole('textbox', { name: '什么时候必填' }).click();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.insertText('金额 ＞ 8');
  await page.locator('.d-panel h2').first().click();
  await page.getByRole('button', { name: '改用条件行' }).click();
  assert.equal(await page.getByLabel('什么时候必填 1.1 的值').inputValue(), '8');
  await page.getByRole('button', { name: '并且' }).click();
  await choose(page, '什么时候必填 1.2 的字段', '名称');
  await choose(page, '什么时候必填 1.2 的比较', '不为空');
  await t.look(page, 'rows');
  await saved(page);
  const field = (await (await page.request.get('/api/apps/service/draft')).json()).definition.forms[0].fields.find((f) => f.key === 'amount');
  assert.equal(field.requiredIf, 'amount > 8 and name != nil');
  // Five steps back and forth leave everything as it was.
  for (let i = 0; i < 5; i++) await page.getByRole('button', { name: '撤销' }).click();
  for (let i = 0; i < 5; i++) await page.getByRole('button', { name: '重做' }).click();
  assert.deepEqual(await order(), ['名称', '金额', '单选']);
}

async function flow(t, page) {
  await page.getByRole('link', { name: '流程', exact: true }).click();
  await page.getByRole('button', { name: '给“工单”建流程' }).click();
  await page.locator('.d-tools').getByRole('button', { name: '阶段' }).click();
  await page.waitForURL((u) => (u.searchParams.get('at') ?? '').includes('/stages/stage'));
  await page.getByRole('textbox', { name: '名称', exact: true }).fill('处理中');
  await page.getByRole('button', { name: '添加' }).first().click();
  await page.getByRole('textbox', { name: '名称', exact: true }).nth(1).fill('已联系客户');
  // What happens as the time of the stage goes by.
  await page.getByRole('spinbutton', { name: '停留期限', exact: true }).fill('3');
  const late = page.getByRole('group', { name: '阶段时限到了怎么办' });
  await late.getByRole('button', { name: '自己安排提醒和升级' }).click();
  await late.getByText('3 天后：提醒负责人').waitFor();
  await late.getByText('6 天后：告诉负责人的上级').waitFor();
  // By a moment the rungs stand around it.
  await choose(page, '期限怎么定', '到几点');
  await late.getByText('到期时：提醒负责人').waitFor();
  await late.getByText('到期后 3 天：告诉负责人的上级').waitFor();
  await saved(page);
  await late.scrollIntoViewIfNeeded();
  await t.look(page, 'stage-ladder');
  await choose(page, '添加流转到…', '完成');
  await page.getByRole('button', { name: '新审批链' }).click();
  await page.waitForURL((u) => u.pathname.endsWith('/approvals'));
  await page.getByRole('button', { name: /新的审批节点/ }).click();
  await choose(page, '找不到人时', '交给管理员');
  await saved(page);
  await t.look(page, 'chain');
  await page.getByRole('link', { name: '流程', exact: true }).click();
  await page.getByRole('button', { name: /^开始, / }).click();
  await choose(page, '添加流转到…', '处理中');
  await saved(page);
  await t.look(page, 'flow');
}

async function publish(t, page) {
  await page.getByRole('button', { name: '检查并发布' }).click();
  await page.getByText('检查：没有错误').waitFor();
  await t.look(page, 'publish');
  // Writing the note moves nothing.
  const top = async () => (await page.getByRole('button', { name: '发布', exact: true }).boundingBox()).y;
  const before = await top();
  await page.getByLabel('发布说明').fill('第一版');
  t.assert.equal(await top(), before, 'the button moves while the note is written');
  await page.getByLabel('已知悉').check();
  await page.getByRole('button', { name: '发布', exact: true }).click();
  await page.locator('.toast', { hasText: 'v1 已发布' }).waitFor();
  await page.getByText('没有差别').waitFor();
}

/** Somebody else saves the same draft: what both did is put together, and what both changed the same is asked. */
async function conflict(t, page) {
  const { assert } = t;
  const draftNow = async () => (await page.request.get('/api/apps/service/draft')).json();
  const other = async (change) => {
    const draft = await draftNow();
    change(draft.definition);
    const answer = await page.request.put('/api/apps/service/draft', { data: draft.definition, headers: { 'If-Match': `"${draft.rev}"` } });
    assert.equal(answer.status(), 200);
  };
  const amount = (def) => def.forms[0].fields.find((f) => f.key === 'amount');
  await page.getByRole('link', { name: '表单', exact: true }).click();
  await page.getByRole('button', { name: /^金额, / }).click();
  const name = page.getByRole('textbox', { name: '名称', exact: true });
  await name.waitFor();
  await other((def) => {
    def.help = '别人写的';
    amount(def).name = { ...amount(def).name, 'zh-CN': '合同金额' };
  });
  await name.fill('报价金额');
  await page.locator('.d-conflict').getByText('有 1 处两个人都改了').waitFor();
  await t.look(page, 'conflict');
  assert.ok(await page.getByRole('button', { name: '还有 1 处要选' }).isDisabled());
  await page.locator('.d-conflict').getByLabel(/合同金额/).check();
  await page.getByRole('button', { name: '两边都留下' }).click();
  await saved(page);
  const both = (await draftNow()).definition;
  assert.equal(both.help, '别人写的');
  assert.equal(amount(both).name['zh-CN'], '合同金额');
  // What does not touch is put together without a question.
  await other((def) => {
    def.help = '又是别人写的';
  });
  await page.getByRole('button', { name: '日期', exact: true }).click();
  await page.waitForURL((u) => (u.searchParams.get('at') ?? '').includes('/fields/date'));
  await saved(page);
  const joined = (await draftNow()).definition;
  assert.equal(joined.help, '又是别人写的');
  assert.ok(joined.forms[0].fields.some((f) => f.type === 'date'));
}

export async function run(t) {
  const page = await t.as('admin');
  await create(t, page);
  await form(t, page);
  await flow(t, page);
  await publish(t, page);
  await conflict(t, page);
  await t.open(page, '/design/service/json');
  await t.look(page, 'json');

  // The other pages, and all of them on a phone, over an app that has everything.
  for (const name of ['rules', 'automations', 'views', 'app']) {
    await t.open(page, `/design/b2b/${name}`);
    await page.locator('.d-one, .d-apppage').first().waitFor();
    if (name === 'views') await page.locator('.d-boardpreview .card').first().waitFor();
    await t.look(page, name);
  }
  await t.open(page, '/design/b2b/views?at=/dashboards/home');
  await page.locator('.d-dash .kpi .big').first().waitFor();
  await t.look(page, 'dashboard');
  // Figures go into ranges that are typed as people write them, and a heat map of them opens the records.
  await t.open(page, '/design/b2b/views?at=/reports/owners');
  const level = page.locator('.d-one').getByRole('button', { name: '添加' }).first();
  await level.click();
  await page.getByLabel('第 2 层', { exact: true }).click();
  await page.getByLabel('第 2 层', { exact: true }).fill('金额');
  await page.locator('.ant-select-dropdown:visible .ant-select-item-option').getByText('金额', { exact: true }).click();
  const ranges = page.getByRole('combobox', { name: '区间' });
  await ranges.fill('10万');
  await ranges.press('Enter');
  await ranges.fill('三万');
  await ranges.press('Enter');
  await page.getByText('不是数字：三万').waitFor();
  await ranges.fill('30,000');
  await ranges.press('Enter');
  await choose(page, '图形', '热力图');
  const heat = page.locator('.heat');
  await heat.getByRole('columnheader', { name: '30,000 – 100,000' }).waitFor();
  await heat.scrollIntoViewIfNeeded();
  await t.look(page, 'heat');
  await page.setViewportSize({ width: 375, height: 812 });
  await heat.scrollIntoViewIfNeeded();
  await t.look(page, 'phone-heat');
  await page.setViewportSize({ width: 1280, height: 800 });
  await t.open(page, '/design/b2b/map');
  await page.locator('.d-mapsheet').getByRole('button', { name: /成交转订单/ }).waitFor();
  await t.look(page, 'map');
  const phone = await t.as('admin', 'phone');
  for (const name of ['forms', 'flow', 'map', 'approvals', 'rules', 'automations', 'views', 'json', 'publish']) {
    await t.open(phone, `/design/b2b/${name}`);
    await t.look(phone, `phone-${name}`);
  }
  // A form grows on a phone as well: what is added comes into view with its settings, and closing them leads back.
  await t.open(phone, '/design/service/forms');
  await phone.locator('.d-palette').getByRole('button', { name: '电话', exact: true }).click();
  const head = phone.locator('.d-panelhead', { hasText: '电话' });
  const near = (place) => phone.waitForFunction(([css, most]) => Math.abs(document.querySelector(css).getBoundingClientRect().top) < most, place);
  await head.waitFor();
  await near(['.d-panelhead', 200]);
  // A condition stands within the panel, however long the names are.
  await phone.locator('.d-panel').getByText('符合条件时').first().click();
  await phone.getByRole('textbox', { name: '名称', exact: true }).fill('客户所在行业以及细分领域的联系电话（含国家和地区代码）');
  await choose(phone, '什么时候必填 1.1 的字段', '客户所在行业');
  const rows = phone.locator('.d-rows').first();
  t.assert.ok(await rows.evaluate((e) => [...e.querySelectorAll('*')].every((x) => x.getBoundingClientRect().right <= 375)), 'a row stands over the edge');
  await t.look(phone, 'phone-rows');
  await phone.getByRole('button', { name: '关闭面板' }).click();
  await near(['.d-canvas', 200]);
  await t.open(phone, '/design/service/flow');
  await phone.locator('.d-stageadd').getByRole('button', { name: '阶段', exact: true }).click();
  await phone.locator('.d-panel').getByRole('textbox', { name: '名称', exact: true }).first().fill('回访');
  await phone.locator('.d-stageadd').getByRole('button', { name: '依次连起来' }).click();
  await saved(phone);
  await t.look(phone, 'phone-stages');
  // The rungs of a ladder keep within their panel.
  await t.open(phone, '/design/b2b/flow?at=/processes/deal/stages/proposal/activities/costing');
  await phone.getByRole('button', { name: '自己安排提醒和升级' }).first().click();
  const ladder = phone.locator('.d-ladder').first();
  await ladder.scrollIntoViewIfNeeded();
  t.assert.ok(await ladder.evaluate((e) => [...e.querySelectorAll('*')].every((x) => x.getBoundingClientRect().right <= e.parentElement.getBoundingClientRect().right + 1)), 'a rung stands over the edge');
  await t.look(phone, 'phone-ladder');
}
