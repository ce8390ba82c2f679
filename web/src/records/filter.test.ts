import { describe, expect, test } from 'vitest';
import type { Form } from '@/model/definition';
import { clauseExpression, filterables, readClauses, whereOf, writeClauses, type Clause, type Filterable } from './filter';

describe('clauseExpression', () => {
  const cases: [string, Clause, Filterable['type'], string | undefined][] = [
    ['amount at least', { field: 'amount', op: 'atLeast', value: '50000' }, 'money', 'amount >= 50000'],
    ['amount not a number', { field: 'amount', op: 'atLeast', value: '5 or true' }, 'money', undefined],
    ['text with quote', { field: 'name', op: 'contains', value: "O'Neil \\ co" }, 'text', "name contains 'O\\'Neil \\\\ co'"],
    ['number is', { field: 'qty', op: 'is', value: '3' }, 'number', 'qty == 3'],
    ['text is', { field: 'name', op: 'is', value: '3' }, 'text', "name == '3'"],
    ['one stage', { field: 'stage', op: 'in', value: ['won'] }, 'stage', "stage == 'won'"],
    ['two stages', { field: 'stage', op: 'in', value: ['won', 'lost'] }, 'stage', "stage in ['won', 'lost']"],
    ['no stage yet', { field: 'stage', op: 'in', value: [] }, 'stage', undefined],
    ['date from', { field: 'closeDate', op: 'from', value: '2026-10-01' }, 'date', "closeDate >= date('2026-10-01')"],
    ['instant to', { field: 'createdAt', op: 'to', value: '2026-10-01' }, 'date', "createdAt <= datetime('2026-10-01 23:59:59')"],
    ['mine', { field: 'owner', op: 'me', value: '' }, 'user', 'owner == me'],
    ['empty', { field: 'amount', op: 'empty', value: '' }, 'money', 'amount == nil'],
    ['not ticked', { field: 'ok', op: 'false', value: '' }, 'bool', 'ok != true'],
  ];
  test.each(cases)('%s', (_, clause, type, want) => {
    expect(clauseExpression(clause, type)).toBe(want);
  });
});

test('rows and a given expression are joined, an alternative keeps its brackets', () => {
  const list: Filterable[] = [{ key: 'amount', type: 'money' }];
  expect(whereOf([{ field: 'price', op: 'atLeast', value: '1' }, { field: 'price', op: 'notEmpty', value: '' }], [{ key: 'price', type: 'money', base: true }])).toBe('base(price) >= 1 and price != nil');
  expect(whereOf([{ field: 'amount', op: 'atLeast', value: '1' }, { field: 'gone', op: 'empty', value: '' }], list, ["stage == 'a' or open", undefined])).toBe(
    "(stage == 'a' or open) and amount >= 1",
  );
});

test('a column of a table is asked of some row', () => {
  const form: Form = {
    key: 'quote', name: 'Quote',
    fields: [
      { key: 'client', name: 'Client', type: 'reference', form: 'account' },
      { key: 'lines', name: 'Lines', type: 'table', fields: [{ key: 'product', name: 'Product', type: 'text' }, { key: 'item', name: 'Item', type: 'reference' }, { key: 'memo', name: 'Memo', type: 'longtext' }, { key: 'qty', name: 'Qty', type: 'number' }] },
    ],
  };
  const list = filterables(form, undefined);
  expect(list.map((f) => f.key)).toEqual(['owner', 'client', 'lines.product', 'lines.item', 'lines.qty', 'createdAt', 'updatedAt']);
  const clauses: Clause[] = [{ field: 'lines.product', op: 'contains', value: 'x' }, { field: 'lines.qty', op: 'atLeast', value: '3' }, { field: 'lines.item', op: 'is', value: ['id1', 'Bolt'] }, { field: 'client', op: 'empty', value: '' }];
  expect(whereOf(clauses, list)).toBe("any(lines, .product contains 'x') and any(lines, .qty >= 3) and any(lines, .item == 'id1') and client == nil");
  expect(whereOf([{ field: 'lines.net', op: 'atLeast', value: '3' }], [{ key: 'lines.net', type: 'money', base: true }])).toBe('any(lines, base(.net) >= 3)');
});

test('rows survive the address', () => {
  const clauses: Clause[] = [{ field: 'stage', op: 'in', value: ['a', 'b'] }, { field: 'name', op: 'contains', value: '"x"' }];
  expect(readClauses(writeClauses(clauses))).toEqual(clauses);
  for (const bad of ['', 'no', '{}', '[1]', '[["a"]]', '[["a","is",{}]]']) expect(readClauses(bad)).toEqual([]);
});
