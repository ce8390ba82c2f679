import { queryOptions } from '@tanstack/react-query';
import { api } from '@/api/client';
import type { Page, Person, Text } from '@/api/types';
import type { FieldType } from '@/model/definition';
import type { Problem } from '@/model/problem';

/** Records that run on an older release than the live one. */
export interface Behind {
  form: string;
  name: Text;
  release: number;
  live: number;
  records: number;
  /** Those that have not ended. */
  open: number;
}

export type MigrationState = 'running' | 'done' | 'undoing' | 'undone';
export type RecordFate = 'migrated' | 'failed' | 'skipped' | 'undone' | 'kept';

export interface Migration {
  id: string;
  form: string;
  name: Text;
  from: number;
  to: number;
  closed: boolean;
  state: MigrationState;
  total: number;
  counts: Partial<Record<RecordFate, number>>;
  at: string;
  by?: Person | null;
  undoneAt?: string | null;
}

/** What is asked for: which records, and what becomes of what the new release does not have. */
export interface MigrationAsk {
  form: string;
  from: number;
  mapping: Record<string, string>;
  closed: boolean;
}

export type ThingKind = 'stage' | 'transition' | 'approval' | 'step' | 'round' | 'field' | 'column' | 'value' | 'item' | 'activity' | 'timer';

export interface MigrationThing {
  kind: ThingKind;
  /** Its key in the mapping; none when there is nothing to choose. */
  path?: string;
  name: Text;
  to?: string;
  toName?: Text;
  fate: 'mapped' | 'choose' | 'lost';
  how?: 'key' | 'was' | 'chosen';
  note?: Text;
  choices?: { key: string; name: Text }[];
  records?: number;
  /** The types of a field that has another one now. */
  typeWas?: FieldType;
  typeIs?: FieldType;
}

export interface MigrationPlan {
  from: number;
  to: number;
  total: number;
  same: number;
  things: MigrationThing[];
}

export interface MigrationChange {
  kind: 'stage' | 'field' | 'approval' | 'due' | 'activity' | 'item';
  name?: Text;
  text?: Text;
  from?: Text;
  to?: Text;
  dueWas?: string | null;
  dueIs?: string | null;
}

export interface MigrationPreview {
  id: string;
  title: string;
  stage: string;
  unread?: boolean;
  changes: MigrationChange[];
  code?: string;
  message?: Text;
  problems: Problem[];
}

export interface MigratedRecord {
  record: string;
  title: string;
  state: RecordFate;
  message?: Text;
  problems: Problem[];
}

const base = (app: string) => `/apps/${app}/migrations`;

export const migrationsQuery = (app: string) =>
  queryOptions({
    queryKey: ['migrations', app],
    queryFn: ({ signal }) => api.get<{ items: Migration[]; behind: Behind[] }>(base(app), { signal }),
  });

export const getPlan = (app: string, ask: MigrationAsk) => api.post<MigrationPlan>(`${base(app)}/plan`, ask);
export const getPreview = (app: string, ask: MigrationAsk, after: string) => api.post<Page<MigrationPreview>>(`${base(app)}/preview`, { ...ask, after });
export const startMigration = (app: string, ask: MigrationAsk, skip: readonly string[], key: string) =>
  api.post<Migration>(base(app), { ...ask, skip }, { key });
export const getMigration = (app: string, id: string) => api.get<Migration>(`${base(app)}/${id}`);
export const getMigrated = (app: string, id: string, state: RecordFate, after: string) =>
  api.get<Page<MigratedRecord>>(`${base(app)}/${id}/records`, { query: { state, after: after || undefined } });
export const undoMigration = (app: string, id: string) => api.post<Migration>(`${base(app)}/${id}/undo`);

/** How many records are through, whatever became of them. */
export function through(m: Migration): number {
  const c = m.counts;
  if (m.state === 'undoing' || m.state === 'undone') return (c.undone ?? 0) + (c.kept ?? 0);
  return (c.migrated ?? 0) + (c.failed ?? 0) + (c.skipped ?? 0);
}

/** How many there are to get through: taken back is only what was migrated. */
export function whole(m: Migration): number {
  const c = m.counts;
  if (m.state === 'undoing' || m.state === 'undone') return (c.migrated ?? 0) + (c.undone ?? 0) + (c.kept ?? 0);
  return Math.max(m.total, through(m));
}
