import { QueryClientProvider, useQuery } from '@tanstack/react-query';
import { cleanup, render, screen } from '@testing-library/react';
import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { afterEach, beforeAll, expect, it, vi } from 'vitest';
import { ApiError } from '@/api/client';
import { queryClient, standing } from '@/api/queries';
import common from '@/locales/zh-CN/common.json';
import { ErrorBox } from './States';

beforeAll(async () => {
  await i18next.use(initReactI18next).init({ lng: 'zh-CN', defaultNS: 'common', keySeparator: false, resources: { 'zh-CN': { common } } });
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

it('says calmly that a column is being built, and asks again until it is there', async () => {
  vi.useFakeTimers();
  const ask = vi.fn<() => Promise<string>>();
  for (let n = 0; n < 5; n++) ask.mockRejectedValueOnce(new ApiError(409, 'index.building', '正在准备'));
  ask.mockResolvedValue('十条记录');
  function List() {
    const query = useQuery({ queryKey: ['built'], queryFn: ask });
    const { wrong, pending } = standing(query);
    return <>{wrong ? <ErrorBox error={wrong} /> : pending ? '空' : query.data}</>;
  }
  const { container } = render(
    <QueryClientProvider client={queryClient}>
      <List />
    </QueryClientProvider>,
  );
  for (let n = 0; n < 4; n++) {
    await vi.advanceTimersByTimeAsync(3000);
    expect(screen.getByRole('status').textContent).toBe('正在准备');
    expect(screen.queryByRole('alert')).toBeNull();
  }
  await vi.advanceTimersByTimeAsync(6000);
  expect(container.textContent).toBe('十条记录');
});
