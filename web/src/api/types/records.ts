// A record, what it is made of, and what happened to it.
import type { Field, Text } from '@/model/definition';
import type { Round, RoundStep } from './approvals';
import type { Person } from './people';

export interface Money {
  amount: string;
  currency: string;
}

/** Field values by key, as on the wire: strings, booleans, money, references, rows. */
export type Data = Record<string, unknown>;

export interface RecordItem {
  /** The pool it waits in, when nobody owns it. */
  pool?: { key: string; name: Text; since: string; former: string };
  /** When it returns to its pool unless its owner works on it. */
  goesBack?: string;
  id: string;
  app: string;
  form: string;
  process?: string;
  number?: string;
  release: number;
  rev: number;
  stage?: string;
  end?: string;
  owner?: string;
  team?: string;
  title: string;
  data: Data;
  /** Phone numbers that are shown in part; they are not among data. */
  masked?: Record<string, string>;
  createdAt: string;
  updatedAt: string;
  since?: string;
  dueAt?: string | null;
  idleAt?: string | null;
  approval?: { chain: string; step: Text; waitingFor: string[] } | null;
  open: boolean;
  /** The record that this one was merged into. */
  mergedInto?: string;
}

export interface FieldState {
  visible: boolean;
  required: boolean;
  readOnly: boolean;
  masked?: boolean;
}

/** States by field key, and by "lines[0].price" where a cell differs from its column. */
export type FieldStates = Record<string, FieldState>;

export interface PathStage {
  key: string;
  name: Text;
  color?: string;
  end?: string;
  state: 'done' | 'current' | 'ahead';
  enteredAt?: string;
}

export interface Condition {
  kind: 'checklist' | 'group' | 'field' | 'condition' | 'activity' | 'linked';
  key: string;
  text: Text;
  met: boolean;
  required: boolean;
  path?: string;
  /** How many of the people, or of the items, are done. */
  done?: number;
  of?: number;
}

export interface ChecklistItem {
  key: string;
  name: Text;
  group?: Text;
  help?: Text;
  required: boolean;
  done: boolean;
  by?: string;
  at?: string;
}

export interface Activity {
  key: string;
  name: Text;
  required: boolean;
  done: boolean;
  by?: string;
  at?: string;
  help?: Text;
  dueAt?: string | null;
  who: string[];
  /** Every one of the people must do it. */
  each?: boolean;
  /** Their managers were told that it is late. */
  late?: boolean;
  /** False in an imported record until somebody does something about it. */
  asked: boolean;
  people: Doing[];
  /** It waits for the reader; he may give it to somebody else. */
  mine?: boolean;
  hand?: boolean;
  /** What is asked for of whoever does it. */
  fields?: Field[];
}

/** One person's part of an activity; the result is there for him and for those who may edit the record. */
export interface Doing extends Person {
  done: boolean;
  at?: string | null;
  tries?: number;
  passed?: boolean;
  result?: Data;
}

/** A sub-stage of the checklist. */
export interface CheckGroup {
  key: string;
  name: Text;
  help?: Text;
  required: boolean;
  met: number;
  of: number;
  begun: boolean;
  done: boolean;
  who: Person[];
  dueAt?: string | null;
  late?: boolean;
  mine?: boolean;
  hand?: boolean;
}

export interface TransitionInfo {
  key: string;
  name: Text;
  to: string;
  end?: string;
  allowed: boolean;
  ready: boolean;
  missing: { path: string; code: string; message: Text }[];
  ask: string[];
  confirm?: Text;
  approval: string | null;
  back: boolean;
  /** Whoever takes it picks the next owner from these; the present one may stay if `stays`. */
  pick?: { people: Person[]; stays: boolean };
}

export interface RelatedList {
  form: string;
  via: string;
  name: Text;
  items: { id: string; title: string; stage?: string; number?: string; form: string; process?: string }[];
  /** Why there are no items yet. */
  building?: Text;
}

export interface RecordLink {
  id: string;
  title: string;
  form: string;
  stage?: string;
  number?: string;
  why: 'startedFrom' | 'started';
}

export interface RecordFull extends RecordItem {
  fields: FieldStates;
  sections: Record<string, { visible: boolean }>;
  path?: PathStage[];
  progress?: { met: number; of: number };
  conditions?: Condition[];
  checklist?: ChecklistItem[];
  activities?: Activity[];
  groups?: CheckGroup[];
  script?: Text;
  goal?: Text;
  buttons?: { key: string; name: Text; ready: boolean }[];
  transitions?: TransitionInfo[];
  round: Round | null;
  rounds?: { id: string; chain: string; name: Text; result: string; openedAt: string; endedAt: string; steps: RoundStep[] }[];
  /** The people approvals were copied to, and when each has read it. */
  copies?: { round: string; user: Person; at: string; read?: string | null }[];
  can: Partial<Record<'edit' | 'assign' | 'delete' | 'withdraw' | 'urge' | 'override' | 'erase' | 'collaborate' | 'merge' | 'reveal', boolean>>;
  /** How many records were merged into this one. */
  takenUp?: number;
  related?: RelatedList[];
  links?: RecordLink[];
  /** Those asked to work on it besides its owner. */
  collaborators?: { id: string; name: string }[];
  /** What can be printed of it, and which tracking pages can be handed out, by this person. */
  prints?: { key: string; name: Text }[];
  tracking?: { key: string; name: Text }[];
}

/** Two records that become one, and how far that is. */
export interface MergeInfo {
  id: string;
  winner: string;
  loser: string;
  state: 'running' | 'done' | 'failing' | 'failed' | 'undoing' | 'undone' | 'stuck';
  message?: Text;
  at: string;
  by: Person | null;
  counts?: Record<string, number>;
  undoUntil: string | null;
  record?: RecordLink;
}

export interface Evaluated {
  data: Data;
  fields: FieldStates;
  sections: Record<string, { visible: boolean }>;
  problems: { path: string; code: string; message: Text; severity?: 'error' | 'warning'; record?: string }[];
}

/** A record as it stood. */
export interface Moment extends RecordItem {
  /** The last thing that had happened, and when the next did; null when this is how it stands now. */
  seq: number;
  at: string;
  next: string | null;
  checklist: Record<string, boolean>;
  activities: Record<string, boolean>;
}

export interface RuleReason {
  kind: 'if' | 'leave' | 'enter' | 'set' | 'skip' | 'run';
  path: string;
  name?: Text;
  formula: string;
  value: unknown;
  problem?: { message: Text };
  inputs: { name: string; value: unknown }[];
}

/** Why an entry of a timeline came about. */
export interface EventReason {
  text: Text;
  release: number;
  at: string | null;
  by: Person | null;
  event?: {
    seq: number;
    type: string;
    automation?: string;
    automationName?: Text;
    rules: RuleReason[];
    who: Text[];
    people: (Person & { state: string; reason?: Text })[];
    records: { id: string; title: string }[];
  };
}

export interface EventItem {
  seq: number | string;
  type: string;
  at: string;
  by?: Person | null;
  text: Text;
  changes?: { field: string; name: Text; from: unknown; to: unknown }[];
  comment?: string;
  stage?: string;
  record?: { id: string; title: string };
}
