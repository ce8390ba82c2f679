import { expect, test } from 'vitest';
import { boundText, readBounds } from './bounds';

test('bounds are read as people write them, each once and ascending', () => {
  expect(readBounds(['50,000', '1万', '１００', '10000', '-0.5', '15%', '1.1亿'])).toEqual({ bounds: [-0.5, 0.15, 100, 10000, 50000, 110000000], wrong: [] });
  expect(readBounds(['1,00', 'x', '1e3', '', '9999999999999999', '12'])).toEqual({ bounds: [12], wrong: ['1,00', 'x', '1e3', '', '9999999999999999'] });
});

test('a bound is written so that it is read again', () => {
  for (const [bound, percent, text] of [[10000, false, '10,000'], [-1234567.25, false, '-1,234,567.25'], [0.07, true, '7%'], [0.125, true, '12.5%'], [0, false, '0']] as const) {
    expect(boundText(bound, percent)).toBe(text);
    expect(readBounds([text]).bounds).toEqual([bound]);
  }
});
