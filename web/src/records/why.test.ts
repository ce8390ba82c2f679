import { expect, test } from 'vitest';
import { readable } from './Why';

const names: Record<string, string> = { lines: '明细', net: '小计', amount: '金额', status: '状态' };

test.each([
  ['sum(lines, .net)', 'sum(明细, .小计)'],
  ["status == 'amount' ? amount : 0", "状态 == 'amount' ? 金额 : 0"],
  ['amount(1) + other', 'amount(1) + other'],
])('%s reads %s', (formula, want) => expect(readable(formula, (key) => names[key])).toBe(want));
