// The board: a card is dragged to the next stage, asked for what is missing, refused with the reason, moved by the keyboard's menu, and by a
// thumb on a phone; whoever looks at the same board, at a desk or on a phone, sees it at once, and what is refused goes back there, too.
import { Api } from '../kit/api.mjs';
import { day, pick, type } from '../kit/form.mjs';

export const sizes = ['desk'];

const column = (page, name) => page.locator('.col').filter({ has: page.getByRole('heading', { name, exact: true }) });
const card = (place, title) => place.locator('.deal').filter({ has: place.page().getByRole('heading', { name: title }) });

/** Drags a card to a column with the mouse, in steps as a hand does. */
async function drag(page, what, to) {
  const from = await what.boundingBox();
  const there = await to.boundingBox();
  await page.mouse.move(from.x + 40, from.y + 20);
  await page.mouse.down();
  await page.mouse.move(from.x + 60, from.y + 30, { steps: 4 });
  await page.mouse.move(there.x + there.width / 2, there.y + 120, { steps: 12 });
  await to.and(page.locator('.drop')).waitFor();
  await page.mouse.up();
}

async function make(api, account, name, data = {}) {
  return api.post('/apps/b2b/forms/deal/records', { data: { name, account, estimate: { amount: '120000.00', currency: 'CNY' }, ...data } });
}

export async function run(t) {
  const { assert } = t;
  const api = await Api.login(t.address, 'rep.li');
  const { items } = await api.get('/apps/b2b/forms/account/records?limit=1');
  const account = items[0].id;
  const dragged = await make(api, account, '看板拖动');
  const bare = await make(api, account, '看板缺项');
  const keyed = await make(api, account, '看板键盘');
  for (const it of [dragged, keyed]) for (const item of ['fit', 'touch']) await api.post(`/records/${it.id}/checklist/${item}`, { done: true });

  const page = await t.as('rep.li');
  await t.open(page, '/a/b2b/board/board?scope=mine');
  const other = await t.as('mgr.wang', 'phone');
  await t.open(other, '/a/b2b/board/board');
  const third = await t.as('cfo.he', 'phone');
  await t.open(third, '/a/b2b/board/board');
  /** Waits until the boards show a card in a column, and notes how long each took. */
  const follow = async (title, stage, boards) => {
    const moved = Date.now();
    const took = await Promise.all(Object.entries(boards).map(async ([who, board]) => {
      await card(column(board, stage), title).waitFor();
      return `${who} ${Date.now() - moved} ms`;
    }));
    t.note(`${title} in ${stage}: ${took.join(', ')}`);
  };
  await card(column(page, '勘探'), '看板拖动').waitFor();
  for (const board of [other, third]) await card(column(board, '勘探'), '看板拖动').waitFor();
  await t.look(page, 'board');

  // Nothing missing: it moves at once, and both phones see it.
  await drag(page, card(column(page, '勘探'), '看板拖动'), column(page, '鉴别'));
  await page.locator('.toast', { hasText: '“看板拖动”已到 鉴别' }).waitFor();
  await follow('看板拖动', '鉴别', { 'phone one': other, 'phone two': third });
  await card(column(page, '鉴别'), '看板拖动').waitFor();

  // Something missing: the dialog asks for just that, and goes on from there.
  await drag(page, card(column(page, '鉴别'), '看板拖动'), column(page, '资格'));
  const dialog = page.getByRole('dialog');
  await dialog.locator('[data-field="direction"]').waitFor();
  assert.deepEqual(await dialog.locator('[data-field]').evaluateAll((rows) => rows.map((r) => r.getAttribute('data-field'))), ['direction', 'origin', 'closeDate']);
  await t.look(page, 'asked');
  await pick(page, 'direction', '我方开发');
  await pick(page, 'origin', '转介绍');
  const closing = dialog.locator('[data-field="closeDate"] input');
  await closing.fill(day(20));
  await closing.press('Enter');
  await dialog.getByRole('button', { name: '转资格' }).click();
  await page.locator('.toast', { hasText: '“看板拖动”已到 资格' }).waitFor();
  await card(column(page, '资格'), '看板拖动').waitFor();

  // A box left unticked stops it; giving up puts the card back.
  await drag(page, card(column(page, '勘探'), '看板缺项'), column(page, '鉴别'));
  await dialog.getByText('符合理想客户画像').waitFor();
  assert.equal(await dialog.getByRole('button', { name: '转鉴别' }).isDisabled(), true);
  await dialog.getByRole('button', { name: '取消' }).click();
  await card(column(page, '勘探'), '看板缺项').waitFor();

  // No such way: refused, with the reason and the ways there are.
  await drag(page, card(column(page, '勘探'), '看板缺项'), column(page, '资格'));
  const refusal = column(page, '勘探').getByRole('alert');
  await refusal.getByText('不能从 勘探 直接到 资格').waitFor();
  await t.look(page, 'refused');
  await refusal.getByRole('button', { name: '知道了' }).click();
  assert.equal((await api.get(`/records/${bare.id}`)).stage, 'prospect');

  // The same without a mouse: the menu on the card.
  const button = page.getByRole('button', { name: '移动“看板键盘”' });
  await button.focus();
  await page.keyboard.press('Enter');
  await page.getByRole('menuitem', { name: /转鉴别/ }).waitFor();
  await t.look(page, 'menu');
  await page.getByRole('menuitem', { name: /转鉴别/ }).and(page.locator(':focus')).waitFor();
  await page.keyboard.press('Enter');
  await card(column(page, '鉴别'), '看板键盘').waitFor();
  await follow('看板键盘', '鉴别', { 'phone one': other, 'phone two': third });
  // And with the space bar, the card itself.
  await card(column(page, '鉴别'), '看板键盘').focus();
  await page.keyboard.press('Space');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('Space');
  await dialog.locator('[data-field="backReason"]').waitFor();
  await type(page, 'backReason', '先补资料');
  await dialog.getByRole('button', { name: '退回勘探' }).click();
  await page.locator('.toast', { hasText: '“看板键盘”已到 勘探' }).waitFor();
  await card(column(page, '勘探'), '看板键盘').waitFor();
  assert.equal((await api.get(`/records/${keyed.id}`)).stage, 'prospect');
  assert.equal((await api.get(`/records/${dragged.id}`)).stage, 'qualify');

  // A thumb moves a card on a phone; the desk and the other phone follow.
  await other.getByRole('tab', { name: /^鉴别/ }).click();
  await other.getByRole('tab', { name: /^勘探/ }).click();
  await other.getByRole('button', { name: '移动“看板键盘”' }).click();
  await other.getByRole('menuitem', { name: /转鉴别/ }).click();
  await other.locator('.toast', { hasText: '“看板键盘”已到 鉴别' }).waitFor();
  await card(column(other, '鉴别'), '看板键盘').waitFor();
  await follow('看板键盘', '鉴别', { desk: page, 'phone two': third });

  // Who may only look is refused on his phone: the card goes back with the reason, and stands where it stood for everybody.
  await third.getByRole('button', { name: '移动“看板缺项”' }).click();
  await third.getByRole('menuitem', { name: /转鉴别/ }).click();
  await column(third, '勘探').getByRole('alert').waitFor();
  await card(column(third, '勘探'), '看板缺项').waitFor();
  await t.look(third, 'phone-refused');
  await card(column(page, '勘探'), '看板缺项').waitFor();
  assert.equal((await api.get(`/records/${bare.id}`)).stage, 'prospect');
}
