// The customer's day: an enquiry by the public form of the web site becomes a lead, a second one a note on it; the order is followed by a
// link that shows what is listed and nothing else; a quote is printed with amounts in capitals. The admin finds all of it in the designer.
import { Api } from '../kit/api.mjs';

const say = (zhCN, zhTW, en) => ({ 'zh-CN': zhCN, 'zh-TW': zhTW, en });

const quoteBody = `<h1 class="center">报价单</h1>
<table class="plain"><tr><td>客户：{{ account }}</td><td class="right">编号：{{ number }}</td></tr><tr><td>地址：{{ account.address }}</td><td class="right">交期：{{ eta }}</td></tr></table>
<table><thead><tr><th>#</th><th>型号</th><th class="right">数量</th><th class="right">单价</th><th class="right">小计</th></tr></thead>
<tbody><tr data-each="lines"><td>{{ rowNumber }}</td><td>{{ what }}</td><td class="right">{{ qty }}</td><td class="right">{{ price }}</td><td class="right">{{ net }}</td></tr></tbody></table>
<p><b>合计：¥{{ total }}</b>（{{ cnAmount(total) }}）</p><p data-if="total > 100000">本单由总监批准。</p><p>毛利：{{ margin }}</p>`;

export const definition = {
  spec: 'pipewright/1', key: 'shop', name: '华东机电', languages: ['zh-CN', 'zh-TW', 'en'], timezone: 'Asia/Shanghai', currency: 'CNY',
  roles: [{ key: 'rep', name: '销售' }],
  options: [{ key: 'channel', items: [{ key: 'seo', name: '搜索' }, { key: 'fair', name: '展会' }] }, { key: 'topic', items: [{ key: 'quote', name: say('询价', '詢價', 'A quote') }, { key: 'repair', name: say('维修', '維修', 'A repair') }] }],
  forms: [
    { key: 'account', name: '客户', fields: [{ key: 'name', type: 'text', name: '名称' }, { key: 'address', type: 'address', name: '地址' }], grants: [{ role: 'rep', records: 'all', do: ['create', 'read', 'edit'] }] },
    {
      key: 'lead', name: '线索', title: '{{ company }}',
      fields: [
        { key: 'company', type: 'text', name: say('公司名称', '公司名稱', 'Company'), required: true, list: true },
        { key: 'contact', type: 'text', name: say('您怎么称呼', '您怎麼稱呼', 'Your name'), required: true },
        { key: 'phone', type: 'phone', name: say('手机', '手機', 'Mobile phone'), required: true },
        { key: 'topic', type: 'select', options: 'topic', name: say('想咨询什么', '想諮詢什麼', 'What is it about'), required: true },
        { key: 'serial', type: 'text', name: say('设备编号', '設備編號', 'Serial number'), visibleIf: "topic == 'repair'", requiredIf: "topic == 'repair'" },
        { key: 'need', type: 'longtext', name: say('具体需求', '具體需求', 'What you need') },
        { key: 'channel', type: 'select', options: 'channel', name: '渠道', list: true },
        { key: 'score', type: 'number', name: '内部评分' },
      ],
      unique: [{ key: 'phone', on: ['phone'], normalize: ['phone'] }],
      grants: [{ role: 'rep', records: 'all', do: ['create', 'read', 'edit'] }],
    },
    {
      key: 'order', name: '订单', title: '{{ name }}', number: { pattern: 'DD{yyyy}-{seq:4}' },
      fields: [
        { key: 'name', type: 'text', name: '名称', required: true }, { key: 'account', type: 'reference', form: 'account', name: '客户' }, { key: 'eta', type: 'date', name: say('预计交货', '預計交貨', 'Expected delivery') },
        { key: 'lines', type: 'table', name: say('明细', '明細', 'Items'), fields: [
          { key: 'what', type: 'text', name: say('型号', '型號', 'Model') }, { key: 'qty', type: 'number', scale: 0, name: say('数量', '數量', 'Quantity') }, { key: 'price', type: 'money', name: '单价' },
          { key: 'cost', type: 'money', name: '成本' }, { key: 'net', type: 'money', name: '小计', calc: 'qty * price' }] },
        { key: 'total', type: 'money', name: '合计', calc: 'sum(lines, .net)' }, { key: 'margin', type: 'money', name: '毛利', calc: 'total - sum(lines, .qty * .cost)' },
      ],
      grants: [{ role: 'rep', records: 'all', do: ['create', 'read', 'edit'], hide: ['lines.cost', 'margin'] }],
    },
  ],
  processes: [{
    key: 'order', form: 'order', name: '订单', start: 'confirm',
    stages: [{ key: 'confirm', name: '确认' }, { key: 'make', name: '生产' }, { key: 'qc', name: '质检' }, { key: 'ship', name: '发货' }, { key: 'done', name: '完成', end: 'done' }],
    transitions: [{ key: 'plan', from: ['confirm'], to: 'make', name: '排产' }, { key: 'check', from: ['make'], to: 'qc', name: '送检' }, { key: 'send', from: ['qc'], to: 'ship', name: '发货' }, { key: 'finish', from: ['ship'], to: 'done', name: '签收' }],
  }],
  automations: [{ key: 'hello', name: '新询价提醒', on: { public: 'enquiry' }, do: [{ notify: { to: [{ user: 'rep.li' }], text: '{{ company }} 来询价' } }] }],
  public: [{
    key: 'enquiry', form: 'lead', name: say('联系我们', '聯絡我們', 'Contact us'), intro: say('留下联系方式，我们在一个工作日内回复。', '留下聯絡方式，我們在一個工作日內回覆。', 'Leave your contact details; we answer within one working day.'),
    fields: ['company', 'contact', 'phone', 'topic', 'serial', 'need'], set: { score: "topic == 'quote' ? 60 : 20" }, source: { channel: 'utm_source' },
    thanks: say('谢谢！我们会在一个工作日内与您联系。', '謝謝！我們會在一個工作日內與您聯絡。', 'Thank you! We will be in touch within one working day.'),
  }],
  tracking: [{
    key: 'order', process: 'order', name: say('您的订单', '您的訂單', 'Your order'), message: say('感谢您的信任，有问题请致电 400-000-0000。', '感謝您的信任，有問題請致電 400-000-0000。', 'Thank you for your trust. Call 400-000-0000 with any question.'),
    fields: ['number', 'eta', 'lines.what', 'lines.qty'],
    stages: [
      { key: 'confirm', name: say('已接单', '已接單', 'Received') }, { key: 'making', in: ['make', 'qc'], name: say('生产中', '生產中', 'In production'), message: say('预计 {{ eta }} 交货', '預計 {{ eta }} 交貨', 'Expected on {{ eta }}') },
      { key: 'ship', name: say('已发货', '已出貨', 'Shipped') }, { key: 'done', name: say('已送达', '已送達', 'Delivered') }],
  }],
  prints: [{ key: 'quote', form: 'order', name: say('报价单', '報價單', 'Quote'), body: quoteBody, footer: '<p class="center">华东机电有限公司 · 报价三十天内有效</p>' }],
};

export async function run(t) {
  const { assert } = t;
  const admin = await Api.login(t.address, 'admin');
  await admin.post('/apps/import', { definition });
  await admin.post('/apps/shop/publish', { note: '第一版', acceptWarnings: true });
  for (const id of ['rep.li', 'admin']) {
    const { items } = await admin.get(`/users?q=${id}`);
    await admin.must('PATCH', `/users/${id}`, { roles: [...(items.find((u) => u.id === id)?.roles ?? []), 'shop/rep'] });
  }
  const { path } = await admin.post('/apps/shop/public/enquiry/link', { action: 'make' });

  // A visitor comes from the search engine, chooses a repair, and is asked for the serial number at once.
  const visitor = await t.visitor();
  await t.open(visitor, `${path}?utm_source=seo`);
  await visitor.getByRole('heading', { name: '联系我们' }).waitFor();
  assert.equal(await visitor.getByText('内部评分').count(), 0, 'the visitor sees a field that is not asked for');
  assert.equal(await visitor.getByLabel('设备编号').count(), 0);
  await t.look(visitor, 'form');
  const choose = async (page, label, option) => {
    await page.getByLabel(label).click();
    await page.getByTitle(option, { exact: true }).or(page.getByRole('option', { name: option, exact: true })).last().click();
  };
  await choose(visitor, '想咨询什么', '维修');
  await visitor.getByLabel('设备编号').waitFor();
  await visitor.getByRole('button', { name: '提交' }).click();
  await visitor.getByText('请先补全标红的内容').waitFor();
  await t.look(visitor, 'missing');
  await visitor.getByLabel('公司名称').fill('东湖精密');
  await visitor.getByLabel('您怎么称呼').fill('周敏');
  await visitor.getByLabel('手机').fill('13800138000');
  await choose(visitor, '想咨询什么', '询价');
  await visitor.getByLabel('具体需求').fill('两台循环泵');
  await visitor.getByRole('button', { name: '提交' }).click();
  await visitor.getByText('谢谢！我们会在一个工作日内与您联系。').waitFor();
  await t.look(visitor, 'thanks');

  // In English, and for the second time: the same thanks.
  const again = await t.visitor();
  await t.open(again, path);
  await again.getByRole('button', { name: 'English' }).click();
  await again.getByRole('heading', { name: 'Contact us' }).waitFor();
  await again.getByLabel('Company').fill('Donghu');
  await again.getByLabel('Your name').fill('Zhou');
  await again.getByLabel('Mobile phone').fill('138 0013 8000');
  await choose(again, 'What is it about', 'A quote');
  await again.getByRole('button', { name: 'Send' }).click();
  await again.getByText('Thank you! We will be in touch within one working day.').waitFor();

  const rep = await Api.login(t.address, 'rep.li');
  const leads = await rep.get('/apps/shop/forms/lead/records');
  assert.equal(leads.items.length, 1, 'a second enquiry began a second lead');
  assert.equal(leads.items[0].data.channel, 'seo');
  assert.equal(leads.items[0].data.score, '60');
  assert.match(JSON.stringify(await rep.get(`/records/${leads.items[0].id}/notes`)), /Donghu/);
  assert.match(JSON.stringify(await rep.get('/notices')), /东湖精密 来询价/);

  // An order, its link, and what the customer sees.
  const account = await rep.post('/apps/shop/forms/account/records', { data: { name: '东湖精密', address: { province: '江苏省', city: '苏州市', district: '昆山市', detail: '长江路 8 号' } } });
  const order = await rep.post('/apps/shop/forms/order/records', { data: {
    name: '东湖精密 循环泵', account: account.id, eta: '2026-12-20', lines: [{ what: 'XP-200 循环泵', qty: '2', price: { amount: '64500' } }, { what: '安装服务', qty: '1', price: { amount: '3600.50' } }] } });
  await rep.post(`/records/${order.id}/transitions/plan`, {});
  const li = await t.as('rep.li');
  await li.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await t.open(li, `/r/${order.id}`);
  const more = async (item) => {
    await li.getByRole('button', { name: '更多' }).last().click();
    await li.getByRole('menuitem', { name: item }).click();
  };
  await more('客户链接：您的订单');
  const link = await li.getByLabel('客户链接').inputValue();
  assert.match(link, /\/t\/[\w-]{22}$/);
  await t.look(li, 'link');
  await li.getByRole('button', { name: '复制链接' }).click();
  await li.locator('.toast', { hasText: '链接已复制' }).waitFor();
  await li.keyboard.press('Escape');

  const customer = await t.visitor();
  await t.open(customer, new URL(link).pathname);
  await customer.getByText('生产中').waitFor();
  await customer.getByText('预计 2026-12-20 交货').waitFor();
  const seen = await customer.locator('main').innerText();
  for (const secret of ['64,500', '64500', '质检', '毛利', '东湖精密 循环泵']) assert.ok(!seen.includes(secret), `the customer sees ${secret}`);
  await t.look(customer, 'tracking');
  await rep.post(`/records/${order.id}/transitions/check`, {});
  await rep.post(`/records/${order.id}/transitions/send`, {});
  await customer.reload();
  await customer.locator('[aria-current=step]', { hasText: '已发货' }).waitFor();

  // The quote: amounts in capitals, and nothing of what the rep may not see.
  await t.open(li, `/r/${order.id}`);
  await more('打印：报价单');
  const paper = li.frameLocator('iframe.paper');
  await paper.getByText('壹拾叁万贰仟陆佰元伍角整').waitFor();
  await paper.getByText('毛利：•••').waitFor();
  await paper.getByText('本单由总监批准。').waitFor();
  const room = await li.locator('.paper-room').evaluate((el) => [el.scrollWidth, el.clientWidth]);
  assert.ok(room[0] <= room[1] + 1, `the paper is wider than its room: ${room}`);
  await t.look(li, 'print');

  // The designer: links, previews with the order there is.
  if (!t.phone) {
    const boss = await t.as('admin');
    await t.open(boss, '/design/shop/outside');
    await boss.getByLabel('网址', { exact: true }).waitFor();
    await t.look(boss, 'design-public');
    await boss.getByRole('button', { name: /您的订单/ }).click();
    await boss.locator('.d-phone').getByText('已发货').waitFor();
    await t.look(boss, 'design-tracking');
    // Of many things the list is searched; a value that is an option is read by its name.
    await t.open(boss, '/design/b2b/outside?at=/public/enquiry');
    await boss.locator('.d-assign').first().getByText('客户主动').waitFor();
    await boss.getByRole('textbox', { name: '搜索' }).fill('催款');
    await boss.waitForFunction(() => document.querySelectorAll('.d-sideitem').length === 1);
    await t.open(boss, '/design/shop/outside');
    // A mail begins here: with a name, what can be put in where the cursor is, and how it reads with the order there is.
    await boss.getByRole('button', { name: '添加' }).first().click();
    await boss.getByRole('menuitem', { name: '邮件' }).click();
    await boss.getByLabel('讲哪种记录').click();
    await boss.locator('.ant-select-dropdown:visible .ant-select-item-option', { hasText: '订单' }).click();
    const letter = boss.getByRole('textbox', { name: /^正文/ }).first();
    await letter.fill('尊敬的客户');
    await letter.press('Home');
    await boss.getByLabel('插入字段…').last().click();
    await boss.locator('.ant-select-dropdown:visible .ant-select-item-option', { hasText: '预计交货' }).click();
    await boss.locator('.code.slots .chip', { hasText: '预计交货' }).waitFor();
    await boss.frameLocator('.d-letter iframe').getByText('2026-12-20尊敬的客户').waitFor();
    await t.look(boss, 'design-mail');
    await boss.getByRole('button', { name: /报价单/ }).click();
    await boss.frameLocator('iframe.paper').getByText('XP-200 循环泵').waitFor();
    // What was written in HTML becomes blocks: moved by keyboard, a column added up below, and the paper follows.
    await boss.getByRole('button', { name: '改成内容块' }).click();
    const blocks = boss.getByRole('list', { name: '内容块' });
    await blocks.getByRole('button', { name: /^明细表/ }).click();
    await boss.getByRole('button', { name: '小计', exact: true }).click();
    await boss.getByRole('switch', { name: '在下面合计' }).click();
    await boss.frameLocator('iframe.paper').locator('tr.b-sums', { hasText: '132,600.50' }).waitFor();
    await t.look(boss, 'design-print');
    await blocks.getByRole('button', { name: /^明细表/ }).press('Alt+ArrowUp');
    await boss.waitForFunction(() => [...document.querySelectorAll('.d-blockhit')].findIndex((b) => b.textContent.startsWith('明细表')) === 1);
    assert.equal(await boss.evaluate(() => document.activeElement?.textContent.startsWith('明细表')), true, 'the moved block has lost the focus');
  }

  // Taken back, the link is over.
  await admin.must('DELETE', `/records/${order.id}/tracking/order`);
  await t.open(customer, new URL(link).pathname);
  await customer.getByText('这个链接已失效').first().waitFor();
  await t.look(customer, 'over');
}
