import { QueryClientProvider } from '@tanstack/react-query';
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from '@tanstack/react-router';
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { ConfigProvider } from 'antd';
import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { api, ApiError } from '@/api/client';
import { queryClient } from '@/api/queries';
import type { AppModel, RecordFull, RecordItem } from '@/api/types';
import '@/fields/registry';
import common from '@/locales/zh-CN/common.json';
import list from '@/locales/zh-CN/list.json';
import { lookUp } from '@/records/model';
import { editedBy, mayEditCell } from './cells';
import { DeskRows } from './DeskRows';

const get = vi.spyOn(api, 'get');
const patch = vi.spyOn(api, 'patch');

beforeAll(async () => {
  await i18next.use(initReactI18next).init({ lng: 'zh-CN', defaultNS: 'common', nsSeparator: ':', keySeparator: false, interpolation: { prefix: '{', suffix: '}', escapeValue: false }, resources: { 'zh-CN': { common, list } } });
});

const model = lookUp({
  app: 'shop', release: 1, create: [], import: [], export: [], edit: { order: ['name', 'memo', 'locked', 'total', 'notes'] },
  definition: {
    spec: 'pipewright/1', key: 'shop', name: '店',
    forms: [{ key: 'order', name: '订单', title: '{{ name }}', fields: [
      { key: 'name', type: 'text', name: '名称' }, { key: 'memo', type: 'text', name: '备注' }, { key: 'other', type: 'text', name: '别的' },
      { key: 'locked', type: 'text', name: '锁定' }, { key: 'total', type: 'text', name: '合计', calc: 'memo' }, { key: 'notes', type: 'longtext', name: '长文' },
    ] }],
    processes: [{ key: 'order', form: 'order', name: '订单', start: 'new', stages: [{ key: 'new', name: '新建', fields: { read: ['locked'] } }], transitions: [] }],
  },
} as unknown as AppModel);

const rows = [{ id: 'A', form: 'order', title: '甲', rev: 3, stage: 'new', data: { name: '甲', memo: '旧', other: 'x' } }, { id: 'B', form: 'order', title: '乙', rev: 1, stage: 'new', data: { memo: '二' } }] as unknown as RecordItem[];
const free = { visible: true, required: false, readOnly: false };
const full = (over: object = {}) => ({ ...rows[0], app: 'shop', can: { edit: true }, fields: { memo: free }, sections: {}, round: null, ...over }) as unknown as RecordFull;

beforeEach(async () => {
  cleanup();
  queryClient.clear();
  get.mockReset();
  patch.mockReset();
  get.mockImplementation((path: string) => (path === '/records/A' ? Promise.resolve(full()) : new Promise(() => {})) as never);
  const page = () => <DeskRows model={model} formKey="order" rows={rows} columns={['title', 'memo', 'other', 'total']} sort="" onSort={() => undefined} />;
  const router = createRouter({ routeTree: createRootRoute({ component: page }), history: createMemoryHistory() });
  render(
    <QueryClientProvider client={queryClient}>
      <ConfigProvider button={{ autoInsertSpace: false }}>
        <RouterProvider router={router as never} />
      </ConfigProvider>
    </QueryClientProvider>,
  );
  await screen.findByRole('grid');
});

const cell = (id: string, column: string) => document.querySelector<HTMLElement>(`[data-cell="${id}|${column}"]`)!;

async function edit(value: string) {
  cell('A', 'memo').focus();
  fireEvent.keyDown(cell('A', 'memo'), { key: 'F2' });
  const input = await screen.findByLabelText('修改备注');
  await waitFor(() => expect(document.activeElement).toBe(input));
  fireEvent.change(input, { target: { value } });
  return input;
}

it('says which cells may be edited', () => {
  expect(['title', 'memo', 'other', 'locked', 'total', 'notes', 'stage'].map((c) => editedBy(model, 'order', c)?.key)).toEqual(['name', 'memo', undefined, 'locked', undefined, undefined, undefined]);
  expect(mayEditCell(model, rows[0]!, 'locked')).toBe(false);
  expect(mayEditCell(model, rows[0]!, 'memo')).toBe(true);
});

it('walks from cell to cell with the arrow keys, and is one stop for Tab', () => {
  expect([...document.querySelectorAll('td[tabindex="0"]')]).toEqual([cell('A', 'title')]);
  cell('A', 'title').focus();
  fireEvent.keyDown(cell('A', 'title'), { key: 'ArrowDown' });
  expect(document.activeElement).toBe(cell('B', 'title'));
  fireEvent.keyDown(cell('B', 'title'), { key: 'End' });
  expect(document.activeElement).toBe(cell('B', 'total'));
  fireEvent.keyDown(cell('B', 'total'), { key: 'ArrowUp' });
  fireEvent.keyDown(cell('A', 'total'), { key: 'ArrowLeft' });
  expect(document.activeElement).toBe(cell('A', 'other'));
  expect([...document.querySelectorAll('td[tabindex="0"]')]).toEqual([cell('A', 'other')]);
});

it('shows what was entered at once, as it was seen, and takes it back with the reason', async () => {
  const input = await edit('新');
  let refuse: (error: Error) => void = () => undefined;
  patch.mockReturnValueOnce(new Promise((_, reject) => (refuse = reject)) as never);
  fireEvent.keyDown(input, { key: 'Enter' });
  await waitFor(() => expect(cell('A', 'memo').textContent).toBe('新'));
  expect(patch.mock.calls[0]?.slice(0, 2)).toEqual(['/records/A', { data: { memo: '新' } }]);
  expect(patch.mock.calls[0]?.[2]?.ifMatch).toBe(3);
  refuse(new ApiError(422, 'field.invalid', '不对', [{ path: '/data/memo', code: 'x', message: '太短了' }]));
  await screen.findByText('太短了');
  expect(cell('A', 'memo').textContent).toBe('旧');
  // What was typed is there to be mended.
  fireEvent.click(screen.getByRole('button', { name: '再改' }));
  expect(((await screen.findByLabelText('修改备注')) as HTMLInputElement).value).toBe('新');
});

it('leaves with Esc, and changes nothing where nothing is changed', async () => {
  fireEvent.keyDown(await edit('新'), { key: 'Escape' });
  await waitFor(() => expect(cell('A', 'memo').textContent).toBe('旧'));
  fireEvent.keyDown(await edit('旧'), { key: 'Enter' });
  await waitFor(() => expect(document.activeElement).toBe(cell('A', 'memo')));
  expect(patch).not.toHaveBeenCalled();
});

it('shows both values of a conflict, and takes one\'s own only when told to', async () => {
  const input = await edit('我');
  patch.mockRejectedValueOnce(new ApiError(412, 'rev.changed', '', [], { memo: { mine: '我', theirs: '他' } }));
  fireEvent.keyDown(input, { key: 'Enter' });
  await screen.findByText('别人刚刚改过这一格。');
  screen.getByText('他');
  get.mockImplementation((() => Promise.resolve(full({ rev: 9, data: { memo: '他' } }))) as never);
  patch.mockResolvedValueOnce(full({ rev: 10, data: { memo: '我' } }) as never);
  fireEvent.click(screen.getByRole('button', { name: '用我的' }));
  await waitFor(() => expect(patch).toHaveBeenCalledTimes(2));
  expect(patch.mock.calls[1]?.[2]?.ifMatch).toBe(9);
});

it('asks the record before it opens a cell', async () => {
  get.mockImplementation((() => Promise.resolve(full({ fields: { memo: { ...free, readOnly: true } } }))) as never);
  fireEvent.doubleClick(cell('A', 'memo'));
  await screen.findByText('这一格现在不能由你修改。');
  expect(screen.queryByLabelText('修改备注')).toBeNull();
});
