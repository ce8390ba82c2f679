import { api } from '@/api/client';
import type { Text } from '@/api/types';

export const backKinds = ['route', 'people', 'value', 'due', 'held', 'gone', 'unsure'] as const;
export type BackKind = (typeof backKinds)[number];

/** One thing that the draft would make otherwise; `at` names a moment of the history, without it things stand so now. */
export interface BackChange {
  kind: BackKind;
  name?: Text;
  at: string | null;
  from?: Text;
  to?: Text;
  dueWas: string | null;
  dueIs: string | null;
}

export interface BackRecord {
  id: string;
  title: string;
  stage?: Text;
  open: boolean;
  changes: BackChange[];
}

export interface BackPage {
  draft: number;
  total: number;
  done: number;
  /** Records of the page that were left out. */
  withheld: number;
  most: number;
  items: BackRecord[];
  next: string;
}

/** What the pages so far have come to. */
export interface BackResult {
  total: number;
  done: number;
  withheld: number;
  most: number;
  items: BackRecord[];
  over: boolean;
}

/** Runs a process's records through the draft, page after page; tells how far it is after each. Ends early when it is told to stop. */
export async function runBacktest(app: string, form: string, tell: (result: BackResult) => void, signal: AbortSignal): Promise<void> {
  let after = '';
  let draft = 0;
  let items: BackRecord[] = [];
  let withheld = 0;
  for (;;) {
    const page = await api.post<BackPage>(`/apps/${app}/backtests`, after ? { form, after, draft } : { form }, { signal });
    items = [...items, ...page.items];
    withheld += page.withheld;
    tell({ total: page.total, done: page.done, withheld, most: page.most, items, over: page.next === '' });
    if (page.next === '') return;
    ({ next: after, draft } = page);
  }
}

/** How many records each kind of change concerns. */
export function countKinds(items: readonly BackRecord[]): Map<BackKind, number> {
  const out = new Map<BackKind, number>();
  for (const r of items) for (const kind of new Set(r.changes.map((c) => c.kind))) out.set(kind, (out.get(kind) ?? 0) + 1);
  return out;
}
