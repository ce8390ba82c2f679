/**
 * The definition of an app (spec pipewright/1), as the Go types in runtime/process and forms have it. Member order here is the
 * order of the Go structs; the canonical form on the server follows it.
 */

export const LANGUAGES = ['zh-CN', 'zh-TW', 'en'] as const;
export type Lang = (typeof LANGUAGES)[number];

/** A text people read: one for all languages, or one per language. */
export type Text = string | Partial<Record<Lang, string>>;

/** A number slot takes a JSON number or an expression. */
export type NumberSlot = number | string;

export interface Definition {
  spec: 'pipewright/1';
  key: string;
  name: Text;
  help?: Text;
  languages?: Lang[];
  timezone?: string;
  currency?: string;
  calendar?: string;
  uses?: Use[];
  roles?: Role[];
  options?: OptionList[];
  forms?: Form[];
  processes?: Process[];
  approvals?: Chain[];
  rules?: Rule[];
  automations?: Automation[];
  messages?: Message[];
  pools?: Pool[];
  views?: View[];
  reports?: Report[];
  dashboards?: Dashboard[];
  tests?: Test[];
  layout?: Record<string, Record<string, Point>>;
}

export interface Point {
  x: number;
  y: number;
}

/** Fields of another app's forms that references here may reach. */
export interface Use {
  app: string;
  forms: Record<string, string[]>;
}

export interface Role {
  key: string;
  was?: string[];
  name: Text;
  help?: Text;
}

export interface OptionList {
  key: string;
  was?: string[];
  name?: Text;
  items: Option[];
}

export interface Option {
  key: string;
  name: Text;
  color?: string;
  retired?: boolean;
  under?: string[];
  items?: Option[];
}

/** The field types this release knows, in the order of the palette. */
export const FIELD_TYPES = [
  'text',
  'longtext',
  'richtext',
  'phone',
  'email',
  'url',
  'idcode',
  'barcode',
  'autonumber',
  'number',
  'money',
  'percent',
  'duration',
  'rating',
  'slider',
  'select',
  'multiselect',
  'cascade',
  'bool',
  'date',
  'datetime',
  'time',
  'user',
  'role',
  'team',
  'reference',
  'lookup',
  'rollup',
  'table',
  'location',
  'address',
  'attachment',
  'image',
  'signature',
  'static',
] as const;
export type FieldType = (typeof FIELD_TYPES)[number];

const AUTOMATIC: ReadonlySet<FieldType> = new Set(['autonumber', 'lookup', 'rollup', 'static']);

/** Whether nobody fills the field in: it has a formula, or its type gives it its value. */
export function isComputed(field: Field): boolean {
  return Boolean(field.calc) || AUTOMATIC.has(field.type);
}

export interface Form {
  key: string;
  was?: string[];
  name: Text;
  help?: Text;
  code?: string;
  currency?: string;
  title?: string;
  number?: Numbering;
  sections?: Section[];
  fields: Field[];
  checks?: Check[];
  unique?: Unique[];
  grants?: Grant[];
  related?: Related[];
}

export interface Numbering {
  pattern: string;
  reset?: 'never' | 'daily' | 'monthly' | 'yearly';
  when?: 'create' | 'transition' | 'approval';
}

export interface Section {
  key: string;
  name: Text;
  columns?: number;
  fields: string[];
  visibleIf?: string;
}

export interface Field {
  key: string;
  was?: string[];
  type: FieldType;
  name?: Text;
  help?: Text;
  text?: Text;
  required?: boolean;
  requiredIf?: string;
  visibleIf?: string;
  readIf?: string;
  whenHidden?: 'keep' | 'clear' | 'exclude';
  calc?: string;
  value?: string;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  min?: NumberSlot;
  max?: NumberSlot;
  scale?: number;
  unit?: string;
  step?: NumberSlot;
  kind?: string;
  currency?: string;
  reset?: 'never' | 'daily' | 'monthly' | 'yearly';
  options?: string;
  optionsBy?: string;
  form?: string;
  fill?: Record<string, string>;
  where?: string;
  onDelete?: 'restrict' | 'keep' | 'clear';
  via?: string;
  field?: string;
  agg?: 'count' | 'sum' | 'min' | 'max' | 'avg';
  fields?: Field[];
  checks?: Check[];
  list?: boolean;
  filter?: boolean;
  sort?: boolean;
  search?: boolean;
  index?: boolean;
  declassify?: boolean;
}

export interface Check {
  key: string;
  if: string;
  message: Text;
  mode?: 'block' | 'warn';
}

export interface Unique {
  key: string;
  on: string[];
  normalize?: string[];
  mode?: 'block' | 'warn';
  message?: Text;
}

export type RecordScope = 'none' | 'own' | 'participant' | 'pool' | 'team' | 'teamTree' | 'all';

export interface Grant {
  role: string;
  records: RecordScope | { where: string };
  do: string[];
  hide?: string[];
  readOnly?: string[];
}

export interface Related {
  form: string;
  via: string;
  name?: Text;
}

export interface Process {
  key: string;
  was?: string[];
  form: string;
  name: Text;
  start: string;
  value?: string;
  closing?: string;
  roles?: string[];
  stages: Stage[];
  transitions?: Transition[];
}

export type StageEnd = 'won' | 'lost' | 'done' | 'cancelled';

/** What kind of work a stage is (ENG-14's third question). */
export const STAGE_KINDS = [
  'call',
  'meeting',
  'visit',
  'demo',
  'review',
  'document',
  'data',
  'negotiate',
  'work',
  'wait',
] as const;
export type StageKind = (typeof STAGE_KINDS)[number];

export interface Stage {
  key: string;
  was?: string[];
  name: Text;
  end?: StageEnd;
  probability?: number;
  owner?: Owner;
  goal?: Text;
  kind?: StageKind;
  script?: Text;
  color?: string;
  due?: Due;
  idle?: string;
  checklist?: CheckItem[];
  activities?: Activity[];
  fields?: FieldRights;
  leaveIf?: Condition[];
  enterIf?: Condition[];
  needs?: Linked[];
  approval?: StageApproval;
}

export interface StageApproval {
  chain: string;
  passed: string;
  rejected?: string;
  withdrawn?: string;
}

export type OwnerAssign = 'keep' | 'pick' | 'roundRobin' | 'leastLoaded' | 'weighted' | 'pool';

/** Among whom an owner is chosen, and how. */
export interface OwnerParts {
  who?: Whos | undefined;
  assign?: OwnerAssign | undefined;
  weights?: Record<string, number> | undefined;
  pool?: string | undefined;
}

/** An owner is a who, or a who with how to assign. */
export type Owner = Who | Who[] | OwnerParts;

/** An owner with its members apart, however it is written. */
export function ownerParts(owner: Owner | undefined): OwnerParts {
  if (owner === undefined) return {};
  if (Array.isArray(owner)) return { who: owner };
  return 'who' in owner || 'assign' in owner ? owner : { who: owner as Who };
}

export type Due = string | { at?: string; date?: string };

export interface CheckItem {
  key: string;
  name: Text;
  help?: Text;
  group?: Text;
  required?: boolean;
}

export interface Activity {
  key: string;
  name: Text;
  who: Whos;
  due?: string;
  required?: boolean;
}

export interface FieldRights {
  edit?: string[];
  read?: string[];
  hide?: string[];
  require?: string[];
}

export interface Condition {
  key?: string;
  if: string;
  message: Text;
}

export interface Linked {
  linked: string;
  via: string;
  in: string[];
  match?: string;
  message: Text;
}

export interface Transition {
  key: string;
  was?: string[];
  from: string[];
  to: string;
  name?: Text;
  if?: string;
  message?: Text;
  by?: string[];
  ask?: string[];
  set?: Assigns;
  approval?: string;
  confirm?: Text;
  auto?: boolean;
  restart?: boolean;
  while?: 'lock' | 'void';
}

export type Assigns = Record<string, string>;

export interface Who {
  user?: string;
  role?: string;
  team?: string;
  field?: string;
  managerOf?: string;
  level?: number;
  upTo?: number;
  /** Somebody chooses: the initiator when he submits, or the approver before; among `from` if it is given. */
  pick?: 'initiator' | 'previous';
  from?: Whos;
  decide?: string;
  expr?: string;
}

/** One who may stand for a list of one. */
export type Whos = Who | Who[];

export interface Chain {
  key: string;
  was?: string[];
  name: Text;
  help?: Text;
  skipIf?: string;
  guards?: string[];
  steps: Step[];
  /** `to` is end, initiator, or the key of a step. */
  onReject?: { to?: string; move?: string };
  onReturn?: { to?: 'initiator' | 'previous' | 'any'; resume?: 'rerun' | 'jumpBack' };
  cc?: Whos;
  dedupe?: 'none' | 'consecutive' | 'once';
}

export type Mode = 'all' | 'any' | 'sequence' | { any: 'allReject' } | { share: number } | { count: number } | { weight: Record<string, number>; pass: number };

export const EMPTY_POLICIES = ['climb', 'admin', 'pass', 'reject', 'block'] as const;
export type EmptyPolicy = (typeof EMPTY_POLICIES)[number];

export const SELF_POLICIES = ['climb', 'skip', 'allow', 'admin'] as const;
export type SelfPolicy = (typeof SELF_POLICIES)[number];

export const DUE_ACTIONS = ['remind', 'escalate', 'transfer', 'pass', 'reject'] as const;
export type DueAction = (typeof DUE_ACTIONS)[number];

export const STEP_RIGHTS = ['return', 'transfer', 'delegate', 'addSign', 'removeSign', 'withdraw'] as const;
export type StepRight = (typeof STEP_RIGHTS)[number];

export interface Step {
  key: string;
  was?: string[];
  name: Text;
  runIf?: string;
  who?: Whos;
  mode?: Mode;
  veto?: boolean;
  fields?: FieldRights;
  onEmpty?: EmptyPolicy | Whos;
  onSelf?: SelfPolicy;
  /** Rungs, or one total time that stands for three of them. */
  due?: DueStep[] | string;
  allow?: StepRight[];
  /** Steps that run at the same time; the step itself then only holds them together. */
  parallel?: Step[];
  join?: 'all' | 'any';
}

export interface DueStep {
  after: string;
  do: DueAction;
  to?: Whos;
}

export interface Rule {
  key: string;
  was?: string[];
  name?: Text;
  help?: Text;
  form?: string;
  kind: 'expression' | 'table' | 'scorecard';
  type?: string;
  value?: string;
  hit?: 'unique' | 'first' | 'priority' | 'collect' | 'collectSum';
  in?: RuleInput[];
  out?: RuleOutput[];
  rows?: RuleRow[];
  max?: NumberSlot;
  bands?: { key: string; name?: Text; from: NumberSlot }[];
  items?: ScoreItem[];
}

/** A column a table decides by: a field, or an expression. */
export interface RuleInput {
  key: string;
  name?: Text;
  value?: string;
}

export interface RuleOutput {
  key: string;
  name?: Text;
  type: string;
  values?: string[];
}

/** Cells in the order of the columns; an empty `if` cell means any value. */
export interface RuleRow {
  if: string[];
  then: string[];
  note?: Text;
}

export interface ScoreItem {
  key: string;
  name?: Text;
  group?: string;
  points: NumberSlot;
  if?: string;
  decay?: { since: string; days: NumberSlot };
}

/** Holds records nobody owns, for its members to claim. */
export interface Pool {
  key: string;
  was?: string[];
  name: Text;
  help?: Text;
  form: string;
  members: Whos;
  cap?: number;
  protect?: string;
  reclaim?: ReclaimRule[];
  cooldown?: string;
  claimPerDay?: number;
}

export interface ReclaimRule {
  if: string;
  notice?: string;
}

export interface Automation {
  key: string;
  was?: string[];
  name: Text;
  help?: Text;
  on: Trigger;
  if?: string;
  each?: { form?: string; process?: string; where?: string };
  until?: string;
  limit?: number;
  do: Action[];
  off?: boolean;
}

export interface Trigger {
  created?: string;
  updated?: string;
  fields?: string[];
  stage?: string;
  when?: 'entered' | 'left';
  transition?: string;
  approval?: string;
  result?: 'passed' | 'rejected' | 'returned';
  activity?: string;
  checklist?: string;
  due?: string;
  idle?: string;
  date?: string;
  offset?: string;
  button?: Text;
  form?: string;
  by?: string[];
  at?: string;
  cron?: string;
  timezone?: string;
  misfire?: 'skip' | 'once' | 'all';
  overlap?: 'skip' | 'queueOne' | 'allow';
}

/** Addresses in a text slot, or people. */
export type MailTo = string | Whos;

/** A text that mails are made of. */
export interface Message {
  key: string;
  was?: string[];
  name?: Text;
  form?: string;
  subject: Text;
  body: Text;
}

export interface Action {
  set?: Assigns;
  move?: string;
  start?: { process?: string; form?: string; with?: Assigns; link?: string };
  assign?: Owner;
  pool?: { in: string };
  task?: { who: Whos; name: Text; due?: string };
  notify?: { to: Whos; text: Text };
  mail?: { to: MailTo; cc?: MailTo; message: string };
  robot?: { to: string; text: Text; at?: Whos };
  http?: {
    url: string;
    method?: string;
    headers?: Record<string, string>;
    body?: Record<string, string>;
    secret?: string;
    retry?: number;
  };
  if?: string;
  wait?: string | { at: string } | { date: string };
  stop?: boolean;
  then?: Action[];
  else?: Action[];
  on?: string;
}

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
  kind?: 'summary' | 'funnel' | 'snapshot';
  weeks?: number;
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
  given: unknown;
  steps: unknown[];
}
