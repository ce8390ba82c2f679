import { QueryClientProvider } from '@tanstack/react-query';
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { afterEach, beforeAll, expect, it, vi } from 'vitest';
import { queryClient } from '@/api/queries';
import { kindOf } from '@/fields/registry';
import common from '@/locales/zh-CN/common.json';
import record from '@/locales/zh-CN/record.json';
import { MaskedPhone } from './MaskedPhone';

const asked = vi.hoisted(() => vi.fn<(path: string, body: unknown) => Promise<unknown>>());
vi.mock('@/api/client', async (original) => {
  const client = await original<typeof import('@/api/client')>();
  return { ...client, api: { ...client.api, post: asked, get: () => new Promise(() => {}) } };
});

beforeAll(async () => {
  await i18next.use(initReactI18next).init({ lng: 'zh-CN', defaultNS: 'common', nsSeparator: ':', keySeparator: false, interpolation: { prefix: '{', suffix: '}', escapeValue: false }, resources: { 'zh-CN': { common, record } } });
});
afterEach(cleanup);

const show = (can: boolean) => {
  queryClient.setQueryData(['record', 'A-1'], { id: 'A-1', data: {}, masked: { phone: '138****8000' }, can: { reveal: can } });
  render(
    <QueryClientProvider client={queryClient}>
      <MaskedPhone recordId="A-1" field="phone" name="电话" />
    </QueryClientProvider>,
  );
};

it('shows the ends of a number, and the whole of it when one who may asks', async () => {
  asked.mockResolvedValueOnce({ value: '13800138000' });
  show(true);
  expect(screen.getByText('138****8000')).toBeTruthy();
  fireEvent.click(screen.getByRole('button', { name: '查看完整的电话' }));
  expect((await screen.findByRole('link', { name: '13800138000' })).getAttribute('href')).toBe('tel:13800138000');
  expect(asked.mock.calls[0]?.slice(0, 2)).toEqual(['/records/A-1/reveal', { field: 'phone' }]);
});

it('offers nothing to who may not look numbers up', () => {
  show(false);
  expect(screen.getByText('138****8000')).toBeTruthy();
  expect(screen.queryByRole('button')).toBeNull();
});

it('is looked for by the whole number, unless one says otherwise', () => {
  expect(kindOf('phone').filters?.[0]).toBe('is');
});
