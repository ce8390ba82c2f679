// A company begun as its first admin begins it: the console's code, a name, a template; then its people are let in.
import { serve, temporary } from './server.mjs';

export const admin = { company: '新起点贸易', name: '周敏', username: 'admin', password: 'spring-rain-08' };

/** Starts a server on an empty directory of its own, removed when the story is over. */
export async function emptyServer(t) {
  const data = await temporary();
  t.after(data.remove);
  const node = await serve(t.bin, ['--data', data.path]);
  t.after(() => node.stop());
  t.address = node.address;
  return { node, data };
}

/** Fills in the set-up page up to its one-time code, which is left to the caller. */
export async function introduce(page) {
  await page.goto('/');
  await page.getByRole('heading', { name: '开始使用' }).waitFor();
  for (const [key, value] of Object.entries(admin)) await page.locator(`#${key}`).fill(value);
}

/** Goes on from the set-up page with the code, to the choice of a template. */
export async function enterCode(page, code) {
  await page.locator('#code').fill(code);
  await page.getByRole('button', { name: '继续' }).click();
  await page.getByRole('heading', { name: '选一个模板开始' }).waitFor();
}

/** Installs a template from the choice on set-up; it lands on the app's board. */
export async function chooseTemplate(page, name) {
  await page.getByRole('listitem').filter({ hasText: name }).getByRole('button', { name: '安装' }).click();
  // What stands there while it loads has no title; every sample has at least three records to show.
  await page.locator('.deal h3').nth(2).waitFor();
}

/** Lets people of the sample sign in: the admin gives each a password on the page of people. */
export async function letIn(t, page, names, password) {
  await t.open(page, '/people');
  for (const name of names) {
    await page.getByRole('textbox', { name: '按姓名查找' }).fill(name);
    await page.locator('.people').getByRole('button', { name: new RegExp(name) }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel(/^新密码/).fill(password);
    await dialog.getByRole('button', { name: '保存' }).click();
    await dialog.waitFor({ state: 'hidden' });
  }
}
