import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createMemoryHistory, createRootRoute, createRoute, createRouter, Outlet, RouterProvider } from '@tanstack/react-router';
import { act, fireEvent, render, screen, waitFor, within } from '@testing-library/react';
import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { sample } from '@/model/sample';
import type { Definition, Form, Process, Stage } from '@/model/definition';
import common from '@/locales/zh-CN/common.json';
import designer from '@/locales/zh-CN/designer.json';
import fields from '@/locales/zh-CN/fields.json';
import flow from '@/locales/zh-CN/flow.json';
import type { Problem } from '@/model/problem';
import { DraftContext } from './context';
import { openDraft, type DraftStore } from './draft';
import { RunDetails } from './automation/RunDetails';
import { Frame } from './Frame';

const problems: Problem[] = [
  {
    path: '/processes/deal/transitions/back/name',
    code: 'transition.unnamed',
    severity: 'warning',
    message: '没有名称',
    fix: { title: '命名为“退回资格”', changes: [{ path: '/processes/deal/transitions/back/name', value: '退回资格' }] },
  },
  {
    path: '/approvals/discount/steps/manager/due',
    code: 'approval.policyMissing',
    severity: 'error',
    message: '没有说超时怎么办',
  },
];

let store: DraftStore;

/** The designer at a place, over a draft whose server only says yes. */
async function open(path: string, def: Definition = sample) {
  let rev = 1;
  store = openDraft(
    'b2b',
    { definition: def, rev, base: 0, problems },
    { get: () => Promise.resolve({ definition: def, rev, base: 0 }), put: () => Promise.resolve({ rev: ++rev, problems }), past: () => Promise.resolve(def) },
  );
  const root = createRootRoute({ component: Outlet });
  const page = createRoute({
    getParentRoute: () => root,
    path: '/design/$app/$',
    component: () => (
      <DraftContext.Provider value={store}>
        <Frame />
      </DraftContext.Provider>
    ),
  });
  const router = createRouter({ routeTree: root.addChildren([page]), history: createMemoryHistory({ initialEntries: [path] }) });
  render(
    <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
      <RouterProvider router={router as never} />
    </QueryClientProvider>,
  );
  return router;
}

const now = () => store.getState().history.now;

// Looking things up by role walks a large tree; a busy machine takes its time.
vi.setConfig({ testTimeout: 60_000 });

describe('designer', () => {
  beforeAll(async () => {
    // The pages are loaded when first shown; here they are loaded before the clock of a test runs.
    await Promise.all([import('./form/FormsPage'), import('./flow/FlowPage'), import('./approval/ApprovalsPage'), import('./automation/AutomationsPage'), import('./views/ViewsPage')]);
    await i18next.use(initReactI18next).init({
      lng: 'zh-CN',
      ns: ['common', 'designer', 'fields', 'flow'],
      defaultNS: 'common',
      keySeparator: false,
      interpolation: { escapeValue: false, prefix: '{', suffix: '}' },
      resources: { 'zh-CN': { common, designer, fields, flow } },
    });
  }, 60_000);
  beforeEach(() => {
    const me = { user: { id: 'admin', name: '管理员' }, apps: [], can: { design: true, operate: true, people: true, oversee: true } };
    vi.stubGlobal('fetch', (url: string) =>
      Promise.resolve(new Response(JSON.stringify(url.endsWith('/me') ? me : { items: [], next: '' }))),
    );
  });

  it('adds a field after the selected one, and takes it back', async () => {
    const router = await open('/design/b2b/forms?at=/forms/deal/fields/name');
    fireEvent.click(await screen.findByRole('button', { name: '日期' }, { timeout: 20_000 }));
    expect(now().forms?.[1]?.sections?.[0]?.fields).toEqual(['name', 'date1', 'account', 'amount']);
    await waitFor(() => expect(router.state.location.search).toEqual({ at: '/forms/deal/fields/date1' }));
    fireEvent.click(screen.getByRole('button', { name: '撤销' }));
    expect(now()).toEqual(sample);
  });

  it('moves a field by keyboard and removes it with Delete', async () => {
    await open('/design/b2b/forms?at=/forms/deal');
    const card = await screen.findByRole('button', { name: /^amount, 金额/ }, { timeout: 20_000 });
    fireEvent.keyDown(card, { key: 'ArrowUp', altKey: true });
    expect(now().forms?.[1]?.sections?.[0]?.fields).toEqual(['name', 'amount', 'account']);
    fireEvent.keyDown(card, { key: 'ArrowDown', altKey: true });
    fireEvent.keyDown(card, { key: 'ArrowDown', altKey: true });
    const there = screen.getByRole('button', { name: /^amount, 金额/ });
    expect(document.activeElement).toBe(there);
    expect(now().forms?.[1]?.sections?.map((s) => s.fields)).toEqual([
      ['name', 'account'],
      ['amount', 'lines', 'discount'],
    ]);
    fireEvent.keyDown(there, { key: 'Delete' });
    expect(now().forms?.[1]?.fields.some((f) => f.key === 'amount')).toBe(false);
  });

  it('writes a text in the reader’s language and keeps typing one step of undo', async () => {
    await open('/design/b2b/approvals?at=/approvals/discount/steps/manager');
    const name = (await screen.findAllByLabelText('名称 简体中文', {}, { timeout: 20_000 }))[0] as HTMLInputElement;
    fireEvent.change(name, { target: { value: '经' } });
    fireEvent.change(name, { target: { value: '主管' } });
    expect(now().approvals?.[0]?.steps[0]?.name).toEqual({ 'zh-CN': '主管', 'zh-TW': '经理', en: '经理' });
    store.actions.undo();
    expect(now()).toEqual(sample);
  });

  it('tells texts that lack a language in one row, and lets the app have the reader’s alone', async () => {
    await open('/design/b2b/forms');
    await screen.findByRole('button', { name: '日期' }, { timeout: 20_000 });
    act(() =>
      store.actions.setProblems([
        ...problems,
        ...['a', 'b', 'c', 'd', 'e'].map((k) => ({ path: `/forms/deal/fields/${k}/name`, code: 'text.missing', severity: 'warning' as const, message: `缺 ${k}` })),
      ]),
    );
    fireEvent.click(screen.getByRole('button', { name: /^问题/ }));
    expect(screen.getByText('没有说超时怎么办')).toBeTruthy();
    expect(screen.queryByText('缺 a')).toBeNull();
    fireEvent.click(screen.getByRole('button', { name: '5 处文字缺语言' }));
    expect(screen.getByText('缺 a')).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: '应用只用简体中文' }));
    expect(now().languages).toEqual(['zh-CN']);
    store.actions.undo();
    expect(now()).toEqual(sample);
  });

  it('changes how a step is decided and shows its problem at the place', async () => {
    await open('/design/b2b/approvals?at=/approvals/discount/steps/manager');
    fireEvent.click(await screen.findByRole('radio', { name: /票签/ }, { timeout: 20_000 }));
    expect(now().approvals?.[0]?.steps[0]?.mode).toEqual({ share: 0.6 });
    const ladder = screen.getByRole('list', { name: '超时怎么办' }).closest('section') as HTMLElement;
    expect(within(ladder).getByText('没有说超时怎么办')).toBeTruthy();
  });

  it('writes the rungs of a ladder in words, with whom each tells', async () => {
    await open('/design/b2b/approvals?at=/approvals/discount/steps/manager/due/0');
    const ladder = await screen.findByRole('list', { name: '超时怎么办' }, { timeout: 20_000 });
    expect(within(ladder).getByText('2 个工作日后：提醒还没处理的人')).toBeTruthy();
    await waitFor(() => expect(ladder.contains(document.activeElement)).toBe(true));
    fireEvent.click(within(ladder.closest('section') as HTMLElement).getByRole('button', { name: '加一级' }));
    const second = () => within(ladder).getAllByRole('listitem')[1] as HTMLElement;
    expect(within(second()).getByText('4 个工作日后：告诉他们的上级')).toBeTruthy();
    fireEvent.click(within(second()).getByRole('button', { name: '选人' }));
    expect(now().approvals?.[0]?.steps[0]?.due).toEqual([
      { after: 'P2BD', do: 'remind' },
      { after: 'P4BD', do: 'escalate', to: [{ role: sample.roles?.[0]?.key }] },
    ]);
  });

  it('writes the rungs of an activity, opened by the place of its problem', async () => {
    const stage = { ...sample.processes?.[0]?.stages[0], activities: [{ key: 'visit', name: '拜访', who: [{ role: 'rep' }], due: 'P3BD' }] };
    const def = structuredClone(sample);
    (def.processes as NonNullable<Definition['processes']>)[0]!.stages[0] = stage as never;
    const path = `/processes/${def.processes?.[0]?.key}/stages/${stage.key}/activities/visit`;
    await open(`/design/b2b/flow?at=${path}/ladder`, def);
    const group = await screen.findByRole('group', { name: '超时怎么办' }, { timeout: 20_000 });
    fireEvent.click(within(group).getByRole('button', { name: '自己安排提醒和升级' }));
    const ladder = () => now().processes?.[0]?.stages[0]?.activities?.[0]?.ladder;
    expect(ladder()).toEqual([{ after: 'P3BD', do: 'remind' }, { after: 'P6BD', do: 'escalate' }]);
    fireEvent.click(within(group).getByRole('button', { name: '恢复通常的安排' }));
    expect(ladder()).toBeUndefined();
  });

  it('writes the rungs of a stage, around the date it is due by', async () => {
    const def = structuredClone(sample);
    const stage = { ...def.processes?.[0]?.stages[0], due: { date: 'closeDate' } };
    (def.processes as NonNullable<Definition['processes']>)[0]!.stages[0] = stage as never;
    await open(`/design/b2b/flow?at=/processes/${def.processes?.[0]?.key}/stages/${stage.key}`, def);
    const group = await screen.findByRole('group', { name: '阶段时限到了怎么办' }, { timeout: 20_000 });
    fireEvent.click(within(group).getByRole('button', { name: '自己安排提醒和升级' }));
    const ladder = () => now().processes?.[0]?.stages[0]?.ladder;
    expect(ladder()).toEqual([{ after: 'P0D', do: 'remind' }, { after: 'P1BD', do: 'escalate' }]);
    expect(within(group).getByText('到期时：提醒负责人')).toBeTruthy();
    expect(within(group).getByText('到期后 1 个工作日：告诉负责人的上级')).toBeTruthy();
  });

  it('says when a stage is due by time, by the clock or by a date, and keeps what happens then', async () => {
    const def = structuredClone(sample);
    const deal = def.processes?.[0] as Process;
    deal.stages[0] = { ...(deal.stages[0] as Stage), due: 'P3BD', ladder: [{ after: 'P2BD', do: 'remind' }] };
    const form = def.forms?.find((f) => f.key === deal.form) as Form;
    form.fields.push({ key: 'closeDate', type: 'date', name: '预计成交日' });
    await open(`/design/b2b/flow?at=/processes/${deal.key}/stages/${deal.stages[0].key}`, def);
    const stage = () => now().processes?.[0]?.stages[0];
    const choose = async (list: string, option: string) => {
      fireEvent.mouseDown(await screen.findByRole('combobox', { name: list }, { timeout: 20_000 }));
      fireEvent.click((await screen.findAllByText(option, { selector: '.ant-select-item-option-content' })).at(-1) as HTMLElement);
    };
    await choose('期限怎么定', '按日期');
    expect(stage()).toMatchObject({ due: { date: 'closeDate' }, ladder: [{ after: '-P1BD', do: 'remind' }] });
    expect(screen.getByText('到期前 1 个工作日：提醒负责人')).toBeTruthy();
    expect(screen.getByText('按“预计成交日”')).toBeTruthy();
    await choose('哪个日期', '用公式算…');
    expect(screen.getByRole('textbox', { name: '期限的日期' })).toBeTruthy();
    await choose('哪个日期', '创建时间');
    expect(stage()?.due).toEqual({ date: 'createdAt' });
    await choose('期限怎么定', '到几点');
    fireEvent.change(screen.getByLabelText('几点'), { target: { value: '16:30' } });
    fireEvent.change(screen.getByLabelText('几点'), { target: { value: '' } });
    expect(stage()).toMatchObject({ due: { at: '16:30' }, ladder: [{ after: '-P1BD', do: 'remind' }] });
    await choose('期限怎么定', '进入后多久');
    expect(stage()).toMatchObject({ due: 'P3BD', ladder: [{ after: 'P2BD', do: 'remind' }] });
  });

  it('asks about what two changed the same in the words of the changes, and in its own where they cannot be had', async () => {
    const others = fetch;
    const told = { path: '/forms/deal/fields/amount/requiredIf', place: '表单“商机”的字段“金额”：必填条件', mineText: '', theirsText: '', lines: [{ base: '没有', mine: '金额 > 8', theirs: '阶段 是 “提案”' }] };
    const asked: string[] = [];
    vi.stubGlobal('fetch', (url: string, init?: RequestInit) => {
      if (!url.includes('/draft/clashes')) return others(url, init);
      asked.push(String(init?.body));
      return Promise.resolve(new Response(JSON.stringify({ items: [told], next: '' })));
    });
    await open('/design/b2b/forms?at=/forms/deal');
    await screen.findByRole('button', { name: /^amount, 金额/ }, { timeout: 20_000 });
    const amount = ['forms', 'deal', 'fields', 'amount'];
    act(() =>
      store.setState({
        state: 'conflict',
        conflict: {
          by: { id: 'sun', name: '孙立' },
          rev: 9,
          base: sample,
          theirs: { definition: sample, rev: 9, base: 0, savedAt: '', savedBy: null, problems: [] } as never,
          clashes: [
            { at: [...amount, 'requiredIf'], base: undefined, mine: 'amount > 8', theirs: "stage == 'proposal'" },
            { at: [...amount, 'list'], base: undefined, mine: true, theirs: undefined },
          ],
        },
      }),
    );
    const bar = await screen.findByRole('alert', { name: '草稿有冲突' });
    const place = await within(bar).findByRole('group', { name: told.place });
    expect(within(place).getByRole('radio', { name: /金额 > 8/ })).toBeTruthy();
    expect(within(place).getByRole('radio', { name: /阶段 是 “提案”/ })).toBeTruthy();
    expect(within(bar).queryByText(/amount > 8/)).toBeNull();
    expect(within(bar).getByText('（删掉了）')).toBeTruthy();
    expect(JSON.parse(asked[0] as string)).toMatchObject({ base: 1, theirs: 9, definition: { key: 'b2b' } });
  });

  it('counts the rows of a table in a report, and sums their columns', async () => {
    // Nothing is published, so that there is nothing to preview.
    const others = fetch;
    const none = () => new Response(JSON.stringify({ error: { code: 'not.found', message: '没有' } }), { status: 404 });
    vi.stubGlobal('fetch', (url: string) => (url.includes('/apps/') ? Promise.resolve(none()) : others(url)));
    await open('/design/b2b/views?at=/reports/forecast');
    const choose = async (list: string, option: string) => {
      fireEvent.mouseDown(await screen.findByRole('combobox', { name: list }, { timeout: 20_000 }));
      fireEvent.click((await screen.findAllByText(option, { selector: '.ant-select-item-option-content' })).at(-1) as HTMLElement);
    };
    await choose('统计的是', 'lines的行');
    expect(now().reports).toEqual([{ key: 'forecast', process: 'deal', rows: 'lines', group: [{ by: 'lossReason' }], measures: [{ key: 'a', count: true }] }]);
    await choose('统计', '合计');
    expect(now().reports?.[0]?.measures).toEqual([{ key: 'a', sum: 'row.qty' }]);
    await choose('第 1 层', 'lines · price');
    expect(now().reports?.[0]?.group).toEqual([{ by: 'row.price' }]);
    await choose('统计的是', '记录');
    expect(now().reports).toEqual([{ key: 'forecast', process: 'deal', measures: [{ key: 'a', count: true }] }]);
  });

  it('sends a mail to an address, with a copy to people', async () => {
    const auto = { key: 'tell', name: '告诉客户', on: { created: 'deal' }, do: [{ mail: { to: [{ field: 'owner' }], message: 'hi' } }] };
    const messages = [{ key: 'hi', form: 'deal', name: '你好', subject: 'x', body: 'y' }];
    await open('/design/b2b/automations?at=/automations/tell', { ...structuredClone(sample), automations: [auto], messages } as Definition);
    const to = await screen.findByRole('group', { name: '发给 公司的人 邮箱地址' }, { timeout: 20_000 });
    fireEvent.click(within(to).getByRole('button', { name: '邮箱地址' }));
    fireEvent.change(await screen.findByRole('textbox', { name: '发给' }, { timeout: 20_000 }), { target: { value: '{{ email }}' } });
    const mail = () => now().automations?.[0]?.do?.[0]?.mail;
    expect(mail()?.to).toBe('{{ email }}');
    fireEvent.click(screen.getByRole('button', { name: '＋ 抄送' }));
    const copy = await screen.findByRole('group', { name: '抄送 公司的人 邮箱地址' }, { timeout: 20_000 });
    fireEvent.click(within(copy).getByRole('button', { name: '邮箱地址' }));
    fireEvent.change(await screen.findByRole('textbox', { name: '抄送' }, { timeout: 20_000 }), { target: { value: 'a@example.com' } });
    expect(mail()).toEqual({ to: '{{ email }}', cc: 'a@example.com', message: 'hi' });
  });

  it('puts a chain that nothing uses on a transition, from the chain itself', async () => {
    const def = structuredClone(sample);
    def.approvals?.push({ key: 'spare', name: '备用', steps: structuredClone(def.approvals[0]?.steps ?? []) });
    const moves = def.processes?.[0]?.transitions ?? [];
    const free = moves.findIndex((x) => x.approval === undefined);
    await open('/design/b2b/approvals?at=/approvals/spare', def);
    fireEvent.mouseDown(await screen.findByRole('combobox', { name: '用在哪条流转上…' }, { timeout: 20_000 }));
    fireEvent.click((await screen.findAllByText(/→/, { selector: '.ant-select-item-option-content' }))[0] as HTMLElement);
    expect(now().processes?.[0]?.transitions?.[free]?.approval).toBe('spare');
  });

  it('goes on being about records when an automation runs by a schedule', async () => {
    const auto = { key: 'remind', name: '提醒', on: { created: 'deal' }, do: [{ notify: { to: [{ field: 'owner' }], text: '{{ title }}' } }] };
    await open('/design/b2b/automations?at=/automations/remind', { ...structuredClone(sample), automations: [auto] } as Definition);
    const turn = async (option: string) => {
      fireEvent.mouseDown(await screen.findByRole('combobox', { name: '触发' }, { timeout: 20_000 }));
      fireEvent.click((await screen.findAllByText(option, { selector: '.ant-select-item-option-content' })).at(-1) as HTMLElement);
    };
    await turn('按时间表');
    expect(now().automations?.[0]).toMatchObject({ on: { cron: '0 9 * * 1-5' }, each: { process: 'deal', where: 'open' } });
    expect(screen.getByText('每条“销售漏斗”')).toBeTruthy();
    await turn('新建记录时');
    expect(now().automations?.[0]?.each).toBeUndefined();
  });

  it('names what was sent in the rows of a condition, each with its type', async () => {
    const auto = { key: 'hook', name: '来单', on: { webhook: 'call', payload: [{ key: 'qty', type: 'number', name: '件数' }, { key: 'no', type: 'text' }] }, if: "payload.qty > 3 and payload.no != ''", do: [] };
    await open('/design/b2b/automations?at=/automations/hook', { ...structuredClone(sample), automations: [auto] } as Definition);
    expect(await screen.findByTitle('收到的内容 · 件数（数值）', {}, { timeout: 20_000 })).toBeTruthy();
    expect(screen.getByTitle('收到的内容 · no（文字）')).toBeTruthy();
    fireEvent.mouseDown(screen.getAllByRole('combobox', { name: /1\.1/ })[0] as HTMLElement);
    expect(await screen.findByText('收到的内容')).toBeTruthy();
  });

  it('tells of a run which action failed, what it was given and what was answered', () => {
    const action = { path: '/automations/a/do/1/then/0', kind: 'http', failed: true, status: 409, input: { url: 'https://x.example' }, answer: '没有这个价格' };
    render(
      <RunDetails
        run={{ id: '1', at: '', state: 'failed', until: null, actions: [{ path: '/automations/a/do/0', kind: 'set', input: { n: 1 } }, action], error: { code: 'x', message: '对方拒绝', details: [{ path: '/data/n', message: '太大' }] } }}
      />,
    );
    const [, failed] = screen.getAllByRole('listitem', { hidden: true });
    for (const part of ['2.1', '对方拒绝', '太大', '得到的回答（状态码 409）', '没有这个价格', '{"url":"https://x.example"}']) expect(within(failed as HTMLElement).getByText(part)).toBeTruthy();
  });

  it('uses fields of another app, shows what is gone of them, and who uses this one', async () => {
    const field = (key: string, name: string) => ({ key, name, type: 'text' });
    const shop = { key: 'shop', name: '商店', forms: [{ key: 'account', name: '客户', fields: [field('name', '名称'), field('credit', '信用')] }, { key: 'item', name: '商品', fields: [field('sku', '货号')] }] };
    const desk = { key: 'desk', name: '服务台', forms: [{ key: 'deal', name: '商机', fields: [field('name', '商机名称')] }] };
    const answers: Record<string, unknown> = { me: { user: { id: 'admin', name: '管理员' }, apps: [], can: { design: true, operate: true, people: true, oversee: true } }, neighbours: { usable: [shop, desk], usedBy: [desk] }, here: { items: [], rev: 1 } };
    vi.stubGlobal('fetch', (url: string) => Promise.resolve(new Response(JSON.stringify(answers[url.slice(url.lastIndexOf('/') + 1)] ?? { items: [] }))));
    const choose = async (name: string, option: string) => {
      fireEvent.mouseDown(await screen.findByRole('combobox', { name }, { timeout: 20_000 }));
      fireEvent.click(await screen.findByTitle(option));
    };
    await open('/design/b2b/app', { ...sample, uses: [{ app: 'shop', forms: { account: ['name', 'phone'] } }] });
    const shown = await screen.findByRole('group', { name: '商店' }, { timeout: 20_000 });
    expect(within(shown).getByTitle('phone')).toBeTruthy();
    expect(screen.getByText(/商机: 商机名称/)).toBeTruthy();
    await choose('加上“商店”的表单…', '商品');
    expect(now().uses).toEqual([{ app: 'shop', forms: { account: ['name', 'phone'], item: ['sku'] } }]);
    await choose('“客户”的哪些字段', '信用');
    expect(now().uses?.[0]?.forms['account']).toEqual(['name', 'phone', 'credit']);
    fireEvent.click(screen.getByRole('button', { name: '不再使用表单“商品”' }));
    await choose('使用另一个应用…', '服务台');
    expect(now().uses).toEqual([{ app: 'shop', forms: { account: ['name', 'phone', 'credit'] } }, { app: 'desk', forms: {} }]);
    fireEvent.click(screen.getByRole('button', { name: '不再使用“服务台”' }));
    fireEvent.click(screen.getByRole('button', { name: '不再使用“商店”' }));
    expect(now().uses).toBeUndefined();
  });

  it('lists problems, errors first, applies a fix and leads to the place', async () => {
    const router = await open('/design/b2b/approvals');
    fireEvent.click(await screen.findByRole('button', { name: /问题/, expanded: false }, { timeout: 20_000 }));
    const rows = within(screen.getByRole('region', { name: '问题' })).getAllByRole('listitem');
    expect(rows[0]?.textContent).toContain('审批节点 · 折扣审批 / 经理');
    fireEvent.click(screen.getByRole('button', { name: '命名为“退回资格”' }));
    expect(now().processes?.[0]?.transitions?.[1]?.name).toBe('退回资格');
    fireEvent.click(within(rows[0] as HTMLElement).getByRole('button', { name: '去看看' }));
    await waitFor(() => expect(router.state.location.search).toEqual({ at: '/approvals/discount/steps/manager/due' }));
    fireEvent.click(within(rows[1] as HTMLElement).getByRole('button', { name: /流转/ }));
    await waitFor(() => expect(router.state.location.pathname).toBe('/design/b2b/flow'));
  });

  it('renames a stage with every place that names it, after showing them', async () => {
    const renamed = structuredClone(sample) as { processes: { start: string; stages: { key: string }[] }[] };
    const first = renamed.processes[0]!;
    const old = first.stages[0]!.key;
    first.stages[0]!.key = first.start = 'begun';
    const asked: unknown[] = [];
    vi.stubGlobal('fetch', (url: string, init?: { body?: string }) => {
      const answer = url.endsWith('/rename')
        ? { uses: [{ path: '/processes/deal/start', before: old, after: 'begun' }], warnings: [], definition: renamed }
        : url.endsWith('/me')
          ? { user: { id: 'admin', name: '管理员' }, apps: [], can: { design: true, operate: true, people: true, oversee: true } }
          : { items: [], next: '', least: 10, stages: [] };
      if (url.endsWith('/rename')) asked.push(JSON.parse(init?.body ?? '{}'));
      return Promise.resolve(new Response(JSON.stringify(answer)));
    });
    const router = await open(`/design/b2b/flow?at=/processes/deal/stages/${old}`);
    const key = (await screen.findByLabelText('公式里的名字', {}, { timeout: 20_000 })) as HTMLInputElement;
    fireEvent.change(key, { target: { value: 'Bad key' } });
    fireEvent.blur(key);
    expect(key.value).toBe(old);
    fireEvent.change(key, { target: { value: 'begun' } });
    fireEvent.keyDown(key, { key: 'Enter', keyCode: 13 });
    const uses = await screen.findByRole('list', { name: '用到它的地方' }, { timeout: 20_000 });
    expect(within(uses).getAllByRole('listitem').map((x) => x.textContent)).toEqual(['流程 · 销售漏斗begun']);
    expect(asked).toMatchObject([{ path: `/processes/deal/stages/${old}`, to: 'begun', dryRun: true }]);
    expect(now()).toEqual(sample);
    fireEvent.click(screen.getByRole('button', { name: '改名，连同 1 处' }));
    expect(now().processes?.[0]?.stages[0]?.key).toBe('begun');
    await waitFor(() => expect(router.state.location.search).toEqual({ at: '/processes/deal/stages/begun' }));
    store.actions.undo();
    expect(now()).toEqual(sample);
  });

  it('shows an automation as a sentence', async () => {
    await open('/design/b2b/automations');
    expect(await screen.findByText('进入“销售漏斗 / 成交”时', {}, { timeout: 20_000 })).toBeTruthy();
  });
});
