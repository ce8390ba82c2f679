import { expect, it } from 'vitest';
import type { Happening } from '@/api/sandbox';
import { together } from './together';

it('makes one line of what happened again and again with nothing in between', () => {
  const look = (at: string, error?: string): Happening => ({ at, kind: 'reclaim', name: 'Sea', ...(error ? { error } : {}) });
  const due: Happening = { at: '2', kind: 'timer', timer: 'due', record: 'a' };
  expect(together([look('5'), look('4'), look('3'), due, look('1'), look('0', 'failed')])).toEqual([
    { last: look('5'), times: 3, first: '3' },
    { last: due, times: 1, first: '2' },
    { last: look('1'), times: 1, first: '1' },
    { last: look('0', 'failed'), times: 1, first: '0' },
  ]);
});
