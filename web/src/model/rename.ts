import { type Change } from './change';
import { type Definition, type Field, type Form } from './definition';
import { formIndex } from './edits';
import { identifiers, formulas, replaceNames, replaceNamesInTemplate } from './identifiers';
import { keyPath } from './path';
import { references, type Reference } from './references';

function reads(r: Reference, key: string, shadowed: ReadonlySet<string>): boolean {
  switch (r.kind) {
    case 'name':
      return r.value === key;
    case 'list':
      return (r.value as string[]).some((k) => k === key || k === '-' + key);
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

/**
 * Renames a field's key and every use of it: lists, names, members and formulas. The old key is kept in `was` when it has been
 * published, so that the stored values stay with the field (semantics 1).
 */
export function renameField(def: Definition, form: string, key: string, to: string, published: boolean): Change {
  const f = formIndex(def, form);
  const it = def.forms?.[f] as Form;
  const i = it.fields.findIndex((x) => x.key === key);
  const field = it.fields[i] as Field;
  const changes: Change[] = [];
  const swap = (id: { name: string; member: boolean }) => (!id.member && id.name === key ? to : undefined);
  for (const r of references(def)) {
    if (r.form !== form || !reads(r, key, columnsOf(it, r.table))) continue;
    switch (r.kind) {
      case 'name':
        changes.push({ op: 'set', at: r.path, value: to });
        break;
      case 'list':
        changes.push({
          op: 'set',
          at: r.path,
          value: (r.value as string[]).map((k) => (k === key ? to : k === '-' + key ? '-' + to : k)),
        });
        break;
      case 'expression':
        changes.push({ op: 'set', at: r.path, value: replaceNames(r.value as string, swap) });
        break;
      case 'template':
        changes.push({ op: 'set', at: r.path, value: replaceNamesInTemplate(r.value as string, swap) });
        break;
      case 'keys':
        break;
    }
  }
  // Members are renamed last: the formulas above are written under the old member first, and then move with it.
  for (const r of references(def)) {
    if (r.form !== form || r.kind !== 'keys' || !reads(r, key, new Set())) continue;
    const source = (r.value as Record<string, string>)[key] as string;
    const inForm = changes.find(
      (c) => c.op === 'set' && c.at.length === r.path.length + 1 && c.at.every((s, n) => s === [...r.path, key][n]),
    );
    const value = inForm?.op === 'set' ? inForm.value : source;
    changes.push({ op: 'set', at: [...r.path, key] }, { op: 'set', at: [...r.path, to], value });
  }
  const at = ['forms', f, 'fields', i];
  if (published && !field.was?.includes(key)) changes.push({ op: 'set', at: [...at, 'was'], value: [...(field.was ?? []), key] });
  changes.push({ op: 'set', at: [...at, 'key'], value: to });
  return { op: 'all', changes };
}
