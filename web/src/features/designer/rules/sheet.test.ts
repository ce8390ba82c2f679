// @vitest-environment node
import { expect, test } from 'vitest';
import { random } from '@/model/random';
import { between, cellAt, formatTsv, inside, moved, parseTsv, paste } from './sheet';

test('what spreadsheets copy is read', () => {
  expect(parseTsv('a\tb\r\nc\t\r\n')).toEqual([['a', 'b'], ['c', '']]);
  expect(parseTsv('"two\nlines"\t"say ""hi"""')).toEqual([['two\nlines', 'say "hi"']]);
  expect(parseTsv('"vip" or x\t"A"')).toEqual([['"vip" or x', 'A']]);
  expect(parseTsv('')).toEqual([['']]);
});

test('a block copied is the same block pasted', () => {
  const r = random(4);
  const letters = ['a', '"', '\t', '\n', ' ', '金', '>', "'"];
  for (let n = 0; n < 500; n++) {
    const width = 1 + Math.floor(r() * 3);
    const block = Array.from({ length: 1 + Math.floor(r() * 3) }, () =>
      Array.from({ length: width }, () => Array.from({ length: Math.floor(r() * 4) }, () => letters[Math.floor(r() * letters.length)]).join('')),
    );
    // A last row of one empty cell is what a line break at the end means.
    if (width === 1 && block.at(-1)?.[0] === '') continue;
    expect(parseTsv(formatTsv(block))).toEqual(block);
  }
});

test('a block goes in from a cell on, and adds the rows it needs', () => {
  const rows = [{ if: ['> 1'], then: ["'a'", '1'], note: 'kept' }];
  const shape = { ins: 1, outs: 2 };
  const out = paste(rows, shape, { row: 0, column: 1 }, [["'b'", '2', 'left out'], ["'c'"]]);
  expect(out).toEqual([
    { if: ['> 1'], then: ["'b'", '2'], note: 'kept' },
    { if: [''], then: ["'c'", ''] },
  ]);
  expect(rows[0]?.then).toEqual(["'a'", '1']);
  expect(cellAt(out, shape, { row: 0, column: 2 })).toBe('2');
  expect(cellAt(out, shape, { row: 9, column: 0 })).toBe('');
});

test('keys move within the table, and Tab leaves it at its ends', () => {
  expect(moved({ row: 0, column: 0 }, 'ArrowUp', false, 2, 3)).toEqual({ row: 0, column: 0 });
  expect(moved({ row: 0, column: 2 }, 'Tab', false, 2, 3)).toEqual({ row: 1, column: 0 });
  expect(moved({ row: 1, column: 2 }, 'Tab', false, 2, 3)).toBeUndefined();
  expect(moved({ row: 0, column: 0 }, 'Tab', true, 2, 3)).toBeUndefined();
  expect(moved({ row: 0, column: 1 }, 'Enter', false, 2, 3)).toEqual({ row: 1, column: 1 });
  const { from, to } = between({ row: 2, column: 0 }, { row: 0, column: 1 });
  expect(inside({ row: 1, column: 1 }, from, to)).toBe(true);
  expect(inside({ row: 1, column: 2 }, from, to)).toBe(false);
});
