import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { api, ApiError } from '@/api/client';
import type { RecordFull } from '@/api/types';
import { forget, keep, keptOf, onOutcome, sendKept, type Kept, type Outcome } from './kept';

const post = vi.spyOn(api, 'post');
const patch = vi.spyOn(api, 'patch');
const day = 86_400_000;
const lost = () => new ApiError(0, 'network', 'network');
const record = (id: string) => ({ id, app: 'shop', form: 'order', title: id }) as RecordFull;

const kept = (id: string, part: Partial<Kept> = {}): Kept => ({ id, state: 'waiting', app: 'shop', form: 'order', title: id, data: { n: '1' }, wire: { n: '1' }, at: Date.now(), ...part });

let outcomes: Outcome[] = [];
let stop = () => {};
beforeEach(() => {
  localStorage.clear();
  forget('li');
  post.mockReset();
  patch.mockReset();
  outcomes = [];
  stop = onOutcome((o) => outcomes.push(o));
});
afterEach(() => stop());

it('is each person’s own, the oldest first, and what is broken or long forgotten is thrown away', () => {
  keep('li', kept('b', { at: Date.now() - 1000 }));
  keep('li', kept('a', { at: Date.now() - 2000 }));
  keep('chen', kept('c'));
  keep('li', kept('old', { state: 'draft', at: Date.now() - 31 * day }));
  localStorage.setItem('pipewright.kept.li.broken', '{');
  forget('li', ['nothing']);
  expect(keptOf('li').map((k) => k.id)).toEqual(['a', 'b']);
  expect(localStorage.getItem('pipewright.kept.li.broken')).toBeNull();
  expect(localStorage.getItem('pipewright.kept.li.old')).toBeNull();
  forget('li');
  expect(keptOf('li')).toEqual([]);
  expect(keptOf('chen').map((k) => k.id)).toEqual(['c']);
});

it('sends in turn under the keys it was kept with, and drafts not at all', async () => {
  keep('li', kept('one', { at: 1 }));
  keep('li', kept('two', { at: 2, record: 'R1', rev: 4 }));
  keep('li', kept('half', { at: Date.now(), state: 'draft' }));
  post.mockResolvedValue(record('N1'));
  patch.mockResolvedValue(record('R1'));
  expect(await sendKept('li', 'stale')).toBe(true);
  expect(post.mock.calls).toEqual([['/apps/shop/forms/order/records', { data: { n: '1' } }, { key: 'one' }]]);
  expect(patch.mock.calls).toEqual([['/records/R1', { data: { n: '1' } }, { key: 'two', ifMatch: 4 }]]);
  expect(outcomes.map((o) => o.record?.id)).toEqual(['N1', 'R1']);
  expect(keptOf('li').map((k) => k.id)).toEqual(['half']);
});

it.each([lost(), new ApiError(503, 'outcome.unknown', ''), new ApiError(503, 'busy', ''), new ApiError(429, 'too.many', ''), new ApiError(401, 'unauthenticated', '')])('keeps what was not answered, in its turn: $status', async (error) => {
  keep('li', kept('one', { at: 1 }));
  keep('li', kept('two', { at: 2 }));
  post.mockRejectedValueOnce(error);
  expect(await sendKept('li', 'stale')).toBe(false);
  expect(post).toHaveBeenCalledTimes(1);
  expect(keptOf('li').map((k) => [k.id, k.state])).toEqual([['one', 'waiting'], ['two', 'waiting']]);
  expect(outcomes).toEqual([]);
  post.mockResolvedValue(record('N'));
  expect(await sendKept('li', 'stale')).toBe(true);
  expect(post.mock.calls.map((c) => c[2]?.key)).toEqual(['one', 'one', 'two']);
});

it('keeps what was refused, with the reason, and goes on with the next', async () => {
  keep('li', kept('one', { at: 1 }));
  keep('li', kept('two', { at: 2 }));
  post.mockRejectedValueOnce(new ApiError(422, 'field.invalid', '电话不对', [{ path: '/data/n', code: 'format', message: '电话不对' }]));
  post.mockResolvedValueOnce(record('N2'));
  expect(await sendKept('li', 'stale')).toBe(true);
  expect(keptOf('li').map((k) => [k.id, k.state, k.message])).toEqual([['one', 'refused', '电话不对']]);
  expect(outcomes.map((o) => [o.kept.id, o.record?.id, o.details?.length])).toEqual([['one', undefined, 1], ['two', 'N2', undefined]]);
});

it('sends once at a time, and not by itself what nobody remembers any more', async () => {
  keep('li', kept('old', { at: 1, sentAt: Date.now() - 6 * day - 1000 }));
  keep('li', kept('new', { at: 2 }));
  post.mockResolvedValue(record('N'));
  await Promise.all([sendKept('li', 'stale'), sendKept('li', 'stale')]);
  expect(post.mock.calls.map((c) => c[2]?.key)).toEqual(['new']);
  expect(keptOf('li').map((k) => [k.id, k.state, k.message])).toEqual([['old', 'refused', 'stale']]);
});
