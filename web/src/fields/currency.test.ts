import { expect, test } from 'vitest';
import type { Form } from '@/model/definition';
import { currencyOf, inCurrency, varies } from './currency';

const form: Form = {
  key: 'deal', name: 'Deal', currency: 'cur',
  fields: [
    { key: 'cur', type: 'select', options: 'money' }, { key: 'amount', type: 'money' }, { key: 'cost', type: 'money', currency: 'EUR' },
    { key: 'lines', type: 'table', fields: [{ key: 'price', type: 'money' }, { key: 'qty', type: 'number' }] },
  ],
};

test('the currency of a record goes over to its amounts, in tables too, and leaves those that name their own', () => {
  const cny = (amount: string) => ({ amount, currency: 'CNY' });
  const data = { cur: 'USD', amount: cny('1.50'), cost: { amount: '2.00', currency: 'EUR' }, lines: [{ price: cny('3.00'), qty: '2' }, { qty: '1' }] };
  expect(inCurrency(form, data, 'USD')).toEqual({
    cur: 'USD', amount: { amount: '1.50', currency: 'USD' }, cost: { amount: '2.00', currency: 'EUR' }, lines: [{ price: { amount: '3.00', currency: 'USD' }, qty: '2' }, { qty: '1' }],
  });
  expect(data.amount.currency).toBe('CNY');
  expect(form.fields.map((f) => varies(form, f))).toEqual([false, true, false, false]);
  expect(currencyOf(form, data, 'CNY')).toBe('USD');
  expect(currencyOf(form, { cur: null }, 'CNY')).toBe('CNY');
  expect(currencyOf({ key: 'x', name: 'X', fields: [] }, data, 'CNY')).toBe('CNY');
});
