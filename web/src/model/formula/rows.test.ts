// @vitest-environment node
import { expect, test } from 'vitest';
import { random } from '../random';
import { COMPARISONS, comparisonsOf, fromRows, sortOf, thingAt, toRows, type CompareRow, type Groups, type Value } from './rows';
import { lexica } from './sample';
import { tokens, type Token } from './tokens';

const zh = lexica();

test.each([
  ['', []],
  ['amount > 100000', [[{ path: 'amount', comparison: '>', values: [{ kind: 'number', value: '100000' }] }]]],
  [
    "(level in ['vip', 'normal'] && flag) || not flag",
    [
      [
        { path: 'level', comparison: 'in', values: [{ kind: 'text', value: 'vip' }, { kind: 'text', value: 'normal' }] },
        { path: 'flag', comparison: 'yes', values: [] },
      ],
      [{ path: 'flag', comparison: 'no', values: [] }],
    ],
  ],
  ['account.limit <= amount * 2', [[{ path: 'account.limit', comparison: '<=', values: [{ kind: 'formula', source: 'amount * 2' }] }]]],
  ['next != nil and open', [[{ path: 'next', comparison: 'filled', values: [] }, { path: 'open', comparison: 'yes', values: [] }]]],
  ["tags not contains 'vip'", [[{ path: 'tags', comparison: 'not contains', values: [{ kind: 'text', value: 'vip' }] }]]],
  ['amount > -1.5', [[{ path: 'amount', comparison: '>', values: [{ kind: 'number', value: '-1.5' }] }]]],
])('%s is rows', (source, groups) => {
  expect(toRows(source, zh)).toEqual({ groups });
});

test.each([
  ['amount > 1 and (flag or open)', 'nested'],
  ['not (amount > 1)', 'not'],
  ['not amount > 1', 'not'],
  ['amount + 1 > 2', 'sum'],
  ['1 < amount', 'unknown'],
  ['sum(lines, .qty) > 3', 'call'],
  ['flag ? open : won', 'unknown'],
  ['0 < amount < 5', 'unknown'],
  ['amount < discount < 5', 'sum'],
  ['amount', 'unknown'],
  ['amount >', 'unknown'],
  ['amount > 1 /* why */ and flag', 'unknown'],
  ['amount > (1', 'unknown'],
])('%s is no rows: %s', (source, no) => {
  expect(toRows(source, zh)).toEqual({ no });
});

const PATHS = ['amount', 'next', 'level', 'tags', 'flag', 'account.limit', 'open'];
const one = <T>(r: () => number, list: readonly T[]) => list[Math.floor(r() * list.length)] as T;

function someValue(r: () => number): Value {
  const kind = Math.floor(r() * 3);
  if (kind === 0) return { kind: 'text', value: one(r, ['vip', '重要', "it's", 'a\\b', 'two\nlines', '', '"', "a' or 'b"]) };
  if (kind === 1) return { kind: 'number', value: one(r, ['0', '-3', '12.50', '100000']) };
  return { kind: 'formula', source: one(r, ['discount', 'today()', 'amount * 2', 'sum(lines, .qty)', '(flag or open)', "date('2026-01-01')"]) };
}

function someRow(r: () => number): CompareRow {
  const comparison = one(r, COMPARISONS);
  if (comparison === 'yes' || comparison === 'no') return { path: one(r, ['flag', 'open']), comparison, values: [] };
  if (comparison === 'empty' || comparison === 'filled') return { path: one(r, PATHS), comparison, values: [] };
  const several = comparison === 'in' || comparison === 'not in' ? 1 + Math.floor(r() * 3) : 1;
  return { path: one(r, PATHS), comparison, values: Array.from({ length: several }, () => someValue(r)) };
}

test('rows written as a formula are the same rows again', () => {
  const r = random(3);
  for (let n = 0; n < 500; n++) {
    const groups: Groups = Array.from({ length: Math.floor(r() * 4) }, () => Array.from({ length: 1 + Math.floor(r() * 3) }, () => someRow(r)));
    // A text with a line break is written with an escape, which the editor shows as it is written.
    const plain = groups.map((g) => g.map((x) => ({ ...x, values: x.values.filter((v) => v.kind !== 'text' || !v.value.includes('\n')) })));
    if (plain.some((g, i) => g.some((x, j) => x.values.length !== groups[i]?.[j]?.values.length))) continue;
    expect(toRows(fromRows(plain), zh)).toEqual({ groups: plain });
  }
});

/** Whether a formula of comparisons holds, worked out without the rows: each comparison is true or false by its own text. */
function holds(source: string, truth: (comparison: string) => boolean): boolean {
  const list = tokens(source).filter((t) => t.kind !== 'space');
  let i = 0;
  const or = (): boolean => {
    let it = and();
    while (list[i]?.text === 'or' || list[i]?.text === '||') {
      i++;
      const more = and();
      it = it || more;
    }
    return it;
  };
  const and = (): boolean => {
    let it = unit();
    while (list[i]?.text === 'and' || list[i]?.text === '&&') {
      i++;
      const more = unit();
      it = it && more;
    }
    return it;
  };
  const unit = (): boolean => {
    if (list[i]?.text === '(') {
      i++;
      const it = or();
      i++;
      return it;
    }
    const words: Token[] = [];
    for (let depth = 0; i < list.length; i++) {
      const t = list[i] as Token;
      if (depth === 0 && (/^(and|or|&&|\|\|)$/.test(t.text) || t.text === ')')) break;
      if (/^[([]$/.test(t.text)) depth++;
      if (/^[)\]]$/.test(t.text)) depth--;
      words.push(t);
    }
    return truth(words.map((t) => t.text.replace(/^"(.*)"$/, "'$1'")).join(' '));
  };
  return or();
}

const SAYS = ['amount > 1', 'level == "vip"', 'flag', 'not flag', "level in ['vip', 'normal']", 'next == nil', 'account.limit<=amount*2'];

function someFormula(r: () => number, depth: number): string {
  const say = one(r, SAYS);
  if (depth === 0) return say;
  const kind = Math.floor(r() * 4);
  if (kind === 0) return say;
  if (kind === 1) return `(${someFormula(r, depth - 1)})`;
  return someFormula(r, depth - 1) + one(r, [' and ', ' or ', ' && ', ' || ']) + someFormula(r, depth - 1);
}

test('a formula that becomes rows means the same when it is written again', () => {
  const r = random(5);
  let rows = 0;
  for (let n = 0; n < 1500; n++) {
    const source = someFormula(r, 3);
    const parsed = toRows(source, zh);
    if ('no' in parsed) continue;
    rows++;
    const again = fromRows(parsed.groups);
    for (let mask = 0; mask < 8; mask++) {
      const truth = (c: string) => (([...c].reduce((a, x) => a * 31 + x.charCodeAt(0), mask) >>> 3) & 1) === 1;
      expect(holds(again, truth), `${source} → ${again}`).toBe(holds(source, truth));
    }
  }
  expect(rows).toBeGreaterThan(300);
});

test('what a row may ask follows from the field', () => {
  expect(sortOf(thingAt('account.level', zh))).toBe('choice');
  expect(sortOf(thingAt('stage', zh))).toBe('choice');
  expect(comparisonsOf(thingAt('amount', zh))).toContain('>');
  expect(comparisonsOf(thingAt('flag', zh))).not.toContain('>');
  expect(thingAt('nothing.there', zh)).toBeUndefined();
});
