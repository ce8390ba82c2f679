import { queryOptions } from '@tanstack/react-query';
import type { Text } from '@/model/definition';
import { api } from './client';
import type { Page } from './types';

export interface PlanEntry {
  value: string;
  reason?: string;
  by: { id: string; name: string } | null;
  at: string;
}

export interface ForecastCell {
  won: string;
  open: string;
  weighted: string;
  computed: string;
  expected: string;
  target: string | null;
  attained: string | null;
  onCourse: string | null;
  own?: PlanEntry;
  call?: PlanEntry;
  wonCount: number;
  openCount: number;
  wonWhere: string;
  openWhere: string;
}

export interface ForecastRow {
  subject: string;
  name: string;
  parent: number;
  depth: number;
  plans: boolean;
  cells: ForecastCell[];
  whole: ForecastCell;
}

export interface Forecast {
  process: string;
  form: string;
  name: Text;
  what: 'amount' | 'count';
  currency?: string;
  months: string[];
  rows: ForecastRow[];
  totals: ForecastCell[];
  whole: ForecastCell;
  undated: { count: number; weighted: string; where: string };
  overdue: { count: number; weighted: string; where: string };
  blind?: boolean;
}

export interface PlanItem {
  subject: string;
  month: string;
  value: string | null;
  was: string | null;
  reason?: string;
}

export interface PlanChange {
  month: string;
  was: string | null;
  now: string | null;
  reason?: string;
  by: { id: string; name: string } | null;
  at: string;
}

const path = (app: string, process: string) => `/apps/${app}/forecast/${process}`;

export const forecastQuery = (app: string, process: string, year: number, what: string) =>
  queryOptions({
    queryKey: ['forecast', app, process, year, what],
    queryFn: ({ signal }) => api.get<Forecast>(path(app, process), { query: { from: `${year}-01`, months: 12, what }, signal }),
  });

export const planHistoryQuery = (app: string, process: string, what: string, subject: string, year: number) =>
  queryOptions({
    queryKey: ['forecast', app, process, 'history', what, subject, year],
    queryFn: ({ signal }) => api.get<Page<PlanChange>>(`${path(app, process)}/history`, { query: { what, subject, year }, signal }).then((p) => p.items),
    staleTime: 0,
  });

/** Enters targets ("amount", "count") or what a manager says a month will come to ("call"). */
export function savePlan(app: string, process: string, what: 'amount' | 'count' | 'call', items: PlanItem[]): Promise<unknown> {
  return api.put(path(app, process), { what, items });
}
