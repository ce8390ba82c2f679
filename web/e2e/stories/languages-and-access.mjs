// Every screen opens for a person who may see it, is readable for assistive technology, fits the window, and speaks three languages,
// switched without a reload.
import { readFileSync } from 'node:fs';
import { Api } from '../kit/api.mjs';

const word = (language, file, key) => JSON.parse(readFileSync(new URL(`../../src/locales/${language}/${file}.json`, import.meta.url), 'utf8'))[key];
const names = { 'zh-CN': '简体中文', 'zh-TW': '繁體中文', en: 'English' };

/** What a page says in each language: words of the app, and a word of the definition. */
const speaks = {
  board: (l) => [word(l, 'common', 'new'), { 'zh-CN': '鉴别', 'zh-TW': '鑑別', en: 'Identify' }[l]],
  record: (l) => [word(l, 'record', 'tab.timeline'), { 'zh-CN': '预计成交日', 'zh-TW': '預計成交日', en: 'Expected close' }[l]],
  inbox: (l) => [word(l, 'inbox', 'approve'), { 'zh-CN': '报价分级审批', 'zh-TW': '報價分級簽核', en: 'Quote approval by tier' }[l]],
  flow: (l) => [word(l, 'designer', 'tab_flow'), { 'zh-CN': '谈判与提案', 'zh-TW': '談判與提案', en: 'Proposal and negotiation' }[l]],
};

/** A quote that waits for the manager, so that the inbox has something in it. */
async function submitQuote(t) {
  const rep = await Api.login(t.address, 'rep.li');
  const { items } = await rep.get('/apps/b2b/forms/deal/records?stage=closing&limit=1');
  const quote = await rep.post('/apps/b2b/forms/quote/records', {
    data: {
      name: `报价 ${t.size}`,
      deal: items[0].id,
      account: items[0].data.account.id,
      lines: [{ qty: '1', price: { amount: '90000.00' }, off: '0.25', cost: { amount: '30000.00' } }],
    },
  });
  await rep.post(`/records/${quote.id}/transitions/submit`, { comment: '战略客户' });
  return items[0].id;
}

/** Switches the language in the person's menu, and reads that the page follows. */
async function switching(t, page, what) {
  await page.evaluate(() => {
    window.sameDocument = true;
  });
  const account = page.locator('.top .popup-host > button').last();
  for (const language of ['zh-TW', 'en', 'zh-CN']) {
    await account.click();
    await page.getByRole('menuitemradio', { name: names[language] }).click();
    await page.keyboard.press('Escape');
    for (const words of speaks[what](language)) await page.getByText(words).filter({ visible: true }).first().waitFor();
    t.assert.equal(await page.evaluate(() => document.documentElement.lang), language);
    if (language !== 'zh-CN') await t.look(page, `${what}-${language}`, { axe: false });
  }
  t.assert.equal(await page.evaluate(() => window.sameDocument), true, `${what} was loaded anew`);
}

/** The designer has no menu of the person: it goes to the profile and back, still without loading anew. */
async function switchingDesigner(t, page) {
  await page.evaluate(() => {
    window.sameDocument = true;
  });
  for (const language of ['zh-TW', 'en', 'zh-CN']) {
    await page.locator('.d-rail a[href="/profile"]').click();
    await page.getByText(names[language], { exact: true }).click();
    await page.locator(`html[lang="${language}"]`).waitFor({ state: 'attached' });
    await page.goBack();
    for (const words of speaks.flow(language)) await page.getByText(words).filter({ visible: true }).first().waitFor();
    if (language !== 'zh-CN') await t.look(page, `designer-${language}`, { axe: false });
  }
  t.assert.equal(await page.evaluate(() => window.sameDocument), true, 'the designer was loaded anew');
}

export async function run(t) {
  const deal = await submitQuote(t);
  const rep = await t.visitor();
  await rep.goto('/');
  await rep.getByRole('button', { name: /李雷/ }).waitFor();
  await t.look(rep, 'login');
  await rep.getByRole('button', { name: /李雷/ }).click();
  await rep.getByRole('heading', { name: '我的工作', level: 1 }).waitFor();
  await t.look(rep, 'home');
  await rep.getByRole('link', { name: '日历' }).click();
  await (t.phone ? rep.getByRole('region').nth(6) : rep.getByRole('grid')).waitFor();
  await t.look(rep, 'agenda');
  await t.open(rep, '/a/b2b/board/board');
  await rep.locator('.deal').first().waitFor();
  await t.look(rep, 'board');
  await switching(t, rep, 'board');
  await t.open(rep, `/r/${deal}`);
  await rep.locator('.titles h1').waitFor();
  await t.look(rep, 'record');
  await switching(t, rep, 'record');
  await t.open(rep, '/a/b2b/list/deal');
  await rep.getByText('华东制造 MES 二期').first().waitFor();
  await t.look(rep, 'list');
  await t.open(rep, '/a/b2b/new/deal');
  await rep.getByLabel(/商机名称/).waitFor();
  await t.look(rep, 'create');
  await t.open(rep, '/profile');
  await t.look(rep, 'profile');

  const manager = await t.as('mgr.wang');
  await t.open(manager, '/inbox');
  await t.look(manager, 'inbox');
  await manager.getByRole('button', { name: new RegExp(`报价 ${t.size}`) }).or(manager.getByRole('link', { name: new RegExp(`报价 ${t.size}`) })).first().click();
  await manager.getByRole('button', { name: '同意' }).waitFor();
  await t.look(manager, 'task');
  await switching(t, manager, 'inbox');
  await t.open(manager, '/a/cycle9/dashboards/home');
  await manager.locator('.big').first().waitFor();
  await t.look(manager, 'dashboard');

  const admin = await t.as('admin');
  await t.open(admin, '/templates');
  await t.look(admin, 'templates');
  await t.open(admin, '/people');
  await t.look(admin, 'people');
  await t.open(admin, '/people?tab=teams');
  await t.look(admin, 'teams');
  // Why somebody may see a record.
  await t.open(admin, `/r/${deal}`);
  await admin.getByRole('button', { name: '更多' }).last().click();
  await admin.getByRole('menuitem', { name: '谁能看、能做什么' }).click();
  const standing = admin.getByRole('dialog');
  await standing.getByText('可以查看').waitFor();
  await standing.getByRole('combobox', { name: '人员' }).fill('陈静');
  await admin.keyboard.press('Enter');
  await standing.getByText('不能查看').waitFor();
  await t.look(admin, 'standing');
  await t.open(admin, '/design');
  await t.look(admin, 'design');
  for (const tab of ['forms', 'flow', 'approvals', 'rules', 'automations', 'views', 'json', 'publish', 'app']) {
    await t.open(admin, `/design/b2b/${tab}`);
    await t.look(admin, `designer-${tab}`);
  }
  await t.open(admin, '/design/b2b/flow');
  await switchingDesigner(t, admin);

  // Dark is a choice as well.
  await t.open(admin, '/profile');
  await admin.getByText('深色', { exact: true }).click();
  await t.look(admin, 'dark-profile');
  await t.open(admin, '/a/b2b/board/board');
  await admin.locator('.deal').first().waitFor();
  await t.look(admin, 'dark-board');
}
