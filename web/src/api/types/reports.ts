// Reports and dashboards.
import type { Text } from '@/model/definition';

export interface ReportColumn {
  key: string;
  name: Text;
  kind: 'group' | 'measure';
  type: string;
  currency?: string;
  /** Narrows the records of a measure further than those of its row. */
  where?: string;
  /** In a report of rows, which rows the figure is of: a condition for any(table, …). */
  ofRow?: string;
}

export interface ReportRow {
  keys: unknown[];
  labels: Text[];
  values: (string | null)[];
  where?: string;
  /** In a report of rows, which rows the line is of: a condition for any(table, …). */
  ofRow?: string;
  /** In place of where, one for each value: the figures are of different records. */
  wheres?: string[];
}

export interface ReportResult {
  key: string;
  name: Text;
  kind: string;
  /** The table whose rows are counted; without it, records are. */
  table?: string;
  chart?: string;
  form?: string;
  process?: string;
  columns: ReportColumn[];
  rows: ReportRow[];
  totals?: (string | null)[];
  where?: string;
  /** The keys of the second group of a heat map, in their order. */
  across?: { key: string; label: Text }[];
  /** The Monday that a snapshot compares with. */
  since?: string;
  /** Why a card of a dashboard has no figures yet. */
  building?: Text;
}

export interface DashboardResult {
  key: string;
  name: Text;
  cards: ReportResult[];
}
