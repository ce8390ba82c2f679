// Pools and automations of a definition.
import type { Assigns, DueStep, Whos } from './approval';
import type { Owner } from './process';
import type { Text } from './text';

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
  each?: Each;
  until?: string;
  limit?: number;
  do: Action[];
  off?: boolean;
}

/** Runs actions once for each record found, each row of a table, or each group of records. */
export interface Each {
  form?: string;
  process?: string;
  rows?: string;
  where?: string;
  groupBy?: string;
}

/** An expression, or for a table the rows it is made from. */
export type WithValue = string | { from: string; if?: string; set: Assigns };

/** One member of what comes from another system. */
export interface Shape {
  key: string;
  name?: Text;
  type: 'text' | 'number' | 'bool' | 'date' | 'datetime' | 'table';
  from?: string;
  required?: boolean;
  fields?: Shape[];
}

/** A reference field, "record", or every record that a filter finds. */
export type ActOn = string | { form: string; where?: string };

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
  webhook?: string;
  payload?: Shape[];
  where?: string;
  at?: string;
  public?: string;
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
  start?: { process?: string; form?: string; with?: Record<string, WithValue>; link?: string };
  assign?: Owner;
  pool?: { in: string };
  task?: { who: Whos; name: Text; due?: string; ladder?: DueStep[] };
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
    into?: Record<string, string>;
    result?: Shape[];
  };
  if?: string;
  wait?: string | { at: string } | { date: string };
  stop?: boolean;
  each?: Each;
  do?: Action[];
  then?: Action[];
  else?: Action[];
  on?: ActOn;
}
