import { expect, test } from 'vitest';
import type { EventItem } from '@/api/types';
import { withFormer } from './told';

const event = (seq: number, type: string, changes: Record<string, unknown>) =>
  ({ seq, type, at: '2026-01-01T00:00:00Z', text: '', changes: Object.entries(changes).map(([field, to]) => ({ field, name: field, from: null, to })) }) as EventItem;
const former = (items: EventItem[], whole: boolean) => withFormer(items, whole).map((e) => e.changes?.map((c) => c.from));

test('says of a change what it took the place of', () => {
  const items = [event(5, 'changed', { name: 'C', note: 'x' }), event(4, 'roundOpened', { name: 'asked for' }), event(3, 'changed', { name: 'B' }), event(1, 'imported', { name: 'A' })];
  expect(former(items, true)).toEqual([['B', null], ['B'], ['A'], [null]]);
});

test('says nothing of what is further back than the entries here', () => {
  expect(former([event(9, 'changed', { name: 'C' }), event(8, 'changed', { name: 'B' })], false)).toEqual([['B'], [undefined]]);
});
