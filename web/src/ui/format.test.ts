import { describe, expect, test } from 'vitest';
import { addDecimals, daysBetween, groupDigits, percent, percentOf, roundDecimal, shiftDecimal, shortAmount, wallClock } from './format';

test.each([
  ['1234567.80', '1,234,567.80'], ['-12', '−12'], ['0', '0'], ['999', '999'], ['1000', '1,000'],
])('groupDigits %s', (given, want) => expect(groupDigits(given)).toBe(want));

test.each<[string, number, string]>([
  ['1.005', 2, '1.01'], ['-1.005', 2, '-1.01'], ['0.004', 2, '0.00'], ['-0.004', 2, '0.00'], ['12', 2, '12.00'], ['9.99', 1, '10.0'], ['123456789012345678.5', 0, '123456789012345679'],
])('roundDecimal %s to %i', (given, places, want) => expect(roundDecimal(given, places)).toBe(want));

test.each<[string, number, string]>([
  ['0.167', 2, '16.7'], ['16.7', -2, '0.167'], ['20', -2, '0.2'], ['-5', -2, '-0.05'], ['0', 2, '0'], ['0.30', 2, '30'], ['1', 4, '10000'],
])('shiftDecimal %s by %i', (given, shift, want) => expect(shiftDecimal(given, shift)).toBe(want));

test('sums are exact', () => {
  expect(addDecimals(['0.1', '0.2'])).toBe('0.3');
  expect(addDecimals(['256000.00', '88000.00', '-0.01'])).toBe('343999.99');
  expect(addDecimals([])).toBe('0');
});

test('percent and shares', () => {
  expect(percent('0.1')).toBe('10%');
  expect(percentOf('600000.00', 65)).toBe('390000.00');
  expect(percentOf('0.33', 50)).toBe('0.17');
});

describe('shortAmount', () => {
  test.each<[string, string, string]>([
    ['440000.00', 'zh-CN', '44.0万'], ['2358000.00', 'zh-CN', '235.8万'], ['0', 'zh-CN', '0'], ['123456789', 'zh-CN', '1.23亿'], ['360000', 'zh-TW', '36.0萬'], ['-30.00', 'zh-CN', '−30'], ['9999.50', 'zh-CN', '9,999.50'], ['12.5', 'zh-CN', '12.5'], ['3.5000', 'zh-CN', '3.5'], ['10000', 'zh-CN', '1.0万'],
    ['440000.00', 'en', '440.0K'], ['1250000', 'en', '1.25M'], ['999.50', 'en', '999.50'],
  ])('%s in %s', (amount, language, want) => expect(shortAmount(amount, language).join('')).toBe(want));
});

test('wall clock and days', () => {
  expect(wallClock('2026-11-23T16:30:00.000Z', 'Asia/Shanghai')).toEqual({ date: '2026-11-24', time: '00:30' });
  expect(daysBetween('2026-02-27', '2026-03-01')).toBe(2);
});
