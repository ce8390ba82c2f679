// On the road: what is half filled in stays, what is sent while the line is down goes once when it is back, and what is refused then is mended.
import { Api, until } from '../kit/api.mjs';
import { field, type } from '../kit/form.mjs';

const definition = {
  spec: 'pipewright/1', key: 'road', name: '拜访', languages: ['zh-CN'], timezone: 'Asia/Shanghai', currency: 'CNY',
  roles: [{ key: 'rep', name: '销售' }],
  forms: [
    { key: 'visit', name: '拜访', title: '{{ name }}',
      fields: [
        { key: 'name', type: 'text', name: '客户', required: true, list: true },
        { key: 'people', type: 'number', name: '人数', scale: 0, list: true },
        { key: 'said', type: 'longtext', name: '谈了什么' },
      ],
      unique: [{ key: 'once', on: ['name'], mode: 'block' }],
      grants: [{ role: 'rep', records: 'own', do: ['create', 'read', 'edit'] }] },
  ],
};

export async function run(t) {
  const { assert } = t;
  const admin = await Api.login(t.address, 'admin');
  await admin.post('/apps/import', { definition });
  await admin.post('/apps/road/publish', { note: '第一版', acceptWarnings: true });
  const { items } = await admin.get('/users?q=rep.li');
  await admin.must('PATCH', '/users/rep.li', { roles: [...items[0].roles, 'road/rep'] });
  const li = await Api.login(t.address, 'rep.li');
  const visits = async () => (await li.get('/apps/road/forms/visit/records?sort=name')).items;
  await li.post('/apps/road/forms/visit/records', { data: { name: '东湖精密' } });

  const page = await t.as('rep.li');
  const line = page.context();
  const create = () => page.getByRole('button', { name: '创建', exact: true });

  // Half filled in, and the page is gone: it goes on where it was.
  await t.open(page, '/a/road/new/visit');
  await type(page, 'name', '西山重工');
  await type(page, 'said', '要看现场');
  await page.reload();
  await page.getByText(/接着 .* 没填完的内容/).waitFor();
  assert.equal(await field(page, 'name').locator('input').inputValue(), '西山重工');
  assert.equal(await field(page, 'said').locator('textarea').inputValue(), '要看现场');
  await t.look(page, 'goes-on');

  // The line is down: the form is filled in and sent all the same.
  await line.setOffline(true);
  await type(page, 'people', '3');
  await page.getByText('网络断开：照常填写').waitFor();
  await create().click();
  await page.getByRole('heading', { name: '已留在本机' }).waitFor();
  await t.look(page, 'kept');
  assert.equal((await visits()).length, 1);
  // Another one, which somebody has already.
  await page.getByRole('button', { name: '再建一条' }).click();
  await type(page, 'name', '东湖精密');
  await create().click();
  await page.getByRole('heading', { name: '已留在本机' }).waitFor();
  await page.getByRole('button', { name: '2 条还没送出' }).click();
  await t.look(page, 'waiting');

  // It is back: the one is there, once; the other was refused, and says why.
  await line.setOffline(false);
  await page.getByRole('button', { name: '1 条需要修改' }).waitFor();
  assert.deepEqual((await visits()).map((v) => v.title).sort(), ['东湖精密', '西山重工'].sort());
  await t.look(page, 'refused');
  await page.getByRole('button', { name: '打开“东湖精密”' }).click();
  await page.getByText(/这一条没有通过/).waitFor();
  await type(page, 'name', '东湖精密二厂');
  await create().click();
  await page.locator('.top', { hasText: '东湖精密二厂' }).waitFor();
  await page.getByRole('button', { name: /条需要修改/ }).waitFor({ state: 'detached' });
  assert.equal((await visits()).length, 3);

  // The answer is lost on its way back: sent again, it is the same record.
  await t.open(page, '/a/road/new/visit');
  await type(page, 'name', '南港物流');
  let lost = 0;
  await page.route('**/forms/visit/records', async (route) => {
    if (route.request().method() !== 'POST') return route.fallback();
    if (lost > 0) return route.continue();
    lost += 1;
    await route.fetch();
    return route.abort();
  });
  await create().click();
  await page.locator('.toasts', { hasText: '已送出：南港物流' }).waitFor();
  assert.equal(lost, 1);
  assert.equal((await visits()).filter((v) => v.title === '南港物流').length, 1);

  // A record is changed while the line is down, and left; it is saved when the line is back.
  const [one] = (await visits()).filter((v) => v.title === '西山重工');
  await t.open(page, `/r/${one.id}`);
  await line.setOffline(true);
  await type(page, 'people', '7');
  await page.getByText('网络断开：改动留在本机').waitFor();
  await t.look(page, 'edited');
  await line.setOffline(false);
  await page.locator('.meta [role="status"]', { hasText: '已自动保存' }).waitFor();
  assert.equal((await li.get(`/records/${one.id}`)).data.people, '7');

  // Closed while the line was down, the change is still there and goes when the workspace is next open.
  await line.setOffline(true);
  await type(page, 'people', '9');
  await page.getByText('网络断开：改动留在本机').waitFor();
  await page.goto('about:blank');
  await line.setOffline(false);
  await page.goto('/');
  await until('the change', () => li.get(`/records/${one.id}`), (r) => r.data.people === '9');

  // Signing out leaves nothing behind.
  await t.open(page, '/a/road/list/visit');
  await page.getByRole('button', { name: '新建', exact: true }).click();
  await type(page, 'name', '没填完的');
  await page.getByRole('button', { name: '1 份没填完' }).waitFor();
  await page.getByRole('button', { name: '取消' }).click();
  await page.locator('.toasts', { hasText: '没填完的内容留着' }).waitFor();
  await page.getByRole('button', { name: /的账号$/ }).click();
  await page.getByRole('menuitem', { name: '退出登录' }).click();
  await page.waitForURL('**/login*');
  assert.deepEqual(await page.evaluate(() => Object.keys(localStorage).filter((k) => k.startsWith('pipewright.kept.'))), []);

  // Closed, and opened again while there is no line: the workspace starts, says so, and takes a new record, which goes once when the line is back.
  const cold = await t.as('rep.li', t.size, { serviceWorkers: 'allow' });
  const device = cold.context();
  await t.open(cold, '/a/road/list/visit');
  await until('what the worker keeps', () => cold.evaluate(async () => Boolean(navigator.serviceWorker.controller && await caches.match('/api/apps/road/model'))), (there) => there);
  await device.setOffline(true);
  await cold.goto('about:blank');
  await cold.goto('/');
  await cold.getByText('现在离线').waitFor();
  await cold.getByRole('link', { name: '填写拜访' }).waitFor();
  await cold.getByRole('link', { name: '填写拜访' }).click();
  await type(cold, 'name', '北岭铸造');
  await cold.getByRole('button', { name: '创建', exact: true }).click();
  await cold.getByRole('heading', { name: '已留在本机' }).waitFor();
  await device.setOffline(false);
  await cold.locator('.toasts', { hasText: '已送出：北岭铸造' }).waitFor();
  await cold.getByText('现在离线').waitFor({ state: 'detached' });
  assert.equal((await visits()).filter((v) => v.title === '北岭铸造').length, 1);
  // Whoever signs out leaves nothing, and has nothing to start with.
  await t.open(cold, '/');
  await cold.getByRole('button', { name: /的账号$/ }).click();
  await cold.getByRole('menuitem', { name: '退出登录' }).click();
  await cold.waitForURL('**/login*');
  assert.equal(await cold.evaluate(() => caches.has('pipewright-own')), false);
  await device.setOffline(true);
  await cold.goto('/');
  await cold.getByText('现在离线，这一页要连上后才能打开。').waitFor();
  assert.equal(await cold.getByText('北岭铸造').count(), 0);
}
