import { afterEach, expect, test, vi } from 'vitest';
import { countKinds, runBacktest, type BackRecord, type BackResult } from './backtest';

const change = (kind: 'route' | 'due') => ({ kind, at: null, dueWas: null, dueIs: null });
const record = (id: string, ...kinds: ('route' | 'due')[]): BackRecord => ({ id, title: id, open: true, changes: kinds.map(change) });

afterEach(() => vi.unstubAllGlobals());

test('pages follow each other with the draft they began with, and add up', async () => {
  const asked: unknown[] = [];
  const pages = [
    { draft: 7, total: 3, done: 2, withheld: 0, most: 2000, items: [record('a', 'route', 'route')], next: '2|x' },
    { draft: 7, total: 3, done: 3, withheld: 1, most: 2000, items: [record('b', 'route', 'due')], next: '' },
  ];
  vi.stubGlobal('fetch', async (_: string, init: RequestInit) => {
    asked.push(JSON.parse(String(init.body)));
    return new Response(JSON.stringify(pages.shift()));
  });
  const told: BackResult[] = [];
  await runBacktest('app', 'deal', (r) => told.push(r), new AbortController().signal);
  expect(asked).toEqual([{ form: 'deal' }, { form: 'deal', after: '2|x', draft: 7 }]);
  expect(told.map((r) => [r.done, r.items.length, r.over])).toEqual([[2, 1, false], [3, 2, true]]);
  expect([...countKinds(told[1]!.items)]).toEqual([['route', 2], ['due', 1]]);
});
