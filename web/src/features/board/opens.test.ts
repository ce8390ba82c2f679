import { expect, test } from 'vitest';
import { opensOn } from './opens';

test('a board opens where the work is, or where one was', () => {
  const columns = [{ stage: 'new', count: 0 }, { stage: 'quote', count: 2 }, { stage: 'won', count: 1 }];
  expect(opensOn(columns, '')).toBe('quote');
  expect(opensOn(columns, 'won')).toBe('won');
  expect(opensOn(columns, 'new')).toBe('new');
  expect(opensOn(columns, 'gone')).toBe('quote');
  expect(opensOn(columns.slice(0, 1), '')).toBe('new');
  expect(opensOn([], 'won')).toBe('');
});
