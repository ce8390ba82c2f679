// Forms of a definition: options, fields, sections, checks, grants.
import type { NumberSlot, Text } from './text';

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
  /** Amounts are summed up in the currency of the record, instead of in the app's. */
  ownCurrency?: boolean;
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
  /** Phone numbers shown in part. */
  mask?: string[];
}

export interface Related {
  form: string;
  via: string;
  name?: Text;
}
