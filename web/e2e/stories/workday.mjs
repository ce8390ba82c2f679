// Work for other people inside a stage: each says what came of an activity, on the record or in the inbox; a sub-stage of the checklist has an
// owner of its own and waits for the one before it; a gate sees what changed on another record meanwhile. People choose how they are told, and
// one who leaves hands everything over in one action.
import { Api, until } from '../kit/api.mjs';
import { choose } from '../kit/form.mjs';

const definition = {
  spec: 'pipewright/1', key: 'training', name: '门店开业', timezone: 'Asia/Shanghai', currency: 'CNY', calendar: 'CN', roles: [{ key: 'keeper', name: '店长' }],
  forms: [{
    key: 'shop', name: '门店', title: '{{ name }}',
    sections: [{ key: 'main', name: '门店', columns: 2, fields: ['name', 'within'] }],
    fields: [{ key: 'name', type: 'text', name: '名称', required: true, list: true }, { key: 'within', type: 'reference', name: '所属总店', form: 'shop', filter: true }],
    grants: [{ role: 'keeper', records: 'own', do: ['create', 'read', 'edit', 'delete'] }],
  }],
  processes: [{
    key: 'shop', form: 'shop', name: '开业', start: 'train',
    stages: [
      {
        key: 'train', name: '培训', owner: { role: 'keeper' }, goal: '人人会用收银机', kind: 'work',
        checklist: [
          { key: 'cash', name: '备用金到位', group: 'money', required: true }, { key: 'bank', name: '收单已开通', group: 'money', required: true },
          { key: 'sign', name: '招牌亮灯', group: 'front' },
        ],
        groups: [
          { key: 'money', name: '收银', owner: [{ user: 'fin.zhao' }], ordered: true, required: true, due: 'P3BD' },
          { key: 'front', name: '门面', ordered: true, help: '收银就绪后再布置' },
        ],
        activities: [{
          key: 'quiz', name: '收银考核', help: '八十分合格', who: [{ user: 'rep.chen' }, { user: 'ops.wu' }], mode: 'each', due: 'P2BD', required: true,
          fields: [{ key: 'score', type: 'number', name: '得分', required: true }, { key: 'words', type: 'text', name: '体会' }], passIf: 'score >= 80',
        }],
      },
      { key: 'open', name: '开业', end: 'done', needs: [{ linked: 'shop', via: 'within', in: ['open', 'trial'], match: 'all', message: '分店还没有开业' }] },
      { key: 'trial', name: '试营业', end: 'done' },
    ],
    transitions: [{ key: 'open', from: ['train'], to: 'open', name: '开业' }, { key: 'trial', from: ['train'], to: 'trial', name: '试营业', if: 'within != nil', message: '总店不试营业' }],
  }],
  views: [{ key: 'board', process: 'shop', kind: 'board', name: '看板' }],
};

async function begin(t) {
  const admin = await Api.login(t.address, 'admin');
  await admin.post('/apps/import', { definition });
  await admin.post('/apps/training/publish', { note: '第一版', acceptWarnings: true });
  const { items } = await admin.get('/users');
  const li = items.find((u) => u.id === 'rep.li');
  await admin.must('PATCH', '/users/rep.li', { roles: [...li.roles, 'training/keeper'] });
  return admin;
}

async function toInbox(t, page, title) {
  await t.open(page, '/inbox');
  await page.locator('.inbox-list .task', { hasText: title }).first().click();
  await page.locator('.task-head', { hasText: title }).waitFor();
}

export async function run(t) {
  const { assert } = t;
  const admin = await begin(t);
  const keeper = await Api.login(t.address, 'rep.li');
  const second = await keeper.post('/apps/training/forms/shop/records', { data: { name: '解放路总店' } });
  const shop = await keeper.post('/apps/training/forms/shop/records', { data: { name: '人民路店', within: second.id } });

  // Each of two is asked; the score decides whether it counts.
  const chen = await t.as('rep.chen');
  await toInbox(t, chen, '人民路店');
  await chen.locator('.decide').getByRole('button', { name: '完成', exact: true }).click();
  let dialog = chen.getByRole('dialog');
  await dialog.getByLabel('得分').fill('60');
  await t.look(chen, 'result');
  await dialog.getByRole('button', { name: '完成' }).click();
  await dialog.getByText('还没有达到要求').waitFor();
  await dialog.getByLabel('得分').fill('92');
  await dialog.getByLabel('体会').fill('退货流程要多练');
  await dialog.getByRole('button', { name: '完成' }).click();
  await dialog.waitFor({ state: 'hidden' });

  // The rep sees how far it is, and who has said what.
  const li = await t.as('rep.li');
  const next = async () => {
    if (t.phone) await li.getByRole('tab', { name: '下一步' }).click();
  };
  await t.open(li, `/r/${shop.id}`);
  await next();
  const quiz = li.locator('.activity', { hasText: '收银考核' });
  await quiz.getByText('1/2').waitFor();
  await quiz.getByRole('button', { name: '收银考核' }).click();
  await quiz.getByText('退货流程要多练').waitFor();
  await t.look(li, 'activity');

  // What one cannot do, another does: handed over with a reason.
  await quiz.getByRole('button', { name: '转交' }).click();
  dialog = li.getByRole('dialog');
  await choose(li, dialog, '何川', '何川');
  await li.keyboard.press('Escape');
  await dialog.getByLabel('原因').fill('吴桐出差');
  await t.look(li, 'hand');
  await dialog.getByRole('button', { name: '转交' }).click();
  await dialog.waitFor({ state: 'hidden' });
  await quiz.getByText('何川').first().waitFor();

  // The sub-stage is finance's; the next begins when it is complete.
  const front = li.getByRole('region', { name: '门面' });
  await front.getByText('前面的分组完成后开始').waitFor();
  const zhao = await t.as('fin.zhao');
  await toInbox(t, zhao, '人民路店');
  await t.look(zhao, 'group-task');
  await zhao.getByRole('link', { name: '打开记录' }).click();
  if (t.phone) await zhao.getByRole('tab', { name: '下一步' }).click();
  const money = zhao.getByRole('region', { name: '收银', exact: true });
  await money.getByRole('checkbox', { name: /备用金到位/ }).click();
  await money.getByText('1/2').waitFor();
  await money.getByRole('checkbox', { name: /收单已开通/ }).click();
  await money.getByText('2/2').waitFor();
  await front.getByText('前面的分组完成后开始').waitFor({ state: 'detached' });
  const he = await Api.login(t.address, 'cfo.he');
  await he.post(`/records/${shop.id}/activities/quiz`, { done: true, data: { score: '88' } });
  await quiz.getByText('2/2').waitFor();

  // A gate on another record: what stood in the way is gone by the time the dialog opens again, without reading the page anew.
  const chenApi = await Api.login(t.address, 'rep.chen');
  await chenApi.post(`/records/${second.id}/activities/quiz`, { done: true, data: { score: '90' } });
  await (await Api.login(t.address, 'ops.wu')).post(`/records/${second.id}/activities/quiz`, { done: true, data: { score: '90' } });
  const fin = await Api.login(t.address, 'fin.zhao');
  for (const item of ['cash', 'bank']) await fin.post(`/records/${second.id}/checklist/${item}`, { done: true });
  await t.open(li, `/r/${second.id}`);
  const press = () => li.locator('.bottom-bar, .acts').getByRole('button', { name: '开业', exact: true }).last().click();
  await press();
  dialog = li.getByRole('dialog');
  await dialog.getByText('分店还没有开业').waitFor();
  await t.look(li, 'gate');
  await li.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
  await keeper.post(`/records/${shop.id}/transitions/trial`, {});
  await press();
  await dialog.getByText('分店还没有开业').waitFor({ state: 'detached' });

  // How one is told.
  await t.open(chen, '/profile');
  const ways = chen.getByRole('region', { name: '通知' });
  await ways.scrollIntoViewIfNeeded();
  await choose(chen, ways.locator('li', { hasText: '提醒和到期' }), '再放进每日汇总邮件');
  await ways.getByRole('checkbox', { name: /免打扰时段/ }).click();
  await ways.getByLabel('免打扰开始').fill('21:30');
  await ways.getByRole('button', { name: '保存' }).click();
  await chen.locator('.toast', { hasText: '已保存' }).waitFor();
  await chen.reload();
  assert.equal(await ways.getByLabel('免打扰开始').inputValue(), '21:30');
  await t.look(chen, 'notices');

  // The first steps: taken by what was done, and by nothing else; put away, and called back from the menu. The keys have a sheet of their own.
  const guide = chen.getByRole('region', { name: '新手指引' });
  const callGuide = async () => {
    await chen.getByRole('button', { name: /的账号/ }).click();
    await chen.getByRole('menuitem', { name: '新手指引' }).click();
    await guide.waitFor();
  };
  await callGuide();
  await guide.locator('li.taken', { hasText: '选怎样通知你' }).waitFor();
  await guide.locator('li.taken', { hasText: '记一次跟进' }).waitFor();
  await t.look(chen, 'first-steps');
  await guide.getByRole('button', { name: '收起' }).click();
  await guide.waitFor({ state: 'detached' });
  await chen.reload();
  await t.settled(chen);
  assert.equal(await guide.count(), 0, 'what was put away is there again');
  await callGuide();
  await chen.keyboard.press('?');
  const sheet = chen.getByRole('dialog', { name: '键盘快捷键' });
  await sheet.getByText('搜索和跳转').waitFor();
  await t.look(chen, 'keys');
  await chen.keyboard.press('Escape');
  await sheet.waitFor({ state: 'detached' });

  // One leaves: all that is his goes to another at once, and his account is closed.
  const boss = await t.as('admin');
  await t.open(boss, '/people');
  await boss.getByRole('button', { name: /李强|rep\.li/ }).first().click();
  await boss.getByRole('dialog').getByRole('button', { name: /离职交接/ }).click();
  const leaving = boss.getByRole('dialog', { name: /的离职交接/ });
  await leaving.getByText('未结束的记录').waitFor();
  await choose(boss, leaving.locator('.setting', { hasText: '由谁接手' }).first(), '陈静', '陈静');
  await t.look(boss, 'leaving');
  await leaving.getByRole('button', { name: '离职交接' }).last().click();
  await leaving.waitFor({ state: 'hidden' });
  await until('the record is the successor\'s', () => chenApi.get(`/records/${second.id}`), (r) => r.owner === 'rep.chen');
  await t.open(boss, '/people?tab=leavers');
  await boss.getByText('已完成').first().waitFor();
  await t.look(boss, 'handovers');
  await admin.must('PATCH', '/users/rep.li', { active: true });

  // What went out, and what waits.
  await t.open(boss, '/outbound');
  await t.look(boss, 'outbound');
}
