// Views, reports, dashboards and scenario tests of a definition.
import type { Text } from './text';

export interface View {
  key: string;
  name?: Text;
  process?: string;
  form?: string;
  kind: 'board' | 'list';
  where?: string;
  columns?: string[];
  sort?: string[];
  sum?: string[];
  card?: string[];
}

export interface Report {
  key: string;
  name?: Text;
  process?: string;
  form?: string;
  kind?: 'summary' | 'funnel' | 'snapshot' | 'forecast' | 'quota' | 'velocity' | 'stay' | 'ageing';
  weeks?: number;
  months?: number;
  /** A table of the form: a summary is then of its rows, whose columns are named row.column. */
  rows?: string;
  where?: string;
  group?: { by: string; unit?: string }[];
  measures?: Measure[];
  chart?: 'number' | 'bar' | 'line' | 'pie' | 'funnel' | 'table';
}

export interface Measure {
  key: string;
  name?: Text;
  count?: boolean;
  sum?: string;
  min?: string;
  max?: string;
  avg?: string;
  ratio?: { part: string; whole: string; times?: number };
  where?: string;
}

export interface Dashboard {
  key: string;
  name: Text;
  cards: string[];
}

/** Scenario tests are carried through the editor as they are. */
export interface Test {
  name: string;
  as?: string;
  at?: string;
  given?: unknown;
  steps: unknown[];
}
