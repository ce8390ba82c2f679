// @vitest-environment node
import { expect, test } from 'vitest';
import type { Rule } from '@/model/definition';
import { movedColumn, withColumn, withoutColumn } from './columns';

const table: Pick<Rule, 'in' | 'out' | 'rows'> = {
  in: [{ key: 'a' }, { key: 'b' }],
  out: [{ key: 'x', type: 'text' }],
  rows: [{ if: ['1', '2'], then: ["'p'"], note: 'n' }, { if: ['3'], then: ["'q'"] }],
};

test('columns take their cells along', () => {
  expect(movedColumn(table, 'in', 0, 1)).toEqual({ in: [{ key: 'b' }, { key: 'a' }], rows: [{ if: ['2', '1'], then: ["'p'"], note: 'n' }, { if: ['', '3'], then: ["'q'"] }] });
  expect(withoutColumn(table, 'in', 0)).toEqual({ in: [{ key: 'b' }], rows: [{ if: ['2'], then: ["'p'"], note: 'n' }, { if: [''], then: ["'q'"] }] });
  expect(withColumn(table, 'in', { key: 'c' }).rows?.map((r) => r.if)).toEqual([['1', '2', ''], ['3', '', '']]);
});

test('a new text result is an empty text, and results can be taken out', () => {
  const wider = { ...table, ...withColumn(table, 'out', { key: 'y', type: 'text' }) };
  expect(wider.rows?.map((r) => r.then)).toEqual([["'p'", "''"], ["'q'", "''"]]);
  expect(withoutColumn(wider, 'out', 0)).toEqual({ out: [{ key: 'y', type: 'text' }], rows: [{ if: ['1', '2'], then: ["''"], note: 'n' }, { if: ['3'], then: ["''"] }] });
});
