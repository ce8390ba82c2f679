// Approvals, and what waits for somebody.
import type { Text } from '@/model/definition';
import type { Person } from './people';
import type { Data, Money, RecordFull } from './records';

export interface Slot {
  person: Person;
  /** The one the person stands in for. */
  for?: Person;
  /** How, and by whom, he was asked; his answer is no vote of its own. */
  asked?: 'delegate' | 'before' | 'after';
  by?: Person;
  weight?: number;
  state: 'open' | 'approved' | 'rejected' | 'returned' | 'skipped' | 'timedOut' | 'cancelled' | 'transferred' | 'notYet' | 'delegated' | 'waitingAddSign';
  reason?: Text;
  at?: string;
  comment?: string;
  taskId?: string;
}

export interface RoundStep {
  key: string;
  name: Text;
  /** The parallel step this one is a branch of; parallel: it only holds its branches together. */
  in?: string;
  parallel?: boolean;
  state: 'waiting' | 'active' | 'passed' | 'rejected' | 'returned' | 'skipped' | 'blocked' | 'cancelled';
  mode?: Text;
  reason?: Text;
  enteredAt?: string;
  dueAt?: string | null;
  slots: Slot[];
}

export interface Round {
  id: string;
  n: number;
  chain: string;
  name: Text;
  transition?: string;
  state: 'running' | 'passed' | 'rejected' | 'returned' | 'withdrawn' | 'blocked' | 'cancelled';
  openedAt: string;
  initiator: Person;
  /** What the initiator told those who decide. */
  comment?: string;
  /** The fields the decision rests on, in the order of the form. */
  guarded: string[];
  proposed?: Data;
  steps: RoundStep[];
  /** The steps still to come, as things stand. */
  next?: PathStep[];
  guards: { field: string; name: Text; before: unknown; after: unknown }[];
  hash: string;
}

export interface PathStep {
  key: string;
  name: Text;
  in?: string;
  parallel?: boolean;
  mode?: Text;
  people: (Person & { for?: Person })[];
  /** Who chooses the people while they are not chosen, and from whom; null: anybody. */
  pick?: 'initiator' | 'previous';
  from?: Person[] | null;
  state: 'will' | 'skipped' | 'waiting' | 'passed' | 'rejected' | 'returned' | 'cancelled' | 'blocked';
  reason?: Text;
  dueAt?: string | null;
}

/** A step whose people are picked by whoever moves many records: how many of them come to it, and from whom; null: anybody. */
export interface Picking {
  key: string;
  name: Text;
  count: number;
  from: (Person & { count: number })[] | null;
}

export interface PathPreview {
  chain: string;
  skipped: boolean;
  steps: PathStep[];
  problems?: { path: string; code: string; message: Text }[];
}

export interface Task {
  id: string;
  kind: 'approval' | 'todo' | 'activity' | 'blocked' | 'cc';
  state: 'open' | 'done' | 'cancelled';
  result?: string;
  /** Whom one stands in for; how a colleague asked one. */
  for?: Person;
  asked?: 'delegate' | 'before' | 'after';
  /** It may be decided together with others. */
  batch?: boolean;
  name: Text;
  record?: { id: string; title: string; app: string; form: string; number?: string; stage?: Text; value?: Money | null };
  user: string;
  dueAt?: string | null;
  createdAt: string;
  round?: string;
  step?: string;
  by?: Person | null;
  /** Guarded fields changed since this person last decided. */
  changed?: boolean;
}

export interface TaskFull extends Omit<Task, 'round'> {
  recordFull: RecordFull;
  round: Round | null;
  can: string[];
  /** Fields this person fills while deciding. */
  fields?: string[];
  /** Steps it may be returned to, besides the initiator. */
  returnTo?: { key: string; name: Text }[];
  /** Steps whose people this person chooses when approving. */
  picks?: PathStep[];
  /** People this person has asked and who have not answered. */
  removable?: Person[];
}
