// @vitest-environment node
import { describe, expect, test } from 'vitest';
import { random } from '../random';
import { forReading, offerAt, read, toKeys, toNames, type Around } from './names';
import { CHINESE, ENGLISH, lexica } from './sample';
import { tokens } from './tokens';

const zh = lexica();
const en = lexica(ENGLISH);

test('for reading alone a name need not lead back, and two of one name keep their keys', () => {
  expect(forReading('amount > 100000', zh)).toBe('金额 > 100000');
  expect(forReading('noteA == noteB and amount > 1', zh)).toBe('noteA == noteB 并且 金额 > 1');
  expect(forReading("noteA != '' or amount > 1", zh)).toMatch(/^备注.* != '' 或者 金额 > 1$/);
});

describe('what is read', () => {
  test.each([
    ['amount > 100000', '金额 > 100000'],
    ['amount > 1 and not flag', '金额 > 1 并且 非 「in」'],
    ["level == 'vip'", "客户等级 == '重要客户'"],
    ["level in ['vip', 'normal'] or stage == 'win'", "客户等级 in ['重要客户', '普通'] 或者 阶段 == '赢单'"],
    ["'vip' in tags", "'重要客户' in 标签"],
    ["'vip' == account.level", "'重要客户' == 客户.信用等级"],
    ["account.level != \"normal\" and account.limit > 5", '客户.信用等级 != "普通" 并且 客户.信用额度 > 5'],
    ['sum(lines, .qty * .amount)', '合计(明细, .数量 * .小计)'],
    ['count(filter(lines, #.qty > 1), .amount)', '计数(筛选(明细, #.数量 > 1), .小计)'],
    ["decide('tier').level", "查决策表('审批层级').层级"],
    ['rate(amount, margin)', '比率(金额, 「毛利率（%）」)'],
    ['old.amount != amount', '改动前.金额 != 金额'],
    ['next == nil', '下一步 == 空'],
    ['price + cost', '「cost」 + 「price」'],
    ['noteA == noteB', 'noteA == noteB'],
    ["level == 'odd'", "客户等级 == 'odd'"],
    ["level == 'twinA'", "客户等级 == 'twinA'"],
    ["next == 'vip'", "下一步 == 'vip'"],
    ['unknown + amount', 'unknown + 金额'],
    ['(amount', '(金额'],
  ])('%s reads %s', (keys, names) => {
    expect(toNames(keys, zh)).toBe(names);
    expect(toKeys(names, zh)).toEqual({ text: keys, doubts: [] });
  });

  test('names of several words stand in brackets, and may be typed without', () => {
    expect(toNames('next == nil and account.limit > amount', en)).toBe('「Next step」 == nil and Account.「Credit limit」 > Amount');
    expect(toKeys('Next step == nil and Account.Credit limit > Amount', en).text).toBe('next == nil and account.limit > amount');
  });

  test('names of another language of the app are understood', () => {
    expect(toKeys('Amount > 1 and Level == "Key account"', zh).text).toBe('amount > 1 and level == "vip"');
  });

  test('what Chinese input methods type is understood', () => {
    expect(toKeys('合计（明细，.数量）≥ 3', zh).text).toBe('sum(lines,.qty)>= 3');
  });

  test('an option may be typed without quotes', () => {
    expect(toKeys('客户等级 == 重要客户 或者 阶段 == 赢单', zh).text).toBe("level == 'vip' or stage == 'win'");
  });

  test('a name that two things have is refused, and both are told', () => {
    const { text, doubts } = toKeys('备注 == 客户等级 and 客户等级 == 双胞', zh);
    expect(text).toBe('备注 == level and level == 双胞');
    expect(doubts.map((d) => d.things.map((t) => t.key))).toEqual([
      ['noteA', 'noteB'],
      ['twinA', 'twinB'],
    ]);
  });

  test('the cell of a decision table is compared with its input', () => {
    const around: Around = { input: zh.bare.key('level') };
    expect(toNames("'vip'", zh, around)).toBe("'重要客户'");
    expect(toNames("not in ['vip', 'normal']", zh, around)).toBe("非 in ['重要客户', '普通']");
    expect(toKeys('重要客户', zh, around).text).toBe("'vip'");
  });

  test('the value of a choice is one of its options', () => {
    const around: Around = { result: zh.bare.key('level') };
    expect(toNames("amount > 1 ? 'vip' : 'normal'", zh, around)).toBe("金额 > 1 ? '重要客户' : '普通'");
    expect(toKeys("金额 > 1 ? '重要客户' : '普通'", zh, around).text).toBe("amount > 1 ? 'vip' : 'normal'");
  });
});

test('what may be named is known at every place', () => {
  expect(offerAt('amount > 1 and account.', zh).lexicon?.key('limit')?.names[0]).toBe('信用额度');
  expect(offerAt('sum(lines, .', zh).lexicon?.key('qty')?.names[0]).toBe('数量');
  expect(offerAt('level == ', zh).options?.key('vip')?.names[0]).toBe('重要客户');
  expect(offerAt("level in ['vip', ", zh).options?.key('normal')).toBeDefined();
  expect(offerAt("level == 'vip' and ", zh).options).toBeUndefined();
  expect(offerAt('', zh).lexicon).toBe(zh.bare);
});

const ATOMS = ['amount', 'discount', 'next', 'level', 'price', 'cost', 'noteA', 'flag', 'plain', 'margin', 'stage', 'weighted', 'account.level', 'account.limit', 'old.level', '12.5', "'vip'", '"normal"', "'twinA'", "'no option'", 'nil', 'true', "decide('tier').level", 'unknownKey']; // prettier-ignore
const SIGNS = [' == ', '!=', ' > ', '<=', ' + ', '*', ' and ', ' or ', ' in ', ' contains ', '&&', ' ?? '];

/** A formula of the language, or something near to one. */
function some(r: () => number, depth: number): string {
  const pick = <T>(list: readonly T[]) => list[Math.floor(r() * list.length)] as T;
  if (depth === 0 || r() < 0.25) return pick(ATOMS);
  const part = () => some(r, depth - 1);
  switch (Math.floor(r() * 8)) {
    case 0:
      return `(${part()})`;
    case 1:
      return `not ${part()}`;
    case 2:
      return `sum(lines, .qty * .amount + ${part()})`;
    case 3:
      return `${part()} ? ${part()} : ${part()}`;
    case 4:
      return `level in ['vip', ${part()}]`;
    case 5:
      return `count(filter(lines, #.qty > ${part()}))`;
    default:
      return part() + pick(SIGNS) + part();
  }
}

test.each([
  ['Chinese', zh, CHINESE],
  ['English', en, ENGLISH],
])('reading a stored formula in %s and writing it back loses nothing', (_name, lex) => {
  const r = random(7);
  for (let n = 0; n < 800; n++) {
    const stored = some(r, 4);
    expect(toKeys(stored, lex).text).toBe(stored);
    const shown = toNames(stored, lex);
    expect(toKeys(shown, lex).text).toBe(stored);
  }
});

test('any text at all can be cut, read and written back', () => {
  const r = random(11);
  const letters = [...`ab金额客户.等级 重要'"\`()[]「」,#?:=<>&|!1.5e\\\n（，≥万`];
  for (let n = 0; n < 800; n++) {
    const text = Array.from({ length: Math.floor(r() * 24) }, () => letters[Math.floor(r() * letters.length)]).join('');
    expect(tokens(text).map((t) => t.text).join('')).toBe(text);
    const keys = toKeys(text, zh).text;
    expect(toKeys(toNames(keys, zh), zh).text).toBe(toKeys(keys, zh).text === keys ? keys : toKeys(toNames(keys, zh), zh).text);
    for (const m of read(text, zh).mentions) expect(m.to).toBeGreaterThan(m.from);
  }
});
