import type { Definition, Field, Text } from '@/model/definition';

export type { Text };

/** A person, as much as is shown beside a name. */
export interface Person {
  id: string;
  name: string;
}

export interface User extends Person {
  username: string;
  language: string;
  theme: string;
  admin: boolean;
  roles: string[];
  team: string;
  active: boolean;
  email?: string;
  phone?: string;
}

export interface Team {
  key: string;
  name: Text;
  parent: string;
  manager: string;
  members: string[];
}

/** A day that a year's paper names: off, or worked though the week would rest. */
export interface CalendarDay {
  name: string;
  date: string;
  isOffDay: boolean;
}

/** What a team, or the company, goes by in a year. */
export interface CalendarYear {
  team: string;
  year: number;
  source: 'own' | 'inherited' | 'builtIn' | 'missing';
  /** Where an inherited year is from: a team, or empty for the company. */
  from: string;
  days: CalendarDay[];
  off: string[];
  /** Days of rest, 1 for Monday to 7 for Sunday. */
  week: number[];
  weekOwn: boolean;
  version: number;
  /** In the answer to a preview: what the change would move. */
  moves?: { records: number; timers: number; more: boolean };
}

export interface Calendars {
  items: { team: string; week: number[] | null; years: number[]; version: number }[];
  builtIn: number[];
  missing: number[];
  recounting: number;
}

export interface RoleInfo {
  key: string;
  name: Text;
  app: string;
  users: string[];
}

/** A time somebody does not work; `to` is the first instant after it. */
export interface Absence {
  id: string;
  user: Person;
  from: string;
  to: string;
  /** Only in this app; empty is everywhere. */
  app: string;
  substitute: Person | null;
  note: string;
  by: Person | null;
}

/** From `date` on, one unit of `from` is worth `rate` of `to`. */
export interface Rate {
  from: string;
  to: string;
  date: string;
  rate: string;
  by: Person | null;
  at: string;
}

export interface AppSummary {
  key: string;
  name: Text;
  /** The live release; 0 before the first. */
  release: number;
  /** There are changes that are not published. */
  draft: boolean;
  roles: string[];
  canDesign: boolean;
  /** A newer version of its template is there, for who designs. */
  upgrade?: boolean;
  template?: string;
}

export interface Me {
  user: User;
  company: { name: string; language: string; timezone: string; currency: string };
  apps: AppSummary[];
  can: { design: boolean; operate: boolean; people: boolean; oversee: boolean };
  unread: number;
  openTasks: number;
  now: string;
  /** An admin looks at things as this person, until then. */
  seeing?: { by: { id: string; name: string }; until: string };
}

export interface SetupState {
  needed: boolean;
  languages: string[];
  demo: boolean;
  /** By whom one may sign in besides the password. */
  provider?: string;
  demoUsers?: { username: string; name: string; role: Text }[];
}

export interface Page<T> {
  items: T[];
  /** The cursor of the next page; empty at the end. */
  next: string;
}

export interface Template {
  key: string;
  name: Text;
  help: Text;
  installed: boolean;
  counts: Record<'forms' | 'processes' | 'stages' | 'approvals' | 'automations' | 'tests' | 'reports', number>;
  processes: { key: string; name: Text; stages: { key: string; name: Text; end?: string; color?: string }[] }[];
  forms: TemplatePart[];
  approvals: TemplatePart[];
  automations: TemplatePart[];
  dashboards: TemplatePart[];
  languages: string[];
}

/** A thing inside a template, and what it is for where the template says so. */
export interface TemplatePart {
  key: string;
  name: Text;
  help?: Text;
}

export interface AppModel {
  app: string;
  release: number;
  definition: Definition;
  /** The forms one may create records of. */
  create: string[];
  /** Forms whose records the person may bring in from a file, or take out as one. */
  import: string[];
  export: string[];
  /** Forms whose records one may delete and take back. */
  delete?: string[];
  /** By form, the fields one may write in some of its records; the forms whose records one may hand over. */
  edit?: Record<string, string[]>;
  assign?: string[];
  /** Buttons of automations that one may press on records. */
  buttons?: ListButton[];
}

/** A button of an automation that stands over a list of records. */
export interface ListButton {
  key: string;
  form: string;
  name: Text;
}

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

export interface RelatedList {
  form: string;
  via: string;
  name: Text;
  items: { id: string; title: string; stage?: string; number?: string; form: string; process?: string }[];
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
  can: Partial<Record<'edit' | 'assign' | 'delete' | 'withdraw' | 'urge' | 'override' | 'erase' | 'collaborate' | 'merge', boolean>>;
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
  problems: { path: string; code: string; message: Text; severity?: 'error' | 'warning' }[];
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
  /** The Monday that a snapshot compares with. */
  since?: string;
}

export interface DashboardResult {
  key: string;
  name: Text;
  cards: ReportResult[];
}

export interface Home {
  tasks: Task[];
  due: RecordItem[];
  idle: RecordItem[];
  recent: RecordItem[];
  counts: Record<string, number>;
}

/** What falls on a day of mine: an instant, or a day without a time. */
export interface AgendaItem {
  kind: 'task' | 'due' | 'next' | 'closing';
  at: string | null;
  day?: string;
  name?: Text;
  task?: string;
  taskKind?: Task['kind'];
  record: { id: string; title: string; app: string; form: string; number?: string; stage?: Text } | null;
}

/** A field that a record was found by; text is its value, or the part of it around what was asked. */
export interface FoundBy {
  field: string;
  name: Text;
  text: string;
}

/** A note on a record, or on one that it points to. */
export interface NoteItem {
  seq: number;
  by: { id: string; name: string } | null;
  at: string;
  text: string;
  mentions: string[];
  record: RecordLink;
}

export interface SearchHit {
  id: string;
  title: string;
  number?: string;
  app: string;
  form: string;
  stage?: string;
  by: FoundBy[];
  /** The note it was found by. */
  note?: number;
}

export interface Notice {
  id: string;
  text: Text;
  at: string;
  read: boolean;
  record?: { id: string; title: string };
}

export interface SessionInfo {
  id: string;
  createdAt: string;
  lastSeen: string;
  address: string;
  agent: string;
  current: boolean;
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
  state: 'uploaded' | 'running' | 'done' | 'undoing' | 'undone';
  rows: number;
  done: number;
  created: number;
  updated: number;
  failed: number;
  undone: number;
  problems: ImportProblem[];
}

/** What a person has, which somebody else takes over when he leaves. */
export interface Belongings {
  records: number;
  approvals: number;
  activities: number;
  tasks: number;
  teams: number;
  absences: number;
  standIns: number;
  sum: number;
  apps: { key: string; name: Text; records: number }[];
  /** Apps whose definition names the person: their authors mend that. */
  named: { app: string; name: Text; paths: string[] }[];
}

export interface Handover {
  id: string;
  user: Person;
  by: Person;
  successor: Person;
  at: string;
  state: 'running' | 'done';
  doneAt: string | null;
  found: Belongings;
  left: Belongings;
}
