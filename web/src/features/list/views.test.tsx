import { QueryClientProvider } from '@tanstack/react-query';
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { ConfigProvider } from 'antd';
import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { api } from '@/api/client';
import { queryClient } from '@/api/queries';
import type { SavedView } from '@/api/types';
import common from '@/locales/zh-CN/common.json';
import list from '@/locales/zh-CN/list.json';
import { lookOf, sameLook, searchOf, type ListSearch } from './looks';
import { SavedViews, ViewDropped } from './SavedViews';

const get = vi.spyOn(api, 'get');
const post = vi.spyOn(api, 'post');
const put = vi.spyOn(api, 'put');

beforeAll(async () => {
  await i18next.use(initReactI18next).init({ lng: 'zh-CN', defaultNS: 'common', nsSeparator: ':', keySeparator: false, interpolation: { prefix: '{', suffix: '}', escapeValue: false }, resources: { 'zh-CN': { common, list } } });
});

beforeEach(() => {
  cleanup();
  queryClient.clear();
  for (const call of [get, post, put]) call.mockReset();
});

const mine: SavedView = { id: 'V1', name: '急的', shared: false, owner: { id: 'li', name: '李' }, look: { scope: 'mine', sort: ['-amount'] }, rev: 4, mine: true, can: true, dropped: [] };
const theirs: SavedView = { ...mine, id: 'V2', name: '都看', shared: true, owner: { id: 'wang', name: '王' }, look: { where: 'open' }, mine: false, can: false };

function open(search: ListSearch, stale = false) {
  get.mockResolvedValue({ items: [mine, theirs], next: '' });
  const onChange = vi.fn();
  render(
    <QueryClientProvider client={queryClient}>
      <ConfigProvider button={{ autoInsertSpace: false }}>
        <SavedViews app="b2b" form="deal" views={[]} search={search} stale={stale} onChange={onChange} />
      </ConfigProvider>
    </QueryClientProvider>,
  );
  return onChange;
}

it('is the same look there and back', () => {
  const search = { f: '[]', where: 'a', title: 't', view: 'v', scope: 'mine', q: 'x', sort: '-a,b', columns: 'title,a' };
  expect(searchOf(lookOf(search))).toEqual(search);
  expect(lookOf({ q: '', sort: '', saved: 'V1' })).toEqual({});
  expect(sameLook({ scope: 'mine', sort: [] }, { scope: 'mine' })).toBe(true);
  expect(sameLook({ scope: 'mine' }, {})).toBe(false);
});

it('shows a kept view as it was kept', async () => {
  const onChange = open({ q: '别的' });
  fireEvent.mouseDown(await screen.findByRole('combobox', { name: '视图' }));
  fireEvent.click(await screen.findByText('都看 · 王'));
  expect(onChange).toHaveBeenCalledWith({ ...searchOf({ where: 'open' }), saved: 'V2' });
});

it('keeps what is shown once, though the answer was lost', async () => {
  const onChange = open({ q: '华东', sort: 'title' });
  fireEvent.click(screen.getByRole('button', { name: '保存视图' }));
  fireEvent.change(await screen.findByLabelText('视图的名字'), { target: { value: ' 华东的 ' } });
  post.mockRejectedValueOnce(new TypeError('lost')).mockResolvedValueOnce({ ...mine, id: 'V3' });
  fireEvent.click(screen.getByRole('button', { name: '保存' }));
  await screen.findByRole('alert');
  await waitFor(() => expect(screen.getByRole('button', { name: /保存$/ }).className).not.toContain('loading'));
  fireEvent.click(screen.getByRole('button', { name: /保存$/ }));
  await waitFor(() => expect(onChange).toHaveBeenCalledWith({ q: '华东', sort: 'title', saved: 'V3' }));
  expect(post.mock.calls[1]?.[1]).toEqual({ name: '华东的', shared: false, look: { q: '华东', sort: ['title'] } });
  expect(post.mock.calls[0]).toEqual(post.mock.calls[1]);
});

it('says that a view was changed, and changes it as it was seen', async () => {
  const onChange = open({ scope: 'mine', saved: 'V1' });
  fireEvent.click(await screen.findByRole('button', { name: '视图已改动' }));
  put.mockResolvedValueOnce({ ...mine, rev: 5 });
  fireEvent.click(await screen.findByRole('checkbox', { name: '共享给使用这个应用的人' }));
  fireEvent.click(screen.getByRole('button', { name: '更新这个视图' }));
  await waitFor(() => expect(onChange).toHaveBeenCalledWith({ scope: 'mine', saved: 'V1' }));
  expect(put.mock.calls[0]).toEqual(['/apps/b2b/forms/deal/views/V1', { name: '急的', shared: true, look: { scope: 'mine' } }, { ifMatch: 4 }]);
});

it('says what is gone from a view, and keeps it without', async () => {
  const cut: SavedView = { ...mine, dropped: [{ what: 'filter', name: 'stage' }, { what: 'sort', name: { 'zh-CN': '金额', en: 'Amount' } }, { what: 'sort', name: { 'zh-CN': '金额', en: 'Amount' } }] };
  get.mockResolvedValueOnce({ items: [cut, { ...cut, ...theirs, dropped: cut.dropped }] }).mockResolvedValueOnce({ items: [mine] });
  const page = (saved: string | undefined) => (
    <QueryClientProvider client={queryClient}>
      <ViewDropped app="b2b" form="deal" search={{ saved }} />
    </QueryClientProvider>
  );
  const { rerender } = render(page('V2'));
  const words = '这个视图里有的内容已经不在，或者你不能按它查，已略去：筛选“阶段”、排序“金额”。';
  expect((await screen.findByRole('status')).textContent).toBe(words);
  rerender(page(undefined));
  expect(screen.queryByRole('status')).toBeNull();
  rerender(page('V1'));
  put.mockResolvedValueOnce(mine);
  fireEvent.click(screen.getByRole('button', { name: '按现在的样子保存' }));
  await waitFor(() => expect(screen.queryByRole('status')).toBeNull());
  expect(put.mock.calls).toEqual([['/apps/b2b/forms/deal/views/V1', { name: '急的', shared: false, look: mine.look }, { ifMatch: 4 }]]);
});

it('puts an address from before a release into the words of its view', async () => {
  const onChange = open({ sort: '-sum', saved: 'V1' }, true);
  await waitFor(() => expect(onChange).toHaveBeenCalledWith({ ...searchOf(mine.look), saved: 'V1' }));
  expect(onChange).toHaveBeenCalledTimes(1);
  cleanup();
  // What is as it was kept is left alone, and so is an address of no view.
  const same = open({ scope: 'mine', sort: '-amount', saved: 'V1' }, true);
  await screen.findByRole('combobox', { name: '视图' });
  expect(same).not.toHaveBeenCalled();
});
