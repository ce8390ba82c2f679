import type { Action, Automation, Definition, Each, Field, Shape } from '../definition';
import type { Path } from '../path';
import { formOfAutomation, formOfEach } from '../references';

/** A row is one of a table of the record, or of one that came in or was answered. */
export type Row = { fields: readonly Field[] } | { shapes: readonly Shape[] };

/** What an expression of an automation, or of a report of rows, sees besides the record it is about. */
export interface Seen {
  /** What another system sent. */
  payload?: readonly Shape[];
  /** The fields of a public form that a visitor sent: the payload then. */
  sent?: readonly Field[];
  /** What the call before answered, with its status. */
  result?: readonly Shape[];
  /** The form of the automation's own record, where bare names are another's. */
  source?: string;
  /** The columns of the row in hand. */
  row?: Row;
  /** The form of the records of a group, and the field they share. */
  rows?: { form: string; by: string };
}

/** What is seen at a path of the definition such as automations/2/do/0/set/qty; nothing outside automations and reports of rows. */
export function seenAt(def: Definition, at: Path): Seen {
  if (at[0] === 'reports' && typeof at[1] === 'number') return inReport(def, at[1], at[2]);
  if (at[0] !== 'automations' || typeof at[1] !== 'number') return {};
  const auto = def.automations?.[at[1]];
  if (!auto) return {};
  const own = formOfAutomation(def, auto);
  let seen: Seen = auto.on?.webhook === undefined ? sentBy(def, auto, own) : { payload: auto.on.payload ?? [] };
  if (at[2] === 'each') return auto.on?.cron === undefined ? besides(seen, own) : seen;
  if (at[2] !== 'do') return seen;
  seen = inside(def, auto.each, seen, own, auto);
  return walk(def, auto.do ?? [], at.slice(3), seen, own);
}

/** The figures of a report of rows see the row; which records it is of is asked before. */
function inReport(def: Definition, index: number, member: Path[number] | undefined): Seen {
  const report = def.reports?.[index];
  if (report?.rows === undefined || member !== 'measures') return {};
  const own = report.form ?? def.processes?.find((p) => p.key === report.process)?.form ?? '';
  const row = rowsOf(def, report.rows, {}, own);
  return row ? { row } : {};
}

/** What a visitor sent by a public form: what it asks for, and where he came from. A field of the record called payload is the one meant. */
function sentBy(def: Definition, auto: Automation, own: string): Seen {
  const visitors = def.public?.find((p) => p.key === auto.on?.public);
  const fields = def.forms?.find((f) => f.key === own)?.fields;
  if (!visitors || !fields || fields.some((f) => f.key === 'payload')) return {};
  const keys = [...visitors.fields, ...Object.keys(visitors.source ?? {})];
  return { sent: fields.filter((f) => keys.includes(f.key)) };
}

/** Goes along the actions of a list to where the path leads. */
function walk(def: Definition, list: readonly Action[], rest: Path, before: Seen, own: string): Seen {
  const [index, member, ...more] = rest;
  if (typeof index !== 'number') return before;
  let seen = before;
  // What an earlier call of this list answered is seen by those after it.
  for (const earlier of list.slice(0, index)) if (earlier.http?.result) seen = { ...seen, result: earlier.http.result };
  const action = list[index];
  if (!action) return seen;
  if (member === 'then' || member === 'else') return walk(def, action[member] ?? [], more, seen, own);
  if (member === 'do') return walk(def, action.do ?? [], more, inside(def, action.each, seen, own), own);
  const elsewhere = action.on !== undefined && action.on !== 'record';
  if (member === 'each' || (elsewhere && member !== 'if')) return besides(seen, own);
  return seen;
}

/** What is seen on another record: the automation's own is the source. */
function besides(seen: Seen, own: string): Seen {
  return own === '' || seen.source !== undefined ? seen : { ...seen, source: own };
}

/** What the actions inside an each see. A schedule's own each says which records the automation runs for: they are its own. */
function inside(def: Definition, each: Each | undefined, seen: Seen, own: string, auto?: Automation): Seen {
  if (!each) return seen;
  if (each.rows !== undefined) {
    const row = rowsOf(def, each.rows, seen, own);
    return row ? { ...seen, row } : seen;
  }
  const form = formOfEach(def, each);
  if (each.groupBy !== undefined) return { ...seen, rows: { form, by: each.groupBy } };
  return auto?.on?.cron === undefined ? besides(seen, own) : seen;
}

/** The columns of what an each goes through: a table of the record, or one of what came in or was answered. */
function rowsOf(def: Definition, rows: string, seen: Seen, own: string): Row | undefined {
  const [head, member] = rows.split('.');
  if (member === undefined) {
    const fields = def.forms?.find((f) => f.key === own)?.fields.find((f) => f.key === head && f.type === 'table')?.fields;
    return fields && { fields };
  }
  const sent = head === 'payload' ? seen.sent?.find((f) => f.key === member && f.type === 'table')?.fields : undefined;
  if (sent) return { fields: sent };
  const told = head === 'payload' ? seen.payload : head === 'result' ? seen.result : undefined;
  const shapes = told?.find((s) => s.key === member && s.type === 'table')?.fields;
  return shapes && { shapes };
}
