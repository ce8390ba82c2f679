import { type Definition, type Form } from './definition';
import { identifiers, formulas } from './identifiers';
import { keyPath } from './path';
import { references, type Reference } from './references';

function reads(r: Reference, key: string, shadowed: ReadonlySet<string>): boolean {
  switch (r.kind) {
    case 'name':
      return r.value === key;
    case 'list':
      return (r.value as string[]).some((k) => k === key || k === '-' + key || k.startsWith(key + '.'));
    case 'keys':
      return Object.hasOwn(r.value as object, key);
    case 'expression':
      return !shadowed.has(key) && identifiers(r.value as string).some((id) => !id.member && id.name === key);
    case 'template':
      return formulas(r.value as string).some((f) => identifiers(f.source).some((id) => !id.member && id.name === key));
  }
}

/** The columns of a table hide fields of the same key from the formulas inside the table. */
function columnsOf(form: Form | undefined, table: string | undefined): ReadonlySet<string> {
  if (table === undefined) return new Set();
  return new Set(form?.fields.find((f) => f.key === table)?.fields?.map((c) => c.key));
}

/** Where a field is used, as key paths; its own place and its place in a section do not count. */
export function usesOf(def: Definition, form: string, key: string): string[] {
  const it = def.forms?.find((f) => f.key === form);
  return references(def)
    .filter((r) => r.form === form && !(r.path[2] === 'sections' && r.kind === 'list') && reads(r, key, columnsOf(it, r.table)))
    .map((r) => keyPath(def, r.path));
}
