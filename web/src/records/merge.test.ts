import { describe, expect, test } from 'vitest';
import type { Field } from '@/model/definition';
import { takeEvaluated, toWire, Wire } from './merge';
import { fieldPath, topField } from './paths';

const fields: Field[] = [
  { key: 'name', type: 'text' },
  { key: 'account', type: 'reference', form: 'account' },
  { key: 'industry', type: 'text' },
  {
    key: 'lines',
    type: 'table',
    fields: [
      { key: 'product', type: 'reference', form: 'product' },
      { key: 'spec', type: 'text' },
      { key: 'qty', type: 'number' },
      { key: 'price', type: 'money' },
      { key: 'net', type: 'money', calc: 'qty * price' },
    ],
  },
  { key: 'amount', type: 'money', calc: 'sum(lines, .net)' },
];
const none = new Set<string>();
const cny = (amount: string) => ({ amount, currency: 'CNY' });

describe('takeEvaluated', () => {
  test('takes what the server computed and filled', () => {
    const next = takeEvaluated(fields, { account: { id: 'a', title: 'A' } }, { account: { id: 'a', title: 'A' }, industry: '机械', amount: cny('0.00') }, none, new Set(['account']));
    expect(next).toMatchObject({ industry: '机械', amount: cny('0.00') });
  });

  test('keeps the titles of records that the server did not have to look at', () => {
    const local = { account: { id: 'a', title: 'A' }, lines: [{ product: { id: 'p', title: 'P' } }, { product: { id: 'q', title: 'Q' } }] };
    const next = takeEvaluated(fields, local, { account: { id: 'a' }, lines: [{ product: { id: 'p' }, qty: '2' }, { product: { id: 'r', title: 'R' } }] }, none, none);
    expect(next).toMatchObject({ account: { id: 'a', title: 'A' }, lines: [{ product: { id: 'p', title: 'P' }, qty: '2' }, { product: { id: 'r', title: 'R' } }] });
    expect(takeEvaluated(fields, local, { account: { id: 'b' } }, none, none).account).toEqual({ id: 'b' });
  });

  test('keeps a text exactly as it was typed, and takes one the rules cleared', () => {
    expect(takeEvaluated(fields, { name: 'MES 二期 ' }, { name: 'MES 二期' }, none, new Set(['name'])).name).toBe('MES 二期 ');
    expect(takeEvaluated(fields, { name: 'MES 二期' }, { name: null }, none, new Set(['name'])).name).toBeNull();
  });

  test('keeps what could not be read, to be mended, and nothing else that the answer leaves out', () => {
    const some: Field[] = [{ key: 'mobile', type: 'phone' }, { key: 'mail', type: 'email' }, { key: 'lines', type: 'table', fields: [{ key: 'code', type: 'barcode' }] }];
    const local = { mobile: '138', mail: 'li@', lines: [{ code: '12' }] };
    const touched = new Set(['mobile', 'mail', 'lines']);
    expect(takeEvaluated(some, local, { lines: [{}] }, none, touched, new Set(['mobile', 'lines[0].code']))).toEqual({ mobile: '138', mail: undefined, lines: [{ code: '12' }] });
  });

  test('keeps what changed after the request was sent', () => {
    const next = takeEvaluated(fields, { lines: [{ qty: '3' }] }, { lines: [{ qty: '2', net: cny('2.00') }] }, new Set(['lines']), new Set(['lines']));
    expect(next.lines).toEqual([{ qty: '3' }]);
  });

  test('takes computed and filled cells beside typed ones', () => {
    const local = { lines: [{ product: { id: 'p', title: 'P' }, spec: 'A ', qty: '2', price: cny('1') }] };
    const answered = { lines: [{ product: { id: 'p', title: 'P' }, spec: 'A', qty: '2', price: cny('100.00'), net: cny('200.00') }] };
    expect(takeEvaluated(fields, local, answered, none, new Set(['lines'])).lines).toEqual([
      { product: { id: 'p', title: 'P' }, spec: 'A ', qty: '2', price: cny('100.00'), net: cny('200.00') },
    ]);
  });

  test('keeps a row that was just added and that the server does not know', () => {
    expect(takeEvaluated(fields, { lines: [{}] }, {}, none, new Set(['lines'])).lines).toEqual([{}]);
  });
});

test('toWire sends the chosen fields: ids for references, no computed values, null for empty', () => {
  const data = { name: '', account: { id: 'a', title: 'A' }, lines: [{ product: { id: 'p', title: 'P' }, qty: '2', spec: '', net: cny('2.00') }], amount: cny('2.00') };
  expect(toWire(fields, data, ['name', 'account', 'lines', 'amount', 'unknown'])).toEqual({ name: null, account: 'a', lines: [{ product: 'p', qty: '2' }] });
});

test.each([
  ['/data/amount', 'amount'],
  ['/data/lines/0/price', 'lines[0].price'],
  ['/checklist/fit', undefined],
  ['/data', undefined],
])('fieldPath %s', (path, want) => expect(fieldPath(path)).toBe(want));

test('topField', () => {
  expect(topField('lines[0].price')).toBe('lines');
  expect(topField('amount')).toBe('amount');
});

test('what goes over the wire is made once: the same values give the same objects', () => {
  const fields: Field[] = [{ key: 'a', type: 'text' }, { key: 'total', type: 'number', calc: '1' }, { key: 'lines', type: 'table', fields: [{ key: 'q', type: 'number' }] }];
  const wire = new Wire(fields);
  const lines = [{ q: '1' }];
  const first = wire.of({ a: 'x', lines, total: '1' });
  expect(first).toEqual({ a: 'x', lines: [{ q: '1' }] });
  expect(wire.of({ a: 'x', lines, total: '2' })).toBe(first);
  const next = wire.of({ a: '', lines });
  expect(next).toEqual({ a: null, lines: [{ q: '1' }] });
  expect(next.lines).toBe(first.lines);
});
