// People and approval chains of a definition.
import type { FieldRights } from './process';
import type { Text } from './text';

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
/** What a rung of a task that is no decision may do. */
export const TASK_ACTIONS = ['remind', 'escalate', 'transfer'] as const;
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
