// A fresh server: the admin is made with the console's code, a template is chosen, and a restart keeps everything.
import { Api } from '../kit/api.mjs';
import { admin as person, chooseTemplate, emptyServer, enterCode, introduce } from '../kit/company.mjs';
import { serve } from '../kit/server.mjs';

export const server = 'none';

export async function run(t) {
  const { assert } = t;
  const begun = await emptyServer(t);
  const { data } = begun;
  let { node } = begun;
  t.after(() => node.stop());
  const code = await node.code();

  const page = await t.visitor();
  await introduce(page);
  await t.look(page, 'setup');
  await page.locator('#code').fill('WRONG-CODE');
  await page.getByRole('button', { name: '继续' }).click();
  await page.getByRole('alert').waitFor();
  await t.look(page, 'wrong-code');
  await enterCode(page, code);
  const template = t.phone ? { key: 'blank', name: '空白入门' } : { key: 'b2b', name: 'B2B 复杂销售' };
  await t.look(page, 'templates');
  assert.equal(await page.getByRole('checkbox', { name: /示例人员和记录/ }).isChecked(), true);

  // It lands in a working app.
  await chooseTemplate(page, template.name);
  assert.equal(new URL(page.url()).pathname, `/a/${template.key}/board/board`);
  const cards = await page.locator('.deal h3').allInnerTexts();
  assert.ok(cards.length >= 3, `only ${cards.length} sample records on the board`);
  await t.look(page, 'board');
  // What comes next for an admin: the first step is taken.
  await t.open(page, '/');
  const guide = page.getByRole('region', { name: '新手指引' });
  await guide.locator('li.taken', { hasText: '从模板装一个应用' }).waitFor();
  await guide.getByRole('link', { name: '检查并发布' }).waitFor();
  await t.look(page, 'first-steps');
  const api = await Api.login(node.address, person.username, person.password);
  const form = t.phone ? 'item' : 'deal';
  const before = await api.get(`/apps/${template.key}/forms/${form}/records?sort=number&limit=200`);

  // The same directory, a new process: everything is there, and nobody is asked to set up again.
  await node.stop();
  node = await serve(t.bin, ['--data', data.path]);
  t.address = node.address;
  const again = await t.visitor();
  await again.goto('/');
  await again.locator('#username').fill(person.username);
  await again.locator('#password').fill(person.password);
  await t.look(again, 'login');
  await again.getByRole('button', { name: '登录' }).click();
  await again.getByRole('heading', { name: '我的工作', level: 1 }).waitFor();
  await t.open(again, `/a/${template.key}/board/board`);
  await again.locator('.deal').first().waitFor();
  assert.deepEqual(await again.locator('.deal h3').allInnerTexts(), cards);
  const later = await Api.login(node.address, person.username, person.password);
  assert.deepEqual(await later.get(`/apps/${template.key}/forms/${form}/records?sort=number&limit=200`), before);
  const setUp = await later.send('POST', '/setup', { code, ...person, username: 'second', language: 'zh-CN' });
  assert.ok(setUp.status >= 400, `a second set-up was answered ${setUp.status}`);
  assert.equal(node.lines.some((l) => l.includes('One-time code')), false, 'a code was printed again');
}
