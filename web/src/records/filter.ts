import { varies } from '@/fields/currency';
import type { FilterOp } from '@/fields/kind';
import type { Field, FieldType, Form, Process } from '@/model/definition';

/** One row of a filter, as the person set it up. */
export interface Clause {
  /** A field's key, a system name (stage, owner, createdAt, updatedAt), or the column of a table: lines.product, of which some row is asked for. */
  field: string;
  op: FilterOp;
  /** What is compared with: a decimal, a date, a text, or keys. */
  value: string | string[];
}

/** What can be filtered by: fields that the store keeps in columns, the columns of tables, and the system names. */
export interface Filterable {
  key: string;
  type: FieldType | 'stage';
  /** An amount whose currency varies by record: it is compared in the app's. */
  base?: boolean;
}

/** Fields that the store can filter by; the server refuses others. */
export function filterables(form: Form, process: Process | undefined): Filterable[] {
  const list: Filterable[] = [];
  if (process) list.push({ key: 'stage', type: 'stage' });
  list.push({ key: 'owner', type: 'user' });
  for (const field of form.fields) {
    if (isQueryable(field)) list.push({ key: field.key, type: field.type, ...(varies(form, field) ? { base: true } : {}) });
    for (const column of (field.type === 'table' && field.fields) || []) {
      if (!ROW_UNQUERYABLE.has(column.type)) list.push({ key: `${field.key}.${column.key}`, type: column.type, ...(varies(form, column) ? { base: true } : {}) });
    }
  }
  return [...list, { key: 'createdAt', type: 'date' }, { key: 'updatedAt', type: 'date' }];
}

/** Types without a column, and those whose column is made only when it is asked for. */
const UNQUERYABLE: ReadonlySet<FieldType> = new Set(['text', 'longtext', 'richtext', 'table', 'multiselect', 'address', 'location', 'attachment', 'image', 'signature', 'static']);
/** Columns whose cells are no values that compare. */
const ROW_UNQUERYABLE: ReadonlySet<FieldType> = new Set([...UNQUERYABLE].filter((type) => type !== 'text' && type !== 'multiselect'));
const FIGURES: ReadonlySet<string> = new Set(['number', 'money', 'percent', 'duration', 'rating', 'slider']);

/** Whether the store keeps the field in a column of its own. */
export function isQueryable(field: Field): boolean {
  return Boolean(field.filter || field.sort || field.list) || !UNQUERYABLE.has(field.type);
}

/** A text as an expression writes it. */
export function quote(text: string): string {
  return `'${text.replace(/\\/g, '\\\\').replace(/'/g, "\\'").replace(/\n/g, '\\n')}'`;
}

function decimal(value: string): string | undefined {
  return /^-?\d+(\.\d+)?$/.test(value) ? value : undefined;
}

/** The expression of one row, or undefined while it is incomplete. */
export function clauseExpression(clause: Clause, type: Filterable['type']): string | undefined {
  const { field, op, value } = clause;
  const one = typeof value === 'string' ? value : '';
  const many = Array.isArray(value) ? value : value ? [value] : [];
  switch (op) {
    case 'empty':
      return `${field} == nil`;
    case 'notEmpty':
      return `${field} != nil`;
    case 'true':
      return `${field} == true`;
    case 'false':
      return `${field} != true`;
    case 'me':
      return `${field} == me`;
    case 'in':
      if (many.length === 0) return undefined;
      return many.length === 1 ? `${field} == ${quote(many[0] ?? '')}` : `${field} in [${many.map(quote).join(', ')}]`;
    case 'anyOf':
      return many.length === 0 ? undefined : `(${many.map((v) => `${quote(v)} in ${field}`).join(' or ')})`;
    case 'notBefore':
      return one ? `${field} >= ${quote(one)}` : undefined;
    case 'notAfter':
      return one ? `${field} <= ${quote(one)}` : undefined;
    case 'contains':
      return one ? `${field} contains ${quote(one)}` : undefined;
    case 'is':
    case 'isNot': {
      if (type === 'reference') return many[0] ? `${field} == ${quote(many[0])}` : undefined; // the id, and what it was called
      if (!one) return undefined;
      const sign = op === 'is' ? '==' : '!=';
      return FIGURES.has(type) ? decimal(one) && `${field} ${sign} ${one}` : `${field} ${sign} ${quote(one)}`;
    }
    case 'atLeast':
      return decimal(one) && `${field} >= ${one}`;
    case 'atMost':
      return decimal(one) && `${field} <= ${one}`;
    case 'from':
      return one ? `${field} >= ${dateLiteral(field, type, one, '00:00:00')}` : undefined;
    case 'to':
      return one ? `${field} <= ${dateLiteral(field, type, one, '23:59:59')}` : undefined;
  }
}

/** Instants are compared with instants of the app's own day, date fields with dates. */
function dateLiteral(field: string, type: Filterable['type'], date: string, time: string): string {
  return type === 'datetime' || field === 'createdAt' || field === 'updatedAt' ? `datetime(${quote(`${date} ${time}`)})` : `date(${quote(date)})`;
}

/** The table and the column that lines.product names; a field has no column. */
export function columnOf(key: string): [field: string, column: string | undefined] {
  const dot = key.indexOf('.');
  return dot < 0 ? [key, undefined] : [key.slice(0, dot), key.slice(dot + 1)];
}

/** All rows and an expression given from elsewhere, joined by "and". */
export function whereOf(clauses: readonly Clause[], list: readonly Filterable[], extra: readonly (string | undefined)[] = []): string {
  const parts = extra.filter((e): e is string => Boolean(e)).map((e) => (/\bor\b|\|\||\?/.test(e) ? `(${e})` : e));
  for (const clause of clauses) {
    const found = list.find((f) => f.key === clause.field);
    const figure = found?.base && clause.op !== 'empty' && clause.op !== 'notEmpty';
    const [table, column] = columnOf(clause.field);
    const name = column === undefined ? clause.field : `.${column}`;
    const expression = found && clauseExpression({ ...clause, field: figure ? `base(${name})` : name }, found.type);
    if (expression) parts.push(column === undefined ? expression : `any(${table}, ${expression})`);
  }
  return parts.join(' and ');
}

/** Rows kept in the address; whatever does not look like rows is dropped. */
export function readClauses(text: string | undefined): Clause[] {
  if (!text) return [];
  try {
    const list: unknown = JSON.parse(text);
    if (!Array.isArray(list)) return [];
    return list.flatMap((item: unknown): Clause[] => {
      if (!Array.isArray(item) || typeof item[0] !== 'string' || typeof item[1] !== 'string') return [];
      const value: unknown = item[2] ?? '';
      if (typeof value !== 'string' && !(Array.isArray(value) && value.every((v) => typeof v === 'string'))) return [];
      return [{ field: item[0], op: item[1] as FilterOp, value: value as string | string[] }];
    });
  } catch {
    return [];
  }
}

export function writeClauses(clauses: readonly Clause[]): string | undefined {
  return clauses.length === 0 ? undefined : JSON.stringify(clauses.map((c) => [c.field, c.op, c.value]));
}
