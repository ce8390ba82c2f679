import { expect, test } from 'vitest';
import type { Field } from '@/model/definition';
import type { Reach } from './client';
import { takeLocal, takeSections, takeStates } from './merge';

const reach: Reach = { values: ['total', 'extra', 'lines.net'], visible: ['extra'], required: ['extra'], readOnly: [], sections: ['more'], server: ['rate'] };
const fields: Field[] = [
  { key: 'qty', type: 'number' },
  { key: 'rate', type: 'number', calc: 'account.rate' },
  { key: 'extra', type: 'number', visibleIf: 'qty > 1', whenHidden: 'clear' },
  { key: 'total', type: 'number', calc: 'qty * 2' },
  {
    key: 'lines',
    type: 'table',
    fields: [
      { key: 'product', type: 'reference', form: 'product' },
      { key: 'net', type: 'number', calc: '1' },
    ],
  },
];
const state = { visible: true, required: false, readOnly: false };

test('takes what is computed here and keeps the rest', () => {
  const screen = { qty: '12.', rate: '7', extra: '5', total: '0', lines: [{ product: { id: 'p', title: 'P' }, net: '0' }] };
  const answer = { data: { total: '24', lines: [{ product: { id: 'p' }, net: '1' }] }, fields: { extra: state }, sections: {}, problems: [] };
  expect(takeLocal(fields, screen, answer, reach)).toEqual({ qty: '12.', rate: '7', extra: '5', total: '24', lines: [{ product: { id: 'p', title: 'P' }, net: '1' }] });
  const hidden = { ...answer, fields: { extra: { ...state, visible: false } } };
  expect(takeLocal(fields, screen, hidden, reach).extra).toBeUndefined();
});

test('what is left to the server keeps the value it last gave', () => {
  const screen = { qty: '2', rate: '7' };
  expect(takeLocal(fields, screen, { data: { qty: '2', rate: '0', total: '4' }, fields: {}, sections: {}, problems: [] }, reach)).toMatchObject({ rate: '7', total: '4' });
});

test('rows that were added or removed meanwhile are left alone', () => {
  const screen = { lines: [{ net: '0' }, { net: '0' }] };
  expect(takeLocal(fields, screen, { data: { lines: [{ net: '1' }] }, fields: {}, sections: {}, problems: [] }, reach).lines).toBe(screen.lines);
});

test('states: what is evaluated here shows at once, what only the server knows stays', () => {
  const server = { extra: { ...state, required: true }, qty: { ...state, readOnly: true } };
  const found = { extra: { ...state, visible: false }, qty: { ...state, visible: false }, unknown: state };
  expect(takeStates(server, found, reach)).toEqual({ extra: { visible: false, required: false, readOnly: false }, qty: { ...state, readOnly: true } });
  expect(takeSections({ more: { visible: true }, other: { visible: true } }, { more: { visible: false }, other: { visible: false } }, reach)).toEqual({ more: { visible: false }, other: { visible: true } });
});
