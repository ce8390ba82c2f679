import { expect, test } from 'vitest';
import { runsOf, twelfths, twoColumns } from './layout';

test('tiles fill every row', () => {
  for (const most of [4, 2]) {
    for (let n = 1; n <= 13; n++) {
      const widths = twelfths(n, most);
      expect(widths).toHaveLength(n);
      let row = 0;
      for (const w of widths) {
        expect(w).toBeGreaterThanOrEqual(12 / most);
        row += w;
        expect(row).toBeLessThanOrEqual(12);
        if (row === 12) row = 0;
      }
      expect(row).toBe(0);
    }
  }
});

test('two columns end together, without a hole between cards', () => {
  const gap = 10;
  const heights = [100, 300, 120, 40, 500, 60];
  const slots = twoColumns(heights, gap);
  for (const column of [0, 1]) {
    let end = 0;
    for (const s of slots.filter((x) => x.column === column)) {
      expect(s.top).toBe(end);
      end = s.top + s.height + gap;
    }
    expect(end).toBe(Math.max(...slots.map((s) => s.top + s.height + gap)));
  }
  expect(slots.map((s, i) => s.height >= (heights[i] ?? 0)).every(Boolean)).toBe(true);
});

test('cards keep their order', () => {
  expect(runsOf([1, 2, 11, 12, 3], (n) => n < 10).map((r) => r.cards)).toEqual([[1, 2], [11, 12], [3]]);
});
