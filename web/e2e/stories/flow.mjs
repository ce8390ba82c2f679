// A flow outside the designer: an admin gives its read-only link to somebody without an account, takes the picture along as SVG, PNG and on
// paper, and holds the draft against the live release before it is published.
import { readFile } from 'node:fs/promises';
import { Api } from '../kit/api.mjs';

export const sizes = ['desk'];

const bytesOf = async (page, button) => {
  const [download] = await Promise.all([page.waitForEvent('download'), button.click()]);
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
};

/** The files and the paper of the picture that the buttons of a group belong to. */
async function takeAlong(t, page, group, title) {
  const { assert } = t;
  const svg = await bytesOf(page, group.getByRole('button', { name: 'SVG' }));
  assert.equal(svg.name, `${title}.svg`);
  const text = svg.bytes.toString('utf8');
  assert.match(text, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" width="\d+" height="\d+"/);
  assert.doesNotMatch(text, /var\(|foreignObject|href/);
  const png = await bytesOf(page, group.getByRole('button', { name: 'PNG' }));
  assert.equal(png.name, `${title}.png`);
  assert.equal(png.bytes.subarray(1, 4).toString(), 'PNG');
  // Twice as large as the drawing, as its header says.
  assert.equal(png.bytes.readUInt32BE(16), 2 * Number(/width="(\d+)"/.exec(text)[1]));
  return { text, png: png.bytes };
}

async function share(t, page) {
  const { assert } = t;
  await t.open(page, '/design/b2b/flow?at=/processes/deal');
  await page.getByRole('button', { name: '分享', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: '分享与导出' });
  await dialog.getByRole('button', { name: '生成链接' }).click();
  const one = await dialog.getByLabel('网址').inputValue();
  await dialog.getByRole('button', { name: '整个应用' }).click();
  await dialog.getByRole('button', { name: '生成链接' }).click();
  await page.waitForFunction((old) => document.querySelector('.d-share input')?.value !== old, one);
  const all = await dialog.getByLabel('网址').inputValue();
  assert.match(all, /\/share\/[\w-]{22}$/);
  const taken = await takeAlong(t, page, dialog, 'B2B 复杂销售 - 销售漏斗');
  for (const word of ['赢单', '折扣审批', '任意进行中阶段']) assert.ok(taken.text.includes(word), `the file does not say ${word}`);
  await t.look(page, 'share');
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
  // The browser's own command prints the picture, not the editor around it.
  await page.emulateMedia({ media: 'print' });
  await page.evaluate(() => window.dispatchEvent(new Event('beforeprint')));
  await page.locator('.print-picture svg').waitFor();
  assert.equal(await page.locator('.d-app').isVisible(), false);
  await page.screenshot({ path: `${t.shots}flow-desk-print.png` });
  await page.evaluate(() => window.dispatchEvent(new Event('afterprint')));
  await page.emulateMedia({ media: 'screen' });
  assert.equal(await page.locator('.print-picture').count(), 0);
  return { one: new URL(one).pathname, all: new URL(all).pathname };
}

/** Somebody without an account reads it, at a desk and on a phone, in another language. */
async function read(t, paths) {
  const { assert } = t;
  const desk = await t.visitor(t.sizes.desk);
  await t.open(desk, paths.all);
  await desk.getByRole('heading', { level: 1, name: 'B2B 复杂销售' }).waitFor();
  await desk.locator('.shared-flow').first().getByText('成交转订单').waitFor();
  const text = await desk.locator('main').innerText();
  for (const secret of ['李', 'rep.', '{{', '>=', '==']) assert.ok(!text.includes(secret), `${secret} is told outside`);
  await takeAlong(t, desk, desk.getByRole('region', { name: '全景图' }).first(), 'B2B 复杂销售 - 全景图');
  await t.look(desk, 'shared');
  const phone = await t.visitor(t.sizes.phone);
  await t.open(phone, paths.one);
  await phone.getByRole('heading', { level: 1, name: '销售漏斗' }).waitFor();
  await phone.getByRole('heading', { level: 3 }).nth(4).scrollIntoViewIfNeeded();
  await t.look(phone, 'phone-stages', { axe: false });
  await phone.getByRole('button', { name: 'English' }).click();
  await phone.getByRole('heading', { level: 1, name: 'Sales pipeline' }).waitFor();
  await phone.getByText('Complete when').first().waitFor();
  await t.look(phone, 'phone-english');
  return { desk, phone };
}

async function compare(t, page, admin) {
  const { assert } = t;
  const draft = await admin.get('/apps/b2b/draft');
  const deal = draft.definition.processes.find((p) => p.key === 'deal');
  deal.stages.splice(3, 0, { key: 'demo', name: '样机演示', goal: '让使用者亲手试过', kind: 'demo', owner: { role: 'rep' }, probability: 35, due: 'P5BD', checklist: [{ key: 'shown', name: '演示完成', required: true }] });
  deal.transitions = deal.transitions.filter((x) => x.key !== 'backToProspect');
  deal.transitions.find((x) => x.key === 'follow').to = 'demo';
  deal.transitions.push({ key: 'shown', from: ['demo'], to: 'followUp', name: '演示完成' });
  deal.stages.find((s) => s.key === 'proposal').due = 'P30D';
  draft.definition.approvals.find((c) => c.key === 'discount').steps[0].name = '直属经理';
  await admin.must('PUT', '/apps/b2b/draft', draft.definition, { 'If-Match': `"${draft.rev}"` });

  await t.open(page, '/design/b2b/flow?at=/processes/deal');
  await page.getByRole('button', { name: '现状与目标' }).click();
  const [asIs, toBe] = [page.getByRole('region', { name: '现状', exact: true }).first(), page.getByRole('region', { name: '目标', exact: true }).first()];
  await toBe.getByRole('button', { name: '新增: 样机演示' }).waitFor();
  assert.equal(await asIs.getByRole('button', { name: /样机演示/ }).count(), 0);
  await asIs.getByRole('button', { name: /^删除: / }).waitFor();
  assert.equal(await toBe.getByRole('button', { name: /^删除: / }).count(), 0);
  const words = page.getByRole('region', { name: '改了什么', exact: true });
  await words.getByText('删除流转').waitFor();
  await t.look(page, 'compare');
  // By keyboard, the words of one thing alone; a way that waits for a changed approval tells of that.
  const proposal = asIs.locator('[role=button]', { hasText: '谈判与提案' }).first();
  await proposal.focus();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: '“谈判与提案”的改动' }).waitFor();
  assert.equal(await words.getByRole('listitem').count(), 1);
  await toBe.getByRole('button', { name: '修改: 赢单' }).click();
  await words.getByText('直属经理').waitFor();
  await t.look(page, 'compare-one', { axe: false });
  const phone = await t.as('admin', 'phone');
  await t.open(phone, '/design/b2b/compare?at=/processes/deal');
  await phone.getByRole('button', { name: '新增: 样机演示' }).waitFor();
  await t.look(phone, 'phone-compare');
  await page.getByRole('button', { name: '转为现行：检查并发布' }).click();
  await page.waitForURL((u) => u.pathname.endsWith('/publish'));
}

export async function run(t) {
  const { assert } = t;
  const admin = await Api.login(t.address, 'admin');
  const page = await t.as('admin');
  const paths = await share(t, page);
  const { desk } = await read(t, paths);
  await compare(t, page, admin);
  await t.open(page, '/design/b2b/map');
  await page.getByRole('button', { name: '分享', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: '分享与导出' });
  await dialog.getByRole('region', { name: '只读链接' }).getByRole('button', { name: '关闭' }).click();
  await dialog.getByText('链接已关闭').waitFor();
  const over = await desk.goto(paths.all);
  assert.equal(over.status(), 404);
  await desk.getByRole('heading', { level: 1, name: '这个链接已失效' }).waitFor();
}
