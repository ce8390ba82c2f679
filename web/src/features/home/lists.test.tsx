import { QueryClientProvider } from '@tanstack/react-query';
import { fireEvent, render, screen, within } from '@testing-library/react';
import { Suspense, type ReactNode } from 'react';
import { beforeEach, expect, test, vi } from 'vitest';
import { api } from '@/api/client';
import { guideQuery } from '@/api/guide';
import { homeQuery, meQuery, modelQuery, queryClient } from '@/api/queries';
import { Lists } from './HomePage';

vi.mock('@tanstack/react-router', async (original) => ({ ...(await original<object>()), Link: ({ children }: { children: ReactNode }) => <a href="/">{children}</a> }));

const model = {
  app: 'shop', create: [], edit: {}, export: [], import: [], delete: [],
  definition: { key: 'shop', forms: [{ key: 'box', name: '包裹', fields: [] }], processes: [{ key: 'box', form: 'box', stages: [{ key: 'pay', name: '收银' }], transitions: [] }] },
};
const box = { id: 'BOX-1', app: 'shop', form: 'box', title: '何珊的包裹', stage: 'pay', owner: 'rep.li', updatedAt: '2026-11-28T05:00:00Z', data: {} };

beforeEach(() => {
  queryClient.clear();
  vi.spyOn(api, 'get').mockImplementation(() => new Promise(() => {}));
  queryClient.setQueryData(meQuery().queryKey, { apps: [{ key: 'shop', release: 1 }], user: { id: 'rep.chen' }, company: {}, can: {}, now: '2026-11-28T06:00:00Z' } as never);
  queryClient.setQueryData(modelQuery('shop').queryKey, model as never);
  queryClient.setQueryData(['users'], [{ id: 'rep.li', name: '李雷', active: true }]);
  queryClient.setQueryData(guideQuery().queryKey, { away: true, steps: [] });
});

function show(more: object) {
  queryClient.setQueryData(homeQuery().queryKey, { tasks: [], due: [], idle: [], next: [], recent: [], counts: {}, ...more } as never);
  return render(
    <QueryClientProvider client={queryClient}>
      <Suspense>
        <Lists />
      </Suspense>
    </QueryClientProvider>,
  );
}

test('what comes to me next says with whom it is, and is not missed where nothing does', () => {
  const { unmount } = show({ next: [box] });
  const next = screen.getByRole('region', { name: 'next' });
  expect(within(next).getByText('何珊的包裹')).toBeTruthy();
  expect(next.textContent).toContain('收银 · 李雷');
  unmount();
  show({});
  expect(screen.queryByRole('region', { name: 'next' })).toBeNull();
});

test('a figure leads to what it counts', () => {
  show({ due: [{ ...box, dueAt: '2026-11-28T07:00:00Z' }] });
  const due = screen.getByRole('region', { name: 'due' });
  due.scrollIntoView = vi.fn();
  fireEvent.click(screen.getAllByRole('link', { name: 'toSection' })[2]!);
  expect(due.scrollIntoView).toHaveBeenCalled();
  expect(document.activeElement).toBe(due);
});
