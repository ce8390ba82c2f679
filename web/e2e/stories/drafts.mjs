// Two admins in two browsers edit one draft, a browser is killed in the middle of it, and every save can be had back: nothing is lost.
export const sizes = ['desk'];

async function saved(page) {
  await page.locator('.d-saved.saved').waitFor();
}

const fieldOf = (def, key) => def.forms.find((f) => f.key === 'deal').fields.find((f) => f.key === key);
const name = (page) => page.getByRole('textbox', { name: '名称 简体中文' }).first();

async function openField(t, page, key) {
  await t.open(page, `/design/b2b/forms?at=/forms/deal/fields/${key}`);
  await name(page).waitFor();
}

export async function run(t) {
  const { assert } = t;
  const admin = await t.as('admin');
  const users = (await (await admin.request.get('/api/users?q=')).json()).items;
  const sun = users.find((u) => u.username === 'dir.sun');
  assert.equal((await admin.request.patch(`/api/users/${sun.id}`, { data: { admin: true } })).status(), 200);
  const other = await t.as('dir.sun');
  const draft = async () => (await (await admin.request.get('/api/apps/b2b/draft')).json()).definition;

  // Each sees the other, and where.
  await openField(t, admin, 'amount');
  await openField(t, other, 'discount');
  await other.locator('.d-others').getByText(/管理员 正在编辑“/).waitFor();

  // Both write at the same time, at different places.
  await Promise.all([name(admin).fill('合同金额'), name(other).fill('总折扣率')]);
  await Promise.all([saved(admin), saved(other)]);
  await admin.waitForFunction(async () => {
    const { definition } = await (await fetch('/api/apps/b2b/draft')).json();
    const text = JSON.stringify(definition);
    return text.includes('合同金额') && text.includes('总折扣率');
  });
  // Who was first hears of the other without doing anything but going on.
  await admin.getByRole('link', { name: '流程', exact: true }).click();
  await admin.getByRole('link', { name: '表单', exact: true }).click();
  await admin.getByRole('button', { name: /^总折扣率, / }).waitFor();

  // The same place: the second is asked, and both see what was chosen.
  await openField(t, admin, 'amount');
  await openField(t, other, 'amount');
  await name(admin).fill('订单金额');
  await saved(admin);
  await name(other).fill('成交金额');
  const bar = other.locator('.d-conflict');
  await bar.getByText('管理员 也改了这份草稿').waitFor();
  await t.look(other, 'asked');
  await bar.getByLabel(/成交金额/).check();
  await bar.getByRole('button', { name: '两边都留下' }).click();
  await saved(other);
  assert.equal(fieldOf(await draft(), 'amount').name['zh-CN'], '成交金额');

  // The window goes before the draft is saved; the next one takes up what was written.
  await other.route('**/api/apps/b2b/draft', (route) => (route.request().method() === 'PUT' ? route.abort() : route.continue()));
  await name(other).fill('最后一刻的金额');
  const next = await other.context().newPage();
  await other.close({ runBeforeUnload: false });
  next.setDefaultTimeout(10_000);
  await openField(t, next, 'amount');
  await next.locator('.toast', { hasText: '已经恢复' }).waitFor();
  await saved(next);
  assert.equal(fieldOf(await draft(), 'amount').name['zh-CN'], '最后一刻的金额');

  // Every save is there, and any can be had back.
  await t.open(next, '/design/b2b/history');
  await next.getByRole('button', { name: /次保存/ }).first().click();
  await t.look(next, 'history');
  await next.locator('.d-point').last().click();
  await next.getByText('从那时到现在改了').waitFor();
  await next.locator('.d-diff li').first().waitFor();
  await t.look(next, 'since');
  await next.getByRole('button', { name: '回到这时' }).click();
  await next.locator('.toast', { hasText: '已回到' }).waitFor();
  await saved(next);
  assert.notEqual(fieldOf(await draft(), 'amount').name['zh-CN'], '最后一刻的金额');

  // A definition changed elsewhere comes back as a change of the draft, told before it is one; a broken one says at which line.
  await t.open(next, '/design/b2b/json');
  const changed = await draft();
  fieldOf(changed, 'amount').name['zh-CN'] = '仓库里的金额';
  const file = (text) => ({ name: 'b2b.json', mimeType: 'application/json', buffer: Buffer.from(text) });
  await next.getByRole('button', { name: '放回文件夹' }).click();
  const bring = next.getByRole('dialog', { name: '放回文件夹' });
  await bring.getByLabel('选 .zip 或 .json').setInputFiles(file('{\n  "spec": }'));
  await bring.getByText(/^第 2 行/).waitFor();
  await bring.getByLabel('选 .zip 或 .json').setInputFiles(file(JSON.stringify(changed)));
  await bring.getByText('草稿会有 1 处改动').waitFor();
  await t.look(next, 'brought');
  await bring.getByRole('button', { name: '放进草稿' }).click();
  await next.locator('.toast', { hasText: '已放进草稿' }).waitFor();
  await saved(next);
  assert.equal(fieldOf(await draft(), 'amount').name['zh-CN'], '仓库里的金额');

  // The same in English, and on a phone.
  await next.request.patch('/api/me', { data: { language: 'en' } });
  await t.open(next, '/design/b2b/history');
  await next.getByRole('heading', { name: 'History of the draft' }).waitFor();
  await t.look(next, 'history-en');
  await next.setViewportSize({ width: 375, height: 812 });
  await t.look(next, 'history-phone');
}
