// What people outside the company see: forms they fill in, pages on which they follow a record, papers they are given.
import type { Assigns } from './approval';
import type { Text } from './text';

/** A form that anybody fills in by a link. */
export interface PublicForm {
  key: string;
  was?: string[];
  form: string;
  name: Text;
  intro?: Text;
  submit?: Text;
  fields: string[];
  set?: Assigns;
  /** Field → parameter of the address, or "referrer". */
  source?: Record<string, string>;
  thanks?: Text;
  files?: boolean;
}

/** A page on which a customer follows one record by a link. */
export interface Tracking {
  key: string;
  was?: string[];
  form?: string;
  process?: string;
  name: Text;
  if?: string;
  message?: Text;
  fields?: string[];
  stages?: TrackingStage[];
  expiry?: string;
  by?: string[];
}

/** One step of the way, in the customer's words. */
export interface TrackingStage {
  key: string;
  name: Text;
  in?: string[];
  message?: Text;
}

/** A paper made of a record: of blocks, or of HTML. */
export interface Print {
  key: string;
  was?: string[];
  form: string;
  name: Text;
  if?: string;
  by?: string[];
  blocks?: Block[];
  body?: Text;
  header?: Text;
  footer?: Text;
  css?: string;
  page?: 'A4' | 'A4 landscape' | 'A5' | 'A5 landscape';
}

export type BlockKind = 'heading' | 'text' | 'fields' | 'table' | 'amount' | 'image' | 'sign' | 'code' | 'line' | 'break' | 'html';

/** One piece of a paper. */
export interface Block {
  key: string;
  kind: BlockKind;
  /** On every page. */
  on?: 'top' | 'bottom';
  if?: string;
  text?: Text;
  level?: number;
  align?: 'left' | 'center' | 'right';
  look?: 'note' | 'box' | 'bars';
  value?: string;
  words?: 'beside' | 'below';
  rows?: string;
  numbered?: boolean;
  cells?: BlockCell[];
  across?: number;
  source?: string;
  width?: number;
  html?: Text;
}

/** One value of a block with its name; without one it is called as its field is. */
export interface BlockCell {
  value?: string;
  name?: Text;
  width?: number;
  align?: 'left' | 'center' | 'right';
  sum?: boolean;
}
