import { QueryClientProvider } from '@tanstack/react-query';
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from '@tanstack/react-router';
import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/react';
import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { api } from '@/api/client';
import { queryClient } from '@/api/queries';
import type { RecordItem } from '@/api/types';
import common from '@/locales/zh-CN/common.json';
import list from '@/locales/zh-CN/list.json';
import { BulkButtons } from './BulkButtons';

const post = vi.spyOn(api, 'post');

beforeAll(async () => {
  await i18next.use(initReactI18next).init({ lng: 'zh-CN', defaultNS: 'common', nsSeparator: ':', keySeparator: false, interpolation: { prefix: '{', suffix: '}', escapeValue: false }, resources: { 'zh-CN': { common, list } } });
});

beforeEach(() => {
  cleanup();
  post.mockReset();
});

it('presses a button on the records chosen once, says what became of each, and keeps the refused chosen', async () => {
  const onChosen = vi.fn();
  const chosen = [{ id: 'A', title: '甲' }, { id: 'B', title: '乙' }] as unknown as RecordItem[];
  const page = () => <BulkButtons app="shop" buttons={[{ key: 'push', form: 'order', name: '推送 ERP' }]} chosen={chosen} onChosen={onChosen} onDone={() => undefined} />;
  const router = createRouter({ routeTree: createRootRoute({ component: page }), history: createMemoryHistory() });
  render(
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router as never} />
    </QueryClientProvider>,
  );
  fireEvent.click(await screen.findByRole('button', { name: '推送 ERP' }));
  const dialog = within(await screen.findByRole('dialog'));
  expect(post).not.toHaveBeenCalled();

  // The answer is lost; sent again, it is the same operation.
  post.mockRejectedValueOnce(new TypeError('lost'));
  fireEvent.click(dialog.getByRole('button', { name: '推送 ERP' }));
  await dialog.findByRole('alert');
  post.mockResolvedValueOnce({ items: [{ id: 'A', ok: true, error: null }, { id: 'B', ok: false, error: { code: 'button.notNow', message: '条件不满足' } }] });
  const again = dialog.getByRole('button', { name: /推送 ERP$/ });
  await waitFor(() => expect(again.className).not.toContain('loading')); // it takes no click before
  fireEvent.click(again);
  await dialog.findByText('条件不满足');
  expect(dialog.getByRole('status').textContent).toBe('1 条已开始，1 条被拒绝。');
  await waitFor(() => expect(onChosen).toHaveBeenCalledWith(['B']));
  for (const call of post.mock.calls) expect(call.slice(0, 2)).toEqual(['/apps/shop/buttons/push', { ids: ['A', 'B'] }]);
  expect(post).toHaveBeenCalledTimes(2);
  expect(post.mock.calls[0]?.[2]).toEqual(post.mock.calls[1]?.[2]);
});
