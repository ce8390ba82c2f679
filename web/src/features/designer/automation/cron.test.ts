// @vitest-environment node
import { expect, test } from 'vitest';
import { readCron } from './cron';

test('what has a sentence of its own is read', () => {
  expect(readCron('0 9 * * 1-5')).toEqual({ kind: 'workdays', time: '9:00' });
  expect(readCron('30 8 * * *')).toEqual({ kind: 'daily', time: '8:30' });
  expect(readCron(' 5  18 * *  7')).toEqual({ kind: 'weekly', time: '18:05', day: 0 });
  expect(readCron('0 9 1 * *')).toEqual({ kind: 'monthly', time: '9:00', day: 1 });
  expect(readCron('15 * * * *')).toEqual({ kind: 'hourly', minute: 15 });
});

test('what has none is left to its fields', () => {
  for (const spec of ['', '0 9', '*/5 * * * *', '0 9 * 1 *', '0 9 1 * 1', '0 9 32 * *', '60 9 * * *', '0 24 * * *', '0 9 * * 8', '0 9 * * 1,3', '0 9 * * * *', 'x']) expect(readCron(spec)).toBeUndefined();
});
