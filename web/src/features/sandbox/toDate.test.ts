import { expect, test } from 'vitest';
import { instantIn } from '@/ui/format';

test('a wall time is an instant in the zone of the app', () => {
  expect(instantIn('Asia/Shanghai', '2026-12-03 09:00')).toBe('2026-12-03T01:00:00.000Z');
  expect(instantIn('America/New_York', '2026-12-03 09:00')).toBe('2026-12-03T14:00:00.000Z');
  expect(instantIn('UTC', '2026-03-01 00:05')).toBe('2026-03-01T00:05:00.000Z');
});
