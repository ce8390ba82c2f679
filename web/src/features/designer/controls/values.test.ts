import { describe, expect, it } from 'vitest';
import type { Chain, Definition } from '@/model/definition';
import { formatDuration, parseDuration, UNITS } from '@/model/duration';
import { sample } from '@/model/sample';
import { deciding, firstValue, readValue, shiftDecimal } from '../approval/Preview';
import { placeOfProblem } from './FormulaSlot';

describe('durations', () => {
  it.each([
    ['P3BD', { n: 3, unit: 'BD' }],
    ['P10D', { n: 10, unit: 'D' }],
    ['PT8BH', { n: 8, unit: 'BH' }],
    ['PT30M', { n: 30, unit: 'M' }],
    ['P1DT2H', undefined],
    ['P', undefined],
    ['3 days', undefined],
  ])('%s', (text, want) => {
    expect(parseDuration(text)).toEqual(want);
  });
  it('writes what it reads', () => {
    for (const unit of UNITS.filter((u) => u !== 'W')) expect(parseDuration(formatDuration(12, unit))).toEqual({ n: 12, unit });
  });
});

describe('values typed into the preview', () => {
  it.each([
    ['money', '60万', { amount: '600000', currency: 'CNY' }],
    ['money', '1,234.50', { amount: '1234.5', currency: 'CNY' }],
    ['money', '0.5萬', { amount: '5000', currency: 'CNY' }],
    ['percent', '24%', '0.24'],
    ['percent', '7.5％', '0.075'],
    ['number', '-12', '-12'],
    ['number', '12 pieces', undefined],
    ['text', ' 华东 ', '华东'],
    ['money', '', undefined],
  ] as const)('%s %s', (type, text, want) => {
    expect(readValue({ key: 'x', type }, text, 'CNY')).toEqual(want);
  });
  it.each([
    ['5', -2, '0.05'],
    ['0.05', 2, '5'],
    ['123456789012345.67', 4, '1234567890123456700'],
    ['-1.5', -3, '-0.0015'],
    ['000', 0, '0'],
  ])('shifts %s by %d', (text, places, want) => {
    expect(shiftDecimal(text, places)).toBe(want);
  });
});

it('puts a problem under its word', () => {
  expect(placeOfProblem('a + amonut', { line: 1, col: 5 })).toEqual({ from: 4, to: 10 });
  expect(placeOfProblem('a\n+ b', { line: 2, col: 3 })).toEqual({ from: 4, to: 5 });
  expect(placeOfProblem('', { line: 1, col: 1 })).toEqual({ from: 0, to: 1 });
  expect(placeOfProblem('a', { line: 9, col: 9 })).toEqual({ from: 1, to: 2 });
});

describe('what a chain asks of the preview', () => {
  const def: Definition = {
    ...sample,
    rules: [{ key: 'level', form: 'deal', kind: 'expression', value: 'discount > 0.3 ? 2 : 1' }],
    approvals: [{ ...(sample.approvals?.[0] as Chain), skipIf: 'level == 1' }],
  };
  const chain = def.approvals?.[0] as Chain;
  it('asks for the fields its conditions read, also by way of a rule', () => {
    expect(deciding(def, chain, 'deal').map((f) => f.key)).toEqual(['amount', 'discount']);
  });
  it('begins above the highest limit', () => {
    expect(firstValue(chain, { key: 'amount', type: 'money' })).toBe('600000');
    expect(firstValue(sample.approvals?.[0] as Chain, { key: 'discount', type: 'percent' })).toBe('12%');
    expect(firstValue(chain, { key: 'name', type: 'text' })).toBe('');
  });
});
