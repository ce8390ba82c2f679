// An admin looks at the workspace as a rep sees it, is stopped when he wants to change something, and goes back; then he finds what he did in the settings.
import { Api } from '../kit/api.mjs';
import { admin, emptyServer } from '../kit/company.mjs';

/** A manager who is let design wants the app to call another system: he asks, and who operates grants it. */
async function powers(t, admins, page) {
  t.after(() => admins.must('PATCH', '/users/mgr.wang', { rights: [] }));
  await t.open(page, '/people');
  await page.locator('.people').getByRole('button', { name: /mgr\.wang/ }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('checkbox', { name: /^设计应用/ }).check();
  await t.look(page, 'rights', { axe: !t.phone });
  await dialog.getByRole('button', { name: '保存' }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.locator('.people').getByRole('button', { name: /mgr\.wang/ }).getByText('设计').waitFor();

  const before = await admins.get('/apps/b2b/draft');
  t.after(async () => admins.must('PUT', '/apps/b2b/draft', before.definition, { 'If-Match': `"${(await admins.get('/apps/b2b/draft')).rev}"` }));
  const name = { 'zh-CN': '通知仓库', 'zh-TW': '通知倉庫', en: 'Tell the warehouse' };
  const calls = { key: 'warehouse', name, on: { created: 'deal' }, do: [{ http: { url: 'https://warehouse.example/orders' } }] };
  await admins.must('PUT', '/apps/b2b/draft', { ...before.definition, automations: [...before.definition.automations, calls] }, { 'If-Match': `"${before.rev}"` });
  const wang = await t.as('mgr.wang');
  await t.open(wang, '/design/b2b/publish');
  await wang.getByRole('region', { name: '发布后应用新增的权限' }).getByText(/warehouse\.example/).waitFor();
  await wang.getByLabel('发布说明').fill('新商机通知仓库');
  const know = wang.getByRole('checkbox', { name: '已知悉' });
  if (await know.count()) await know.check();
  await wang.getByRole('button', { name: '申请批准' }).click();
  await wang.getByRole('button', { name: '等待批准' }).waitFor();
  await t.look(wang, 'asks', { axe: !t.phone });

  await t.open(page, '/system');
  const asking = page.getByRole('region', { name: '应用申请的权限' });
  await asking.getByText(/warehouse\.example/).waitFor();
  await t.look(page, 'asked', { axe: !t.phone });
  await asking.getByRole('button', { name: /^批准/ }).click();
  await asking.waitFor({ state: 'detached' });
  await t.open(wang, '/design/b2b/publish');
  await wang.getByText(/已于.*批准，可以发布/).waitFor();
}

export async function run(t) {
  const { assert } = t;
  const rep = await Api.login(t.address, 'rep.li');
  const mine = await rep.get('/apps/b2b/forms/deal/records?owner=me&where=open&limit=1');
  const deal = mine.items[0];
  assert.ok(deal, 'rep.li has an open deal');

  const admins = await Api.login(t.address, 'admin');
  const page = await t.as('admin');
  if (!t.phone) {
    await t.open(page, '/design/b2b/publish');
    await page.getByRole('button', { name: '请大家阅读' }).click();
    await page.getByText(/人中 0 人已读。未读：.*李雷/).waitFor();
  } else {
    const { items } = await admins.get('/apps/b2b/releases');
    await admins.post(`/apps/b2b/releases/${items.find((r) => r.live).n}/readers`);
  }
  const li = await t.as('rep.li');
  await t.open(li, '/');
  const asked = li.getByRole('region', { name: '请阅读' });
  await t.look(li, 'please-read', { axe: !t.phone });
  await asked.getByRole('button', { name: '已读' }).click();
  await asked.waitFor({ state: 'detached' });

  await t.open(page, '/people');
  await page.getByRole('textbox', { name: '按姓名查找' }).fill('rep.li');
  await page.locator('.people').getByRole('button', { name: /rep\.li/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: /的身份查看$/ }).click();
  const bar = page.getByRole('region', { name: '以他人身份查看' });
  await bar.getByText(/^您看到的是/).waitFor();
  await t.look(page, 'as-li', { axe: t.phone });

  if (!t.phone) {
    await t.open(page, `/r/${deal.id}`);
    await bar.waitFor();
    // Li could; who sees as him cannot.
    await page.locator('.note-box textarea').fill('不会留下');
    await page.getByRole('button', { name: '添加笔记' }).click();
    await page.getByText(/什么都不能改/).first().waitFor();
    await t.look(page, 'his-deal', { axe: false });
  }
  const before = await rep.get(`/records/${deal.id}`);
  assert.equal(before.rev, deal.rev, 'nothing was changed');

  await bar.getByRole('button', { name: '返回' }).click();
  await page.waitForURL(/\/people$/);
  await t.settled(page);
  assert.equal(await bar.count(), 0);

  await powers(t, admins, page);
  await t.open(page, '/system');
  await page.getByText('本系统').first().waitFor();
  await page.getByRole('region', { name: '服务器进程' }).getByText(/现在回答您的/).waitFor();
  await t.look(page, 'health', { axe: !t.phone });
  await page.getByRole('button', { name: '公司', exact: true }).click();
  await page.getByLabel('公司名称').fill('示范集团');
  await t.look(page, 'company', { axe: !t.phone });
  await page.getByRole('button', { name: '保存' }).click();
  await page.getByText('已保存').first().waitFor();
  assert.equal((await admins.get('/me')).company.name, '示范集团');

  // Mail is set in the product: what is wrong with it is said in words, and no password comes back.
  await page.getByRole('button', { name: '邮件与登录', exact: true }).click();
  const mail = page.getByRole('region', { name: '邮件', exact: true });
  if (!t.phone) {
    await admins.must('PATCH', '/users/admin', { email: 'boss@example.com' });
    await mail.getByLabel('邮件服务器（SMTP）').fill('127.0.0.1');
    await mail.getByLabel('用户名').fill('crm');
    await mail.getByLabel('密码或授权码').fill('hush');
    await mail.getByLabel('发件人').fill('crm');
    await mail.getByRole('button', { name: '保存' }).click();
    await mail.getByText(/^发件人要像/).waitFor();
    await mail.getByLabel('发件人').fill('示范公司 <crm@example.com>');
    await mail.getByRole('button', { name: '保存' }).click();
    await mail.getByText('已启用').waitFor();
    await mail.getByRole('button', { name: '给我发一封测试邮件' }).click();
    await mail.getByText(/^这个服务器在内网里/).waitFor();
    assert.equal(await mail.getByLabel('密码或授权码').inputValue(), '');
  }
  await mail.waitFor();
  await t.look(page, 'mail', { axe: !t.phone });
  await page.getByRole('button', { name: '任务', exact: true }).click();
  await page.getByText(/这里没有任务/).or(page.locator('.sys-list > li').first()).first().waitFor();
  await t.look(page, 'jobs', { axe: false });
  await page.getByRole('button', { name: '定时', exact: true }).click();
  await page.getByText('还没有到点的定时').or(page.locator('.sys-list > li').first()).first().waitFor();
  await page.getByRole('button', { name: '审计', exact: true }).click();
  await page.getByText(/^开始以他人身份查看 · 李雷/).waitFor();
  await page.getByRole('button', { name: '立即核对' }).click();
  await page.getByText(/次锚定都正确/).waitFor();
  await t.look(page, 'audit', { axe: t.phone });
  await page.getByRole('button', { name: '备份', exact: true }).click();
  await page.getByText('这个数据库不在这里备份').waitFor();
  if (!t.phone) {
    // Who is admin and no more does not see every record; why, he can ask.
    await admins.must('PATCH', '/users/admin', { roles: [] });
    const own = await rep.post('/apps/b2b/forms/account/records', { data: { name: '只有李雷知道的客户' } });
    await page.goto(`/r/${own.id}`);
    await page.getByRole('button', { name: /^谁能看、能做什么/ }).click();
    await page.getByRole('dialog').getByText(/没有角色/).first().waitFor();
    await t.look(page, 'why-not', { axe: false });
    await page.getByRole('dialog').getByRole('button', { name: /Close|关闭/ }).first().click();
  }
  await t.open(page, '/usage');
  await page.getByRole('row', { name: /李雷/ }).or(page.locator('.adoption tr', { hasText: '李雷' })).first().waitFor();
  await t.look(page, 'usage', { axe: t.phone });
  if (!t.phone) return;

  // A server that keeps its data makes backups itself.
  const { node } = await emptyServer(t);
  const own = await t.visitor(t.sizes.phone);
  const set = await own.request.post('/api/setup', { data: { ...admin, code: await node.code(), language: 'zh-CN' } });
  assert.ok(set.ok(), await set.text());
  await t.open(own, '/system?tab=backups');
  await own.getByText('这里还没有做过备份').waitFor();
  await own.getByRole('button', { name: '立即备份' }).click();
  await own.getByText(/^backup-\d{8}T\d{6}/).waitFor();
  await t.look(own, 'backups');
}
