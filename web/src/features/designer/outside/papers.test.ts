import { expect, test } from 'vitest';
import type { Form } from '@/model/definition';
import { askable, firstBody, showable } from './papers';

const form: Form = {
  key: 'order',
  name: { 'zh-CN': '订单', en: 'Order <1>' },
  number: { pattern: 'DD{seq:4}' },
  fields: [
    { key: 'name', type: 'text', name: 'Name' },
    { key: 'account', type: 'reference', form: 'account', name: 'Account' },
    { key: 'paper', type: 'attachment', name: 'Paper' },
    { key: 'lines', type: 'table', name: 'Lines', fields: [{ key: 'what', type: 'text', name: 'What' }, { key: 'net', type: 'money', name: 'Net' }] },
    { key: 'refs', type: 'table', name: 'Refs', fields: [{ key: 'to', type: 'reference', form: 'order', name: 'To' }] },
    { key: 'total', type: 'money', calc: 'sum(lines, .net)', name: 'Total' },
  ],
};

test('a first body has the fields in a table, and each table row by row', () => {
  const body = firstBody(form, 'en');
  expect(body).toContain('<h1>Order &lt;1&gt; {{ number }}</h1>');
  expect(body).toContain('<tr><th>Account</th><td>{{ account }}</td></tr>');
  expect(body).toContain('<tr data-each="lines"><td>{{ rowNumber }}</td><td>{{ what }}</td><td class="right">{{ net }}</td></tr>');
  expect(body).not.toContain('paper');
});

test('what a stranger may be asked, and what a customer may be shown', () => {
  expect(askable(form, false).map((f) => f.key)).toEqual(['name', 'lines']);
  expect(askable(form, true).map((f) => f.key)).toEqual(['name', 'paper', 'lines']);
  expect(showable(form).map((x) => x.key)).toEqual(['name', 'account', 'lines.what', 'lines.net', 'refs.to', 'total']);
});
