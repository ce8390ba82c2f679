// @vitest-environment node
import { expect, test } from 'vitest';
import type { Definition, Rule } from '@/model/definition';
import { DEFINITION, lexica } from '@/model/formula/sample';
import { benchOf, fieldsOf } from './bench';

const table: Rule = {
  key: 'tier',
  form: 'deal',
  kind: 'table',
  hit: 'unique',
  in: [{ key: 'amount' }, { key: 'level' }],
  out: [{ key: 'who', type: 'text' }],
  rows: [
    { if: ['> 100', ''], then: ["'ceo'"] },
    { if: ['<= 100', "'vip'"], then: ["'self'"] },
  ],
};

test('the results and rows of a table are fields that the browser computes', () => {
  const def: Definition = { ...DEFINITION, rules: [table] };
  const bench = benchOf(def, table, ['amount']);
  expect(bench.results).toEqual([{ field: 'benchResult0', key: 'who', type: 'text' }]);
  expect(bench.parts).toEqual(['benchPart0', 'benchPart1']);
  const fields = bench.definition.forms?.find((f) => f.key === 'deal')?.fields ?? [];
  expect(fields.find((f) => f.key === 'benchResult0')?.calc).toBe("decide('tier').who");
  expect(bench.definition.rules?.find((r) => r.key === 'benchRow1')).toMatchObject({ in: table.in, rows: [{ if: ['<= 100', "'vip'"], then: ['true'] }] });
  // The definition itself stays as it is.
  expect(def.rules).toHaveLength(1);
  expect(def.forms?.find((f) => f.key === 'deal')?.fields.some((f) => f.key.startsWith('bench'))).toBe(false);
});

test('a computed field that is typed is computed no more', () => {
  const def: Definition = {
    ...DEFINITION,
    forms: DEFINITION.forms?.map((f) => ({ ...f, fields: f.fields.map((x) => (x.key === 'amount' ? { ...x, calc: 'plain * 2', visibleIf: 'flag' } : x)) })) ?? [],
  };
  const amount = (typed: string[]) => benchOf(def, table, typed).definition.forms?.[0]?.fields.find((f) => f.key === 'amount');
  expect(amount([])).toHaveProperty('calc');
  expect(amount(['amount'])).not.toHaveProperty('calc');
  expect(amount(['amount'])).not.toHaveProperty('visibleIf');
});

test('what decides a rule can be typed', () => {
  expect(fieldsOf(DEFINITION, table, lexica()).map((f) => f.key)).toEqual(['amount', 'level']);
  const score: Rule = { key: 's', form: 'deal', kind: 'scorecard', items: [{ key: 'a', points: 1, if: "discount > 0.1 and account.limit > 3" }, { key: 'b', points: 2 }] };
  expect(fieldsOf(DEFINITION, score, lexica()).map((f) => f.key)).toEqual(['discount']);
  expect(benchOf(DEFINITION, score, []).parts).toHaveLength(2);
});
