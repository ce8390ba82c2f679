// @vitest-environment node
import { expect, test } from 'vitest';
import { sittings, type Point } from './points';

const point = (rev: number, minute: number, user: string): Point => ({
  rev,
  savedAt: new Date(Date.UTC(2026, 10, 28, 8, minute)).toISOString(),
  savedBy: { id: user, name: user },
  digest: String(rev),
});

test('saves of one person without a pause are one sitting', () => {
  const points = [point(6, 40, 'ann'), point(5, 39, 'ann'), point(4, 38, 'bob'), point(3, 20, 'bob'), point(2, 19, 'bob'), point(1, 1, 'bob')];
  expect(sittings(points).map((s) => s.points.map((p) => p.rev))).toEqual([[6, 5], [4], [3, 2], [1]]);
  expect(sittings([])).toEqual([]);
});
