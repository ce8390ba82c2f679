// An admin looks at the workspace as a rep sees it, is stopped when he wants to change something, and goes back; then he finds what he did in the settings.
import { Api } from '../kit/api.mjs';

export async function run(t) {
  const { assert } = t;
  const rep = await Api.login(t.address, 'rep.li');
  const mine = await rep.get('/apps/b2b/forms/deal/records?owner=me&where=open&limit=1');
  const deal = mine.items[0];
  assert.ok(deal, 'rep.li has an open deal');

  const page = await t.as('admin');
  await t.open(page, '/people');
  await page.getByRole('textbox', { name: '按姓名查找' }).fill('rep.li');
  await page.locator('.people').getByRole('button', { name: /rep\.li/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: /的身份查看$/ }).click();
  const bar = page.getByRole('region', { name: '以他人身份查看' });
  await bar.getByText(/^您看到的是/).waitFor();
  await t.look(page, 'as-li');

  await t.open(page, `/r/${deal.id}`);
  await bar.waitFor();
  if (!t.phone) {
    // Li could; who sees as him cannot.
    await page.locator('.note-box textarea').fill('不会留下');
    await page.getByRole('button', { name: '添加笔记' }).click();
    await page.getByText(/什么都不能改/).first().waitFor();
  }
  await t.look(page, 'his-deal');
  const before = await rep.get(`/records/${deal.id}`);
  assert.equal(before.rev, deal.rev, 'nothing was changed');

  await bar.getByRole('button', { name: '返回' }).click();
  await page.waitForURL(/\/people$/);
  await t.settled(page);
  assert.equal(await bar.count(), 0);
}
