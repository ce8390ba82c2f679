import type { Data, Evaluated, FieldState, FieldStates } from '@/api/types';
import type { Field } from '@/model/definition';
import type { Reach } from './client';

/**
 * Puts what the browser computed into the values on screen; what the server decides, and what the person typed, stays. A field that
 * empties when it hides is emptied, but never one that shows: a number half typed is no number yet.
 */
export function takeLocal(fields: readonly Field[], screen: Data, found: Evaluated, reach: Reach): Data {
  const values = new Set(reach.values);
  const next: Data = { ...screen };
  for (const field of fields) {
    const { key, calc, type } = field;
    if (values.has(key)) {
      if (calc) next[key] = found.data[key];
      else if (found.fields[key]?.visible === false) next[key] = undefined;
    }
    if (type === 'table') next[key] = takeRows(field, next[key], found.data[key], values);
  }
  return next;
}

function takeRows(table: Field, screen: unknown, found: unknown, values: ReadonlySet<string>): unknown {
  const computed = (table.fields ?? []).filter((c) => c.calc && values.has(`${table.key}.${c.key}`));
  if (computed.length === 0 || !Array.isArray(screen) || !Array.isArray(found) || screen.length !== found.length) return screen;
  return (screen as Data[]).map((row, i) => ({ ...row, ...Object.fromEntries(computed.map((c) => [c.key, (found as Data[])[i]?.[c.key]])) }));
}

/** "lines[2].price" → "lines.price". */
const column = (place: string) => place.replace(/\[\d+\]/, '');

/**
 * Puts what the browser found about fields over what the server last said. What the browser evaluates only adds to required and locked:
 * the server may know more reasons, such as the stage, and takes them away itself.
 */
export function takeStates(server: FieldStates, found: FieldStates, reach: Reach): FieldStates {
  const visible = new Set(reach.visible);
  const required = new Set(reach.required);
  const readOnly = new Set(reach.readOnly);
  const next: FieldStates = { ...server };
  for (const [place, here] of Object.entries(found)) {
    const id = column(place);
    const last: FieldState | undefined = server[place] ?? server[id];
    if (!last) continue;
    const shows = visible.has(id) ? here.visible : last.visible;
    const must = required.has(id) ? here.visible && (here.required || last.required) : last.required;
    const still = readOnly.has(id) ? here.readOnly || last.readOnly : last.readOnly;
    // Most states are as they were, and stay the objects they are.
    const same = shows === last.visible && must === last.required && still === last.readOnly;
    next[place] = same ? last : { ...last, visible: shows, required: must, readOnly: still };
  }
  return next;
}

/** The sections that show, by the browser where it can tell. */
export function takeSections(server: Evaluated['sections'], found: Evaluated['sections'], reach: Reach): Evaluated['sections'] {
  const next = { ...server };
  for (const key of reach.sections) if (found[key]) next[key] = found[key];
  return next;
}
