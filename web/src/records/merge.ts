import type { Data } from '@/api/types';
import { isComputed, type Field } from '@/model/definition';
import { isEmpty } from '@/fields/kind';
import { readRef } from '@/fields/ref';

const TYPED: ReadonlySet<Field['type']> = new Set(['text', 'longtext', 'richtext', 'barcode', 'duration', 'address', 'location']);

/** What is written letter by letter is kept as the person types it; everything else follows the server, which computes and fills. */
function keepsTyping(field: Field): boolean {
  return TYPED.has(field.type) && !field.calc;
}

/**
 * Takes the server's evaluation into the values on screen. Fields that changed after the request was sent keep what is on
 * screen (the next evaluation knows of them); texts the person has touched keep their exact typing. A value at one of the places
 * in wrong could not be read: the answer leaves it out, and it stays to be mended.
 */
export function takeEvaluated(fields: readonly Field[], local: Data, answered: Data, changedSince: ReadonlySet<string>, touched: ReadonlySet<string>, wrong: ReadonlySet<string> = new Set()): Data {
  const next: Data = {};
  for (const field of fields) {
    const { key } = field;
    if (changedSince.has(key)) next[key] = local[key];
    else if (field.type === 'table') next[key] = takeRows(field, local[key], answered[key], wrong);
    else if (touched.has(key) && wrong.has(key) && !isEmpty(local[key]) && !isComputed(field)) next[key] = local[key];
    else if (touched.has(key) && keepsTyping(field) && !isEmpty(local[key]) && !isEmpty(answered[key])) next[key] = local[key];
    else next[key] = field.type === 'reference' ? titled(local[key], answered[key]) : answered[key];
  }
  return next;
}

/** An evaluation names the records it had to look at; of another that is still the same, the title is on the screen. */
function titled(local: unknown, answered: unknown): unknown {
  const [was, is] = [readRef(local), readRef(answered)];
  return was && is && was.id === is.id && is.title === is.id ? local : answered;
}

function takeRows(field: Field, local: unknown, answered: unknown, wrong: ReadonlySet<string>): unknown {
  if (!Array.isArray(local) || !Array.isArray(answered) || local.length !== answered.length) return answered ?? (Array.isArray(local) && local.length > 0 ? local : undefined);
  const mine = local as Data[];
  return (answered as Data[]).map((row, i) => {
    const next: Data = { ...row };
    for (const column of field.fields ?? []) {
      const typed = mine[i]?.[column.key];
      if (column.type === 'reference') next[column.key] = titled(typed, row[column.key]);
      const unread = wrong.has(`${field.key}[${i}].${column.key}`) && !isComputed(column);
      if (!isEmpty(typed) && (unread || (keepsTyping(column) && !isEmpty(row[column.key])))) next[column.key] = typed;
    }
    return next;
  });
}

/** What is sent of a record's values: computed fields are left out, references go as ids, rows without computed columns. */
export function toWire(fields: readonly Field[], data: Data, keys: Iterable<string>): Data {
  const wanted = new Set(keys);
  const out: Data = {};
  for (const field of fields) {
    if (!wanted.has(field.key) || isComputed(field)) continue;
    out[field.key] = wireValue(field, data[field.key]);
  }
  return out;
}

/** Remembers what it made of each value, so that what did not change is not made again, and is the same object. */
export class Wire {
  private made = new Map<string, { value: unknown; wire: unknown }>();
  private last: Data = {};

  constructor(private readonly fields: readonly Field[]) {}

  of(data: Data): Data {
    let same = true;
    const out: Data = {};
    for (const field of this.fields) {
      if (isComputed(field)) continue;
      const value = data[field.key];
      let made = this.made.get(field.key);
      if (!made || made.value !== value) {
        made = { value, wire: wireValue(field, value) };
        this.made.set(field.key, made);
        same = false;
      }
      out[field.key] = made.wire;
    }
    if (!same) this.last = out;
    return this.last;
  }
}

function wireValue(field: Field, value: unknown): unknown {
  if (isEmpty(value)) return null;
  if (field.type === 'reference' && typeof value === 'object') return (value as { id: string }).id;
  if (field.type === 'table' && Array.isArray(value)) {
    return (value as Data[]).map((row) => {
      const out: Data = {};
      for (const column of field.fields ?? []) {
        if (!isComputed(column) && !isEmpty(row[column.key])) out[column.key] = wireValue(column, row[column.key]);
      }
      return out;
    });
  }
  return value;
}
