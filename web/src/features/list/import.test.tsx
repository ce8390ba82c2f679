import { QueryClientProvider } from '@tanstack/react-query';
import { fireEvent, render, screen, waitFor } from '@testing-library/react';
import { ConfigProvider } from 'antd';
import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { beforeAll, expect, it, vi } from 'vitest';
import { api } from '@/api/client';
import { queryClient } from '@/api/queries';
import type { ImportState } from '@/api/types';
import common from '@/locales/zh-CN/common.json';
import list from '@/locales/zh-CN/list.json';
import { ImportButton } from './ImportButton';

beforeAll(async () => {
  await i18next.use(initReactI18next).init({ lng: 'zh-CN', defaultNS: 'common', nsSeparator: ':', keySeparator: false, interpolation: { prefix: '{', suffix: '}', escapeValue: false }, resources: { 'zh-CN': { common, list } } });
});

it('leads back to what one brought before, to take it back', async () => {
  const one: ImportState = { id: 'IM1', name: '客户.xlsx', at: '2026-11-27T02:00:00Z', state: 'done', rows: 3, done: 3, created: 2, updated: 0, failed: 1, undone: 0, problems: [] };
  const get = vi.spyOn(api, 'get').mockImplementation((path: string) => Promise.resolve(path.startsWith('/imports/') ? one : { items: [one], next: '' }) as never);
  const post = vi.spyOn(api, 'post').mockResolvedValue({});
  render(
    <ConfigProvider button={{ autoInsertSpace: false }}>
      <QueryClientProvider client={queryClient}>
        <ImportButton app="b2b" form="account" onDone={vi.fn()} />
      </QueryClientProvider>
    </ConfigProvider>,
  );
  fireEvent.click(screen.getByRole('button', { name: '导入' }));
  fireEvent.click(await screen.findByRole('button', { name: '客户.xlsx' }));
  expect(get.mock.calls[0]?.[0]).toBe('/apps/b2b/forms/account/imports');
  fireEvent.click(await screen.findByRole('button', { name: '撤销这次导入' }));
  await waitFor(() => expect(post).toHaveBeenCalledWith('/imports/IM1/undo'));
});
