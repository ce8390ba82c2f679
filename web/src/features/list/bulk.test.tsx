import { QueryClientProvider } from '@tanstack/react-query';
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from '@tanstack/react-router';
import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/react';
import { ConfigProvider } from 'antd';
import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { api } from '@/api/client';
import { queryClient } from '@/api/queries';
import type { AppModel, RecordItem } from '@/api/types';
import common from '@/locales/zh-CN/common.json';
import list from '@/locales/zh-CN/list.json';
import record from '@/locales/zh-CN/record.json';
import { lookUp, mayWriteIn } from '@/records/model';
import { sharedFields } from './bulk';
import { BulkBar } from './BulkBar';

const post = vi.spyOn(api, 'post');
const get = vi.spyOn(api, 'get');

beforeAll(async () => {
  await i18next.use(initReactI18next).init({ lng: 'zh-CN', defaultNS: 'common', nsSeparator: ':', keySeparator: false, interpolation: { prefix: '{', suffix: '}', escapeValue: false }, resources: { 'zh-CN': { common, list, record } } });
  // The dialog comes when it is asked for; here it is there before.
  await import('./BulkDialog');
});

beforeEach(() => {
  cleanup();
  queryClient.clear();
  post.mockReset();
  get.mockReset();
  get.mockReturnValue(new Promise(() => {}));
});

const model = lookUp({
  app: 'shop', release: 1, create: [], import: [], export: [], delete: ['order'], assign: [], edit: { order: ['memo', 'lines', 'total', 'price'] },
  buttons: [{ key: 'push', form: 'order', name: '推送 ERP' }],
  definition: {
    spec: 'pipewright/1', key: 'shop', name: '店',
    forms: [{ key: 'order', name: '订单', fields: [
      { key: 'memo', type: 'text', name: '备注' }, { key: 'why', type: 'text', name: '原因' }, { key: 'price', type: 'number', name: '价格' },
      { key: 'total', type: 'number', name: '合计', calc: 'price' }, { key: 'lines', type: 'table', name: '明细', fields: [] },
    ] }],
    processes: [{ key: 'order', form: 'order', name: '订单', start: 'new',
      stages: [{ key: 'new', name: '新建', fields: { read: ['price'] } }, { key: 'gone', name: '流失', end: 'lost' }],
      transitions: [{ key: 'lose', name: '流失', from: ['new'], to: 'gone', ask: ['why'] }] }],
  },
} as unknown as AppModel);

const chosen = [{ id: 'A', title: '甲', rev: 3, stage: 'new' }, { id: 'B', title: '乙', rev: 5, stage: 'new' }] as unknown as RecordItem[];
const refused = { id: 'B', ok: false, error: { code: 'rules.no', message: '不行', details: [{ path: '/data/memo', code: 'x', message: '太长了' }] } };

async function open(button: string) {
  const onChosen = vi.fn();
  const page = () => <BulkBar model={model} formKey="order" chosen={chosen} onChosen={onChosen} onAll={async () => {}} onDone={() => undefined} />;
  const router = createRouter({ routeTree: createRootRoute({ component: page }), history: createMemoryHistory() });
  render(
    <QueryClientProvider client={queryClient}>
      <ConfigProvider button={{ autoInsertSpace: false }}>
        <RouterProvider router={router as never} />
      </ConfigProvider>
    </QueryClientProvider>,
  );
  fireEvent.click(await screen.findByRole('button', { name: button }));
  return { onChosen, dialog: within(await screen.findByRole('dialog')) };
}

/** Presses the button that does it, when it takes clicks. */
async function press(dialog: ReturnType<typeof within>, name: RegExp) {
  await waitFor(() => expect(dialog.getByRole('button', { name }).className).not.toContain('loading'));
  fireEvent.click(dialog.getByRole('button', { name }));
}

it('presses a button on the records chosen once, says what became of each, and keeps the refused chosen', async () => {
  const { dialog, onChosen } = await open('推送 ERP');
  expect(post).not.toHaveBeenCalled();

  // The answer is lost; sent again, it is the same operation.
  post.mockRejectedValueOnce(new TypeError('lost'));
  await press(dialog, /推送 ERP$/);
  await dialog.findByRole('alert');
  post.mockResolvedValueOnce({ items: [{ id: 'A', ok: true, error: null }, { id: 'B', ok: false, error: { code: 'button.notNow', message: '条件不满足' } }] });
  await press(dialog, /推送 ERP$/);
  await dialog.findByText('条件不满足');
  expect(dialog.getByRole('status').textContent).toBe('1 条已开始，1 条被拒绝。');
  await waitFor(() => expect(onChosen).toHaveBeenCalledWith(['B']));
  for (const call of post.mock.calls) expect(call.slice(0, 2)).toEqual(['/apps/shop/buttons/push', { ids: ['A', 'B'] }]);
  expect(post).toHaveBeenCalledTimes(2);
  expect(post.mock.calls[0]?.[2]).toEqual(post.mock.calls[1]?.[2]);
});

it('changes a field in all of them, each as it was seen; another value is another operation', async () => {
  const { dialog, onChosen } = await open('改字段…');
  expect(dialog.getByRole('button', { name: '修改' })).toHaveProperty('disabled', true);
  fireEvent.mouseDown(dialog.getByRole('combobox', { name: '要改的字段' }));
  fireEvent.click(await screen.findByText('备注'));
  fireEvent.change(await dialog.findByLabelText('备注'), { target: { value: '加急' } });
  post.mockRejectedValueOnce(new TypeError('lost'));
  await press(dialog, /^修改/);
  await dialog.findByRole('alert');
  fireEvent.change(dialog.getByLabelText('备注'), { target: { value: '特急' } });
  post.mockResolvedValueOnce({ items: [{ id: 'A', ok: true, error: null }, refused] });
  await press(dialog, /修改$/);
  await dialog.findByText('太长了');
  await waitFor(() => expect(onChosen).toHaveBeenCalledWith(['B']));
  expect(post.mock.calls[1]?.slice(0, 2)).toEqual(['/apps/shop/forms/order/bulk', { do: 'edit', data: { memo: '特急' }, items: [{ id: 'A', rev: 3 }, { id: 'B', rev: 5 }] }]);
  expect(post.mock.calls[0]?.[2]).not.toEqual(post.mock.calls[1]?.[2]);
});

it('offers only what can be shared and what a stage lets be written', () => {
  expect(sharedFields(model, 'order', chosen).map((f) => f.key)).toEqual(['memo']);
  const process = model.processOf('order');
  expect(mayWriteIn(process, 'gone', 'price')).toBe(true);
  const closed = { ...process!, stages: [{ key: 'new', name: '', fields: { edit: ['memo'], hide: ['memo', 'why'] } }] };
  expect(['memo', 'why', 'price'].map((k) => mayWriteIn(closed, 'new', k))).toEqual([true, false, false]);
});

it('moves them where the person chooses, and asks once for what the way asks', async () => {
  get.mockResolvedValue({ id: 'A', transitions: [{ key: 'lose', name: '流失', to: 'gone', end: 'lost', allowed: true, ready: false, missing: [], ask: ['why'], approval: null, back: false }, { key: 'other', allowed: false, ask: [] }] });
  const { dialog } = await open('转到…');
  fireEvent.mouseDown(await dialog.findByRole('combobox', { name: '转到哪里' }));
  fireEvent.click(await screen.findByText('流失（2 条可从所在阶段出发）'));
  fireEvent.change(await dialog.findByLabelText('原因'), { target: { value: '价格' } });
  post.mockResolvedValueOnce({ items: chosen.map((r) => ({ id: r.id, ok: true, error: null })) });
  await press(dialog, /^流失/);
  await dialog.findByText('2 条已完成，0 条被拒绝。');
  expect(post.mock.calls[0]?.[1]).toEqual({ do: 'move', transition: 'lose', data: { why: '价格' }, items: [{ id: 'A', rev: 3 }, { id: 'B', rev: 5 }] });
});

it('asks once whom to pick for an approval, of the records that come to the step, and sends no more than is asked', async () => {
  const way = { key: 'lose', name: '流失', to: 'gone', end: 'lost', allowed: true, ready: false, missing: [], ask: ['why'], approval: 'sign', back: false };
  get.mockImplementation((path) => Promise.resolve(path.startsWith('/records/') ? { id: 'A', transitions: [way] } : { items: [] }));
  post.mockResolvedValue({ items: [{ key: 'money', name: '财务', count: 1, from: [{ id: 'zhao', name: '赵敏', count: 1 }] }, { key: 'peer', name: '会签', count: 2, from: [{ id: 'qian', name: '钱进', count: 1 }] }] });
  const { dialog } = await open('转到…');
  fireEvent.mouseDown(await dialog.findByRole('combobox', { name: '转到哪里' }));
  fireEvent.click(await screen.findByText('流失（2 条可从所在阶段出发）'));
  const pick = async (label: string, option: string) => {
    fireEvent.mouseDown(await dialog.findByLabelText(label));
    fireEvent.click(await screen.findByText(option));
  };
  await pick('选择“财务”的审批人', '赵敏');
  dialog.getByText('1 条会走到这一步');
  expect(dialog.getByRole('button', { name: '流失' })).toHaveProperty('disabled', true);
  await pick('选择“会签”的审批人', '钱进（可审其中 1 条）');
  expect(post.mock.calls).toEqual([['/apps/shop/forms/order/bulk/picks', { transition: 'lose', items: [{ id: 'A' }, { id: 'B' }], data: {} }, expect.anything()]]);

  // What is asked for decides who comes to a step: it is asked anew, and nothing is sent before the answer.
  post.mockClear();
  post.mockResolvedValueOnce({ items: [{ key: 'money', name: '财务', count: 2, from: null }] });
  fireEvent.change(dialog.getByLabelText('原因'), { target: { value: '价格' } });
  expect(dialog.getByRole('button', { name: '流失' })).toHaveProperty('disabled', true);
  await waitFor(() => expect(dialog.queryByText('选择“会签”的审批人')).toBeNull());
  expect(post.mock.calls[0]?.[1]).toMatchObject({ data: { why: '价格' } });
  post.mockResolvedValueOnce({ items: chosen.map((r) => ({ id: r.id, ok: true, error: null })) });
  await press(dialog, /^流失/);
  await dialog.findByText('2 条已完成，0 条被拒绝。');
  expect(post.mock.calls[1]?.[1]).toEqual({ do: 'move', transition: 'lose', data: { why: '价格' }, pick: { money: ['zhao'] }, items: [{ id: 'A', rev: 3 }, { id: 'B', rev: 5 }] });
});

it('deletes, and takes back what it has deleted', async () => {
  const { dialog } = await open('删除');
  post.mockResolvedValueOnce({ items: [{ id: 'A', ok: true, error: null }, refused] });
  await press(dialog, /^删除/);
  await dialog.findByText('已放入回收站');
  post.mockResolvedValueOnce({ items: [{ id: 'A', ok: true, error: null }] });
  await press(dialog, /^撤销/);
  await dialog.findByText('已取回');
  expect(post.mock.calls[1]?.[1]).toEqual({ do: 'restore', items: [{ id: 'A' }] });
  expect(post.mock.calls[0]?.[2]).not.toEqual(post.mock.calls[1]?.[2]);
});
