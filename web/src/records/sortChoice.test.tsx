import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { afterEach, beforeAll, expect, it, vi } from 'vitest';
import common from '@/locales/zh-CN/common.json';
import list from '@/locales/zh-CN/list.json';
import type { Form } from '@/model/definition';
import { titleIs, type Model } from './model';
import { SortChoice } from './SortChoice';

beforeAll(async () => {
  await i18next.use(initReactI18next).init({ lng: 'zh-CN', defaultNS: 'common', nsSeparator: ':', keySeparator: false, interpolation: { prefix: '{', suffix: '}', escapeValue: false }, resources: { 'zh-CN': { common, list } } });
});
afterEach(cleanup);

const form = (title: string) =>
  ({
    key: 'deal', name: '商机', title,
    fields: [{ key: 'name', type: 'text', name: '名称', list: true }, { key: 'amount', type: 'money', name: '金额', sort: true }, { key: 'remark', type: 'longtext', name: '备注', list: true }, { key: 'plain', type: 'text', name: '不排' }],
  }) as unknown as Form;

function show(columns: string[], sort = '') {
  const onSort = vi.fn();
  const model = { form: () => form('{{ name }}') } as unknown as Model;
  render(<SortChoice model={model} form="deal" columns={columns} sort={sort} onSort={onSort} />);
  return onSort;
}

it('offers both ways of each column that records can be put in order by, each once', () => {
  const onSort = show(['title', 'name', 'amount', 'remark', 'plain']);
  expect(screen.getAllByRole('option').map((o) => o.textContent)).toEqual([
    '默认排序', '名称，升序', '名称，降序', '金额，升序', '金额，降序', '创建时间，升序', '创建时间，降序', '更新时间，升序', '更新时间，降序',
  ]);
  fireEvent.change(screen.getByRole('combobox', { name: '排序' }), { target: { value: '-amount' } });
  expect(onSort).toHaveBeenCalledWith('-amount');
});

it('goes back to the order that the app gives', () => {
  const onSort = show(['title', 'amount'], '-amount');
  expect(screen.getByRole<HTMLSelectElement>('combobox').value).toBe('-amount');
  fireEvent.change(screen.getByRole('combobox'), { target: { value: '' } });
  expect(onSort).toHaveBeenCalledWith('');
});

it('takes a title for a field only where it is that field and nothing else', () => {
  expect(titleIs(form('{{ name }}'))).toBe('name');
  expect(titleIs(form('{{ name }} · {{ amount }}'))).toBeUndefined();
});
