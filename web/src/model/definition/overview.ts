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
  /** Dates by unit; figures by the ranges that begin at bounds. */
  group?: { by: string; unit?: string; bounds?: number[] }[];
  measures?: Measure[];
  chart?: 'number' | 'bar' | 'line' | 'pie' | 'funnel' | 'heat' | 'table';
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

/** A scenario: what is there, what is done one after the other, and what must be so after it. */
export interface Test {
  name: string;
  as?: string;
  at?: string;
  given?: {
    form?: string;
    data?: Record<string, unknown>;
    stage?: string;
    owner?: string;
    records?: Record<string, { form: string; data?: Record<string, unknown>; stage?: string }>;
    rates?: unknown[];
  };
  steps: TestStep[];
}

export interface TestStep {
  record?: string;
  as?: string;
  do?: string;
  with?: Record<string, unknown>;
  set?: Record<string, unknown>;
  check?: string[];
  activity?: string;
  hand?: string;
  approve?: string;
  reject?: string;
  return?: string;
  transfer?: string;
  delegate?: string;
  addSign?: string;
  removeSign?: string;
  people?: string[];
  position?: string;
  to?: string;
  pick?: Record<string, string[]>;
  withdraw?: boolean;
  urge?: boolean;
  retry?: boolean;
  press?: string;
  submit?: string;
  source?: Record<string, string>;
  claim?: boolean;
  release?: string;
  reclaim?: string;
  away?: Record<string, string>;
  after?: string;
  run?: string;
  expect?: TestExpect;
}

export interface TestExpect {
  stage?: string;
  owner?: string;
  pool?: string;
  waitingFor?: string[];
  approvers?: string[];
  tasks?: number;
  escalated?: boolean;
  skipped?: string[];
  round?: string;
  data?: Record<string, unknown>;
  notices?: string[];
  started?: string[];
  problems?: string[];
}
