import { QueryClientProvider } from '@tanstack/react-query';
import { fireEvent, render, screen, waitFor, within } from '@testing-library/react';
import { Suspense, type ReactNode } from 'react';
import { beforeEach, expect, test, vi } from 'vitest';
import { api } from '@/api/client';
import { guideQuery, type Guide } from '@/api/guide';
import { meQuery, queryClient } from '@/api/queries';
import { FirstSteps } from './FirstSteps';

vi.mock('@tanstack/react-router', async (original) => ({
  ...(await original<object>()),
  Link: ({ to, params, children }: { to: string; params?: Record<string, string>; children: ReactNode }) => <a href={Object.entries(params ?? {}).reduce((at, [key, value]) => at.replace(key === '_splat' ? /\$$/ : `$${key}`, value), to)}>{children}</a>,
}));

const guide: Guide = {
  away: false,
  steps: [
    { key: 'create', taken: '2026-11-27T02:00:00.000Z', app: 'b2b', of: 'deal' }, { key: 'move', taken: null, app: 'b2b', of: 'board' }, { key: 'told', taken: null }, { key: 'publish', taken: null, app: 'b2b' },
  ],
};

beforeEach(() => {
  queryClient.clear();
  queryClient.setQueryData(meQuery().queryKey, { apps: [], user: {}, company: {}, can: {} } as never);
});

function show(data: Guide) {
  vi.spyOn(api, 'get').mockResolvedValue(data);
  queryClient.setQueryData(guideQuery().queryKey, data);
  return render(
    <QueryClientProvider client={queryClient}>
      <Suspense>
        <FirstSteps />
      </Suspense>
    </QueryClientProvider>,
  );
}

test('each step leads to where it is taken, and only the server ticks it', () => {
  show(guide);
  expect(screen.getAllByRole('link').map((a) => a.getAttribute('href'))).toEqual(['/a/b2b/new/deal', '/a/b2b/board/board', '/profile', '/design/b2b/publish']);
  const items = screen.getAllByRole('listitem');
  expect(items.map((li) => li.className)).toEqual(['taken', 'next', '', '']);
  expect(within(items[0]!).getByText('taken')).toBeTruthy();
  fireEvent.click(screen.getAllByRole('link')[1]!);
  expect(screen.getAllByRole('listitem')[1]!.className).toBe('next');
});

test('it is put away at the server, and is then gone', async () => {
  const put = vi.spyOn(api, 'put').mockResolvedValue({ ...guide, away: true });
  show(guide);
  fireEvent.click(screen.getByRole('button'));
  await waitFor(() => expect(screen.queryByRole('list')).toBeNull());
  expect(put).toHaveBeenCalledWith('/guide', { away: true });
});

test('who has no steps, or has put them away, sees none', () => {
  const { unmount } = show({ away: false, steps: [] });
  expect(screen.queryByRole('region')).toBeNull();
  unmount();
  show({ ...guide, away: true });
  expect(screen.queryByRole('region')).toBeNull();
});
