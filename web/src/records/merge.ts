import type { Data } from '@/api/types';
import type { Field } from '@/model/definition';
import { isEmpty } from '@/fields/kind';

/** Texts are kept as the person types them; everything else follows the server, which computes and fills. */
function keepsTyping(field: Field): boolean {
  return (field.type === 'text' || field.type === 'longtext') && !field.calc;
}

/**
 * Takes the server's evaluation into the values on screen. Fields that changed after the request was sent keep what is on
 * screen (the next evaluation knows of them); texts the person has touched keep their exact typing.
 */
export function takeEvaluated(fields: readonly Field[], local: Data, answered: Data, changedSince: ReadonlySet<string>, touched: ReadonlySet<string>): Data {
  const next: Data = {};
  for (const field of fields) {
    const { key } = field;
    if (changedSince.has(key)) next[key] = local[key];
    else if (field.type === 'table') next[key] = takeRows(field, local[key], answered[key]);
    else if (touched.has(key) && keepsTyping(field) && !isEmpty(local[key]) && !isEmpty(answered[key])) next[key] = local[key];
    else next[key] = answered[key];
  }
  return next;
}

function takeRows(field: Field, local: unknown, answered: unknown): unknown {
  if (!Array.isArray(local) || !Array.isArray(answered) || local.length !== answered.length) return answered ?? (Array.isArray(local) && local.length > 0 ? local : undefined);
  const mine = local as Data[];
  return (answered as Data[]).map((row, i) => {
    const next: Data = { ...row };
    for (const column of field.fields ?? []) {
      const typed = mine[i]?.[column.key];
      if (keepsTyping(column) && !isEmpty(typed) && !isEmpty(row[column.key])) next[column.key] = typed;
    }
    return next;
  });
}

/** What is sent of a record's values: computed fields are left out, references go as ids, rows without computed columns. */
export function toWire(fields: readonly Field[], data: Data, keys: Iterable<string>): Data {
  const wanted = new Set(keys);
  const out: Data = {};
  for (const field of fields) {
    if (!wanted.has(field.key) || field.calc) continue;
    out[field.key] = wireValue(field, data[field.key]);
  }
  return out;
}

function wireValue(field: Field, value: unknown): unknown {
  if (isEmpty(value)) return null;
  if (field.type === 'reference' && typeof value === 'object') return (value as { id: string }).id;
  if (field.type === 'table' && Array.isArray(value)) {
    return (value as Data[]).map((row) => {
      const out: Data = {};
      for (const column of field.fields ?? []) {
        if (!column.calc && !isEmpty(row[column.key])) out[column.key] = wireValue(column, row[column.key]);
      }
      return out;
    });
  }
  return value;
}
