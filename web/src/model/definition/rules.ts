// Rules of a definition: expressions, decision tables, scorecards.
import type { NumberSlot, Text } from './text';

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
