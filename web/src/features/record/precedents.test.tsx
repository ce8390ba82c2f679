import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { fireEvent, render, screen } from '@testing-library/react';
import { Suspense } from 'react';
import { expect, test, vi } from 'vitest';
import { api } from '@/api/client';
import type { RecordFull } from '@/api/types';
import { PrecedentsCard } from './Precedents';

const record = { id: 'DEAL-1', open: true, stage: 'talk', checklist: [{ key: 'visit', done: false }, { key: 'demo', done: true }] } as unknown as RecordFull;
const told = {
  enough: true, least: 10, good: 'won', won: 42, other: 18, here: '12.4', at: '2026-11-27T19:00:00.000Z', since: '2024-11-27T19:00:00.000Z', records: 61,
  ways: [{ to: 'offer', name: 'Offer', n: 31, took: { n: 31, median: '5', most: '8' } }, { to: 'sign', name: 'Sign', n: 6, took: null }],
  wonTook: { n: 42, median: '5', most: '9' }, otherTook: null,
  habits: [
    { kind: 'checklist', key: 'visit', name: 'Visit', won: 30, wonOf: 42, other: 2, otherOf: 18 }, { kind: 'checklist', key: 'demo', name: 'Demo', won: 30, wonOf: 42, other: 2, otherOf: 18 },
  ],
};

function show(data: unknown, of = record) {
  vi.spyOn(api, 'get').mockResolvedValue(data);
  return render(
    <QueryClientProvider client={new QueryClient()}>
      <Suspense>
        <PrecedentsCard record={of} />
      </Suspense>
    </QueryClientProvider>,
  );
}

test('it tells where the won ones went on to, that this one is late, and what it has not done', async () => {
  show(told);
  expect(await screen.findByText('past.ended.won')).toBeTruthy();
  expect(screen.getByText('Offer')).toBeTruthy();
  expect(screen.getByText('past.long.won').className).toBe('warn');
  expect(screen.getByText('Visit')).toBeTruthy();
  expect(screen.queryByText('Demo')).toBeNull(); // done here
  expect(screen.queryByText('past.counted.won')).toBeNull();
  fireEvent.click(screen.getByRole('button'));
  expect(screen.getByText('past.counted.won')).toBeTruthy();
});

test('of too few nothing is shown, and of a closed record nothing is asked', async () => {
  const { container } = show({ enough: false, least: 10, won: 0, other: 0, ways: [], habits: [], wonTook: null, otherTook: null });
  await vi.waitFor(() => expect(api.get).toHaveBeenCalled());
  expect(container.textContent).toBe('');
  vi.mocked(api.get).mockClear();
  show(told, { ...record, open: false });
  expect(api.get).not.toHaveBeenCalled();
});
