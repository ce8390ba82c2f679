// @vitest-environment node
import { describe, expect, test } from 'vitest';
import { lexicaOf } from './formula/lexicon';
import { toNames } from './formula/names';
import { CHINESE } from './formula/sample';
import { seenAt } from './formula/seen';
import type { Definition, Report } from './definition';
import { countedOf, opensRecords } from './reportRows';

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
    ['of records, always', [undefined, true, undefined, 'won'], true],
    ['of rows grouped by what records have', ['lines', true, 'owner == "a"', undefined], true],
    ['of rows grouped by a column', ['lines', true, undefined, undefined], false],
    ['of all rows', ['lines', false, undefined, 'won'], true],
    ['with a condition on the row', ['lines', true, 'owner == "a"', 'row.qty > 1'], false],
  ] as [string, Parameters<typeof opensRecords>, boolean][])('opens records: %s', (_, args, opens) => {
    expect(opensRecords(...args)).toBe(opens);
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
