import { expect, test } from 'vitest';
import type { Definition, Print } from '@/model/definition';
import { blocksFromHTML, cellsOf, fieldOf, firstBlocks, newBlock } from './blocks';

const def: Definition = {
  spec: 'pipewright/1',
  key: 'a',
  name: 'A',
  forms: [
    { key: 'account', name: 'Account', fields: [{ key: 'address', type: 'address', name: 'Address' }] },
    {
      key: 'order',
      name: 'Order',
      number: { pattern: 'D{seq:4}' },
      fields: [
        { key: 'account', type: 'reference', form: 'account', name: 'Account' },
        { key: 'note', type: 'longtext', name: 'Note' },
        { key: 'lines', type: 'table', name: 'Lines', fields: [{ key: 'what', type: 'text', name: 'What' }, { key: 'qty', type: 'number', name: 'Qty' }, { key: 'net', type: 'money', name: 'Net', calc: 'qty * 2' }] },
        { key: 'total', type: 'money', name: 'Total', calc: 'sum(lines, .net)' },
      ],
    },
  ],
};
const form = def.forms?.[1];
const print = (body: Print['body'], css?: string): Print => ({ key: 'p', form: 'order', name: 'P', ...(body === undefined ? {} : { body }), ...(css ? { css } : {}) });

test('a first paper has the fields, each table with its sums, and the total in capitals', () => {
  if (!form) throw new Error('no form');
  expect(firstBlocks(form)).toEqual([
    { key: 'b1', kind: 'heading', text: 'Order', align: 'center' },
    { key: 'b2', kind: 'fields', cells: [{ value: 'number' }, { value: 'account' }] },
    { key: 'b3', kind: 'table', rows: 'lines', numbered: true, cells: [{ value: 'what' }, { value: 'qty' }, { value: 'net', sum: true }] },
    { key: 'b4', kind: 'amount', value: 'total', words: 'beside', align: 'right' },
    { key: 'b5', kind: 'fields', across: 1, cells: [{ value: 'note' }] },
  ]);
});

test('a new block takes a key of its own and what the form offers', () => {
  const words = { heading: 'H', text: 'T', us: 'Us', them: 'Them' };
  expect(newBlock('table', form, [{ key: 'b', kind: 'line' }], (s) => s, words)).toEqual({ key: 'b2', kind: 'table', rows: 'lines', numbered: true, cells: cellsOf(form?.fields[2]) });
  expect(fieldOf(def, form, undefined, 'account.address')?.name).toBe('Address');
});

test('HTML becomes blocks that say the same, and what no block can say stays HTML', () => {
  const html = (head: string, what: string) =>
    `<h1>${head}</h1>\n<p>{{ number }}</p><p><b>{{ total }}</b> !</p><p class="r" data-if="total > 1">x</p>
    <table><tr><th>#</th><th>${what}</th><th class="r">Q</th></tr><tr data-each="lines"><td>{{ rowNumber }}</td><td>{{ what }}</td><td class="r">{{ qty }}</td></tr></table>
    <p style="color:red">odd</p><p>a <span data-if="total > 1">b</span></p><hr>`;
  expect(blocksFromHTML(def, print({ 'zh-CN': html('单', '货'), en: html('Order', 'Item') }, '.r { text-align: right } h1 { color: red }'))).toEqual([
    { key: 'b1', kind: 'heading', text: { 'zh-CN': '单', en: 'Order' } },
    { key: 'b2', kind: 'text', text: '{{ number }}\n**{{ total }}** !' },
    { key: 'b3', kind: 'text', text: 'x', align: 'right', if: 'total > 1' },
    { key: 'b4', kind: 'table', rows: 'lines', numbered: true, cells: [{ value: 'what', name: { 'zh-CN': '货', en: 'Item' } }, { value: 'qty', name: 'Q' }] },
    { key: 'b5', kind: 'html', html: '<p style="color:red">odd</p>' },
    { key: 'b6', kind: 'html', html: '<p>a <span data-if="total > 1">b</span></p>' },
    { key: 'b7', kind: 'line' },
  ]);
});

test('HTML is not taken apart where its languages differ, or nothing is gained', () => {
  expect(blocksFromHTML(def, print({ 'zh-CN': '<p>a</p><p>b</p>', en: '<p>a</p>' }))).toBeUndefined();
  expect(blocksFromHTML(def, print({ 'zh-CN': '<p class="x">a</p>', en: '<p class="x">b</p>' }))).toBeUndefined();
  expect(blocksFromHTML(def, print(undefined))).toBeUndefined();
});
