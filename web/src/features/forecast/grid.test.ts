import { describe, expect, it } from 'vitest';
import { moveBy, parseBlock, parseFigure } from './grid';

describe('parseFigure', () => {
  it.each([
    ['1,200,000.50', '1200000.5'],
    ['¥ 120万', '1200000'],
    ['1.25萬', '12500'],
    ['0.00001万', '0.1'],
    ['３００', '300'],
    ['3k', '3000'],
    ['12.00', '12'],
    ['007', '7'],
    ['.5', '0.5'],
    ['1亿', '100000000'],
    ['120元', '120'],
    ['', ''],
    [' – ', ''],
    ['99999999999999999999.01', '99999999999999999999.01'],
    ['1e5', null],
    ['-3', null],
    ['1.2.3', null],
    ['abc', null],
    ['.', null],
  ])('%s', (text, want) => {
    expect(parseFigure(text)).toBe(want);
  });
});

describe('parseBlock', () => {
  it.each([
    ['1\t2\r\n3\t4\r\n', [['1', '2'], ['3', '4']]],
    ['1', [['1']]],
    ['1\t\t3', [['1', '', '3']]],
    ['"1,000"\t"a\nb""c"', [['1,000', 'a\nb"c']]],
    ['', []],
    ['1\n\n2', [['1'], [''], ['2']]],
  ])('%j', (text, want) => {
    expect(parseBlock(text)).toEqual(want);
  });
});

describe('moveBy', () => {
  const inside = { start: false, end: false };
  it.each([
    ['ArrowUp', false, [1, 1], inside, [0, 1]],
    ['ArrowUp', false, [0, 1], inside, undefined],
    ['Enter', false, [1, 1], inside, [2, 1]],
    ['Enter', true, [1, 1], inside, [0, 1]],
    ['Enter', false, [2, 1], inside, undefined],
    ['ArrowLeft', false, [1, 1], inside, undefined],
    ['ArrowLeft', false, [1, 1], { start: true, end: false }, [1, 0]],
    ['ArrowRight', false, [1, 2], { start: true, end: true }, undefined],
    ['a', false, [1, 1], { start: true, end: true }, undefined],
  ] as const)('%s %s %j %j', (key, shift, at, caret, want) => {
    expect(moveBy(key, shift, [...at], [3, 3], caret)).toEqual(want);
  });
});
