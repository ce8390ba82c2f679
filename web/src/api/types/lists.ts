// Lists, boards, pools, the recycle bin and imports.
import type { Text } from '@/model/definition';
import type { Person } from './people';
import type { Money, RecordItem } from './records';

/** What a kept view of a list shows. */
export interface ViewLook {
  filters?: string | undefined;
  where?: string | undefined;
  title?: string | undefined;
  view?: string | undefined;
  scope?: string | undefined;
  q?: string | undefined;
  sort?: string[];
  columns?: string[];
}

/** A view of a list that somebody keeps under a name, for himself or for everybody. */
export interface SavedView {
  id: string;
  name: string;
  shared: boolean;
  owner: Person | null;
  look: ViewLook;
  rev: number;
  mine: boolean;
  /** One may change and delete it. */
  can: boolean;
  /** What of it is gone, or may not be asked by who looks. */
  dropped: { what: 'filter' | 'condition' | 'sort' | 'column' | 'view'; name: Text }[];
}

export interface BoardColumn {
  stage: string;
  name: Text;
  color?: string;
  end?: string;
  probability?: number;
  count: number;
  sums: Record<string, Money | string>;
}

export interface Board {
  view: string;
  process: string;
  columns: BoardColumn[];
  totals: { count?: number; sums?: Record<string, Money | string> } & Record<string, unknown>;
}

/** A pool as the reader stands to it; limits of 0 are none. */
export interface PoolInfo {
  key: string;
  name: Text;
  help?: Text;
  form: string;
  member: boolean;
  records: number;
  held: number;
  cap: number;
  today: number;
  claimPerDay: number;
  protect: string;
  cooldown: string;
}

/** A record in the recycle bin; goneAt is when it goes for good by itself, null for never. */
export interface BinnedItem extends RecordItem {
  deletedAt: string;
  deletedBy: { id: string; name: string } | null;
  goneAt: string | null;
  can: { restore: boolean; purge: boolean };
}

export interface PooledItem extends RecordItem {
  /** When the reader may claim it; null is now. */
  cooldownUntil: string | null;
}

export interface PoolPage {
  pool: PoolInfo;
  items: PooledItem[];
  next: string;
}

/** What an import may fill, and what its columns look like. */
export interface ImportFile {
  id: string;
  rows: number;
  columns: { title: string; samples: string[]; suggest?: string }[];
  targets: { key: string; name: Text; required?: boolean }[];
  /** The field by which the person's last import of this kind found the records there were. */
  key?: string;
}

export interface ImportProblem {
  row: number;
  column?: string;
  code: string;
  message: Text;
}

export interface ImportTrial {
  rows: number;
  good: number;
  problems: ImportProblem[];
}

export interface ImportState {
  id: string;
  /** The file, and when it was brought. */
  name: string;
  at: string;
  state: 'uploaded' | 'running' | 'done' | 'undoing' | 'undone';
  rows: number;
  done: number;
  created: number;
  updated: number;
  failed: number;
  undone: number;
  problems: ImportProblem[];
}
