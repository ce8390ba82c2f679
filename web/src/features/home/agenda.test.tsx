import { QueryClientProvider } from '@tanstack/react-query';
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from '@tanstack/react-router';
import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/react';
import i18next from 'i18next';
import { useState } from 'react';
import { initReactI18next } from 'react-i18next';
import { beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { api } from '@/api/client';
import { queryClient } from '@/api/queries';
import type { AgendaItem } from '@/api/types';
import common from '@/locales/zh-CN/common.json';
import home from '@/locales/zh-CN/home.json';
import { Agenda } from './Agenda';
import { addDays, addMonths, dayByKey, isDay, monday, monthDays } from './days';

const get = vi.spyOn(api, 'get');

beforeAll(async () => {
  await i18next.use(initReactI18next).init({ lng: 'zh-CN', defaultNS: 'common', nsSeparator: ':', keySeparator: false, interpolation: { prefix: '{', suffix: '}', escapeValue: false }, resources: { 'zh-CN': { common, home } } });
});

beforeEach(() => {
  cleanup();
  queryClient.clear();
  get.mockReset();
});

it('counts in days', () => {
  expect([isDay('2026-11-24'), isDay('2026-02-30'), isDay('x'), isDay(undefined)]).toEqual([true, false, false, false]);
  expect([addDays('2026-12-31', 1), addMonths('2026-01-31', 1), addMonths('2026-03-31', -1), addMonths('2026-12-15', 1)]).toEqual(['2027-01-01', '2026-02-28', '2026-02-28', '2027-01-15']);
  expect([monday('2026-11-23'), monday('2026-11-29'), monday('2026-11-30')]).toEqual(['2026-11-23', '2026-11-23', '2026-11-30']);
  const days = monthDays('2026-11-24');
  expect([days.length, days[0], days.at(-1)]).toEqual([42, '2026-10-26', '2026-12-06']);
  expect(['ArrowUp', 'End', 'PageDown', 'a'].map((k) => dayByKey('2026-11-24', k))).toEqual(['2026-11-17', '2026-11-29', '2026-12-24', undefined]);
});

const record = { id: 'A', title: '华东制造', app: 'b2b', form: 'deal', stage: '提案' };
const items: AgendaItem[] = [
  // Half past midnight in Shanghai is still the day before in UTC.
  { kind: 'task', at: '2026-11-24T16:30:00Z', name: '经理审批', task: 'T', taskKind: 'approval', record: { ...record, title: '报价一' } },
  { kind: 'next', at: null, day: '2026-11-25', name: '下一步日期', record },
];

function open() {
  get.mockResolvedValue({ items, more: false });
  const Page = () => {
    const [day, setDay] = useState('2026-11-24');
    return <Agenda day={day} onDay={setDay} />;
  };
  const router = createRouter({ routeTree: createRootRoute({ component: Page }), history: createMemoryHistory() });
  render(
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router as never} />
    </QueryClientProvider>,
  );
}

it('shows a month and the chosen day, and goes from day to day by keys', async () => {
  open();
  const grid = await screen.findByRole('grid', { name: '2026年11月' });
  await within(grid).findByText('报价一');
  expect(get.mock.calls[0]?.slice(0, 2)).toEqual(['/agenda', expect.objectContaining({ query: { from: '2026-10-26', to: '2026-12-07' } })]);
  screen.getByText('没有安排');
  fireEvent.keyDown(grid.querySelector('[data-day="2026-11-24"]')!, { key: 'ArrowRight' });
  const day = await screen.findByRole('region', { name: '11月25日周三' });
  expect(within(day).getAllByRole('link').map((a) => [a.textContent, a.getAttribute('href')])).toEqual([['报价一', '/inbox?task=T'], ['华东制造', '/r/A']]);
  within(day).getByText('00:30');
  within(day).getByText('下一步日期 · 提案');
  await waitFor(() => expect(document.activeElement?.getAttribute('data-day')).toBe('2026-11-25'));
  expect([...grid.querySelectorAll('[tabindex="0"]')].map((b) => b.getAttribute('data-day'))).toEqual(['2026-11-25']);
  fireEvent.keyDown(document.activeElement!, { key: 'PageDown' });
  await screen.findByRole('grid', { name: '2026年12月' });
  expect(get.mock.lastCall?.[1]).toMatchObject({ query: { from: '2026-11-30', to: '2027-01-11' } });
});

it('shows seven days on a phone', async () => {
  const media = vi.spyOn(window, 'matchMedia').mockImplementation((query) => ({ matches: query.includes('767'), addEventListener: () => undefined, removeEventListener: () => undefined }) as unknown as MediaQueryList);
  open();
  await screen.findByText('华东制造');
  expect(screen.getAllByRole('region').map((s) => s.getAttribute('aria-label'))).toEqual(['11月24日周二', '11月25日周三', '11月26日周四', '11月27日周五', '11月28日周六', '11月29日周日', '11月30日周一']);
  fireEvent.click(screen.getByRole('button', { name: '后七天' }));
  await waitFor(() => expect(get.mock.lastCall?.[1]).toMatchObject({ query: { from: '2026-12-01', to: '2026-12-08' } }));
  media.mockRestore();
});
