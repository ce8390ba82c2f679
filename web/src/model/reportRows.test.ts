// @vitest-environment node
import { describe, expect, test } from 'vitest';
import { lexicaOf } from './formula/lexicon';
import { toNames } from './formula/names';
import { CHINESE } from './formula/sample';
import { seenAt } from './formula/seen';
import type { Definition, Report } from './definition';
import { behind, countedOf } from './reportRows';

const report: Report = {
  key: 'r', form: 'quote', rows: 'lines', where: 'open', group: [{ by: 'row.product' }, { by: 'owner' }],
  measures: [
    { key: 'n', name: 'N', count: true, where: 'row.qty > 1' }, { key: 'net', name: 'Net', sum: 'row.net', where: "stage == 'won'" }, { key: 'arrow', count: true, where: 'arrow.qty > 1' },
    { key: 'share', ratio: { part: 'n', whole: 'arrow' } },
  ],
};

describe('a report of rows', () => {
  test('leaves behind what only its rows have when it is of records', () => {
    expect(countedOf(report, undefined)).toEqual({
      key: 'r', form: 'quote', where: 'open', group: [{ by: 'owner' }],
      measures: [{ key: 'n', name: 'N', count: true }, { key: 'net', count: true, where: "stage == 'won'" }, { key: 'arrow', count: true, where: 'arrow.qty > 1' }, { key: 'share', ratio: { part: 'n', whole: 'arrow' } }],
    });
    expect(countedOf({ key: 'r', form: 'quote', group: [{ by: 'row.product' }] }, undefined)).toEqual({ key: 'r', form: 'quote' });
  });
  test('keeps how its records are grouped, and sums nothing of theirs', () => {
    expect(countedOf({ key: 'r', form: 'quote', group: [{ by: 'owner' }], measures: [{ key: 'a', name: 'Amount', sum: 'amount' }] }, 'lines')).toEqual({
      key: 'r', form: 'quote', rows: 'lines', group: [{ by: 'owner' }], measures: [{ key: 'a', count: true }],
    });
  });
  test.each([
    ['of records', [undefined, true, { where: 'owner == "a"' }, { where: 'won' }], ['owner == "a"', 'won', undefined]],
    ['of records without groups', [undefined, false, undefined, undefined], [undefined, undefined, undefined]],
    ['of rows grouped by what records have', ['lines', true, { where: 'owner == "a"' }, undefined], ['owner == "a"', undefined, 'any(lines, true)']],
    ['of rows grouped by a column', ['lines', true, { ofRow: '.kind == "a"' }, { ofRow: '.qty > 1 or .gift' }], [undefined, undefined, 'any(lines, (.kind == "a") and (.qty > 1 or .gift))']],
    ['of all rows that a figure counts', ['lines', false, {}, { ofRow: '.qty > 1' }], [undefined, undefined, 'any(lines, .qty > 1)']],
    ['of a group that nothing tells of', ['lines', true, {}, { ofRow: '.qty > 1' }], undefined],
  ] as [string, Parameters<typeof behind>, ReturnType<typeof behind>][])('opens the records behind a figure %s', (_, args, where) => {
    expect(behind(...args)).toEqual(where);
  });
  test('sees the row in its figures, and there alone', () => {
    const def: Definition = {
      spec: 'pipewright/1', key: 'x', name: 'X', reports: [report, { key: 'p', process: 'quote', rows: 'lines', measures: [] }, { key: 'q', form: 'quote', measures: [] }],
      forms: [{ key: 'quote', name: '报价', fields: [{ key: 'lines', type: 'table', name: '明细', fields: [{ key: 'qty', type: 'number', name: '数量' }] }] }],
      processes: [{ key: 'quote', form: 'quote', name: '报价', start: 's', stages: [] }],
    };
    const at = ['reports', 0, 'measures', 0, 'where'];
    expect(toNames('row.qty > 1', lexicaOf(def, { form: 'quote', seen: seenAt(def, at) }, CHINESE))).toContain('数量');
    expect(Object.keys(seenAt(def, ['reports', 1, 'measures', 0, 'where']))).toEqual(['row']);
    expect(seenAt(def, ['reports', 0, 'where'])).toEqual({});
    expect(seenAt(def, ['reports', 2, 'measures', 0, 'where'])).toEqual({});
  });
});
