// Processes of a definition: stages, transitions, owners, conditions.
import type { Assigns, DueStep, Who, Whos } from './approval';
import type { Field } from './forms';
import type { Text } from './text';

export interface Process {
  key: string;
  was?: string[];
  form: string;
  name: Text;
  start: string;
  value?: string;
  closing?: string;
  roles?: string[];
  noPrecedents?: boolean;
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
  /** What happens as the time goes by: counted from entry, or where the deadline is a date or a time of day, from that ("-P3D": before it). */
  ladder?: DueStep[];
  idle?: string;
  idleLadder?: DueStep[];
  checklist?: CheckItem[];
  groups?: CheckGroup[];
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
  help?: Text;
  who: Whos;
  mode?: 'any' | 'each';
  onEmpty?: string | Whos;
  fields?: Field[];
  passIf?: string;
  due?: string;
  ladder?: DueStep[];
  required?: boolean;
}

export interface CheckGroup {
  key: string;
  name: Text;
  help?: Text;
  owner?: Whos;
  ordered?: boolean;
  required?: boolean;
  due?: string;
  ladder?: DueStep[];
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
