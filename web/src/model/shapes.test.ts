import { expect, test } from 'vitest';
import { membersOf } from './shapes';

test('a sample is taken apart into members with the places they stand at', () => {
  const sample = { ID: 7, data: { order_no: 'A1', paid: true, day: '2026-11-28', at: '2026-11-28T10:00:00+08:00', note: null, lines: [{ sku: 'x' }, { sku: 'y', qty: 2, tags: ['a'] }] }, order_no: 'B', tags: ['a'], 'odd key': 1, none: [] };
  expect(membersOf(sample)).toEqual([
    { key: 'id', type: 'number', from: 'ID' },
    { key: 'orderNo', type: 'text', from: 'data.order_no' },
    { key: 'paid', type: 'bool', from: 'data.paid' },
    { key: 'day', type: 'date', from: 'data.day' },
    { key: 'at', type: 'datetime', from: 'data.at' },
    { key: 'note', type: 'text', from: 'data.note' },
    { key: 'lines', type: 'table', from: 'data.lines', fields: [{ key: 'sku', type: 'text' }, { key: 'qty', type: 'number' }] },
    { key: 'value1', type: 'text', from: 'order_no' },
  ]);
  expect(membersOf({ id: 1 }, ['id'])[0]?.key).toBe('value1');
  expect([membersOf([1, 2]), membersOf('x'), membersOf(null)]).toEqual([[], [], []]);
});
