// Signing in with two steps, and a program that acts with a token: a rep switches the second factor on with an authenticator app, signs in with its
// code, uses a recovery code when the phone is away; makes a token, and a program reads with it until it is revoked.
import { createHmac } from 'node:crypto';

/** What an authenticator app shows (RFC 6238), a number of periods from now. */
function authenticator(secret, periods = 0) {
  const bits = [...secret].map((c) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((b) => parseInt(b, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + periods));
  const mac = createHmac('sha1', key).update(counter).digest();
  const value = mac.readUInt32BE(mac[19] & 15) & 0x7fffffff;
  return String(value % 1_000_000).padStart(6, '0');
}

async function login(page, code) {
  await page.locator('#username').fill('rep.li');
  await page.locator('#password').fill('pipewright-demo');
  await page.getByRole('button', { name: '登录', exact: true }).click();
  if (code === undefined) return;
  await page.locator('#code').waitFor();
  await page.locator('#code').fill(code);
  await page.getByRole('button', { name: '登录', exact: true }).click();
}

export async function run(t) {
  const { assert } = t;
  const page = await t.visitor();
  await t.open(page, '/login');
  await login(page);
  await page.getByRole('navigation').first().waitFor();
  await t.open(page, '/profile');

  const factor = page.getByRole('region', { name: '两步验证' });
  await factor.getByRole('button', { name: '开启' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('您的密码').fill('pipewright-demo');
  await dialog.getByRole('button', { name: '下一步' }).click();
  await dialog.getByRole('img', { name: '密钥的二维码' }).waitFor();
  await t.look(page, 'scan');
  const secret = await dialog.getByLabel('密钥', { exact: true }).inputValue();
  await dialog.getByLabel('6 位验证码').fill('12');
  await dialog.getByRole('button', { name: '开启' }).click();
  await dialog.getByRole('alert').waitFor();
  await dialog.getByLabel('6 位验证码').fill(authenticator(secret));
  await dialog.getByRole('button', { name: '开启' }).click();
  const recovery = (await dialog.getByLabel('恢复码').inputValue()).split('\n');
  assert.equal(recovery.length, 10);
  await t.look(page, 'recovery');
  await dialog.getByRole('button', { name: '我已存好' }).click();
  await factor.getByText('还有 10 个未用的恢复码').waitFor();

  const tokens = page.getByRole('region', { name: 'API 令牌' });
  await tokens.getByRole('button', { name: '新建令牌' }).click();
  await dialog.getByLabel('用途').fill('ERP 对接');
  await t.look(page, 'token-new');
  await dialog.getByRole('button', { name: '新建', exact: true }).click();
  const token = await dialog.getByLabel('令牌', { exact: true }).inputValue();
  await t.look(page, 'token');
  await dialog.getByRole('button', { name: '关闭' }).last().click();
  const program = () => fetch(`${t.address}/api/me`, { headers: { Authorization: `Bearer ${token}` } });
  const me = await (await program()).json();
  assert.equal(me.user.id, 'rep.li');
  await tokens.getByText('ERP 对接').waitFor();
  await t.look(page, 'settings');
  await tokens.getByRole('button', { name: '撤销令牌“ERP 对接”' }).click();
  await tokens.getByText('ERP 对接').waitFor({ state: 'detached' });
  assert.equal((await program()).status, 401);

  // Elsewhere the password is not enough any more.
  const other = await t.visitor();
  await t.open(other, '/login');
  await login(other);
  await other.locator('#code').waitFor();
  await t.look(other, 'code');
  await other.locator('#code').fill(authenticator(secret, 1)); // the next one: this one is used up
  await other.getByRole('button', { name: '登录', exact: true }).click();
  await other.getByRole('navigation').first().waitFor();
  const lost = await t.visitor();
  await t.open(lost, '/login');
  await login(lost, recovery[3]);
  await lost.getByRole('navigation').first().waitFor();
  await t.open(lost, '/profile');
  await lost.getByText('还有 9 个未用的恢复码').waitFor();
}
