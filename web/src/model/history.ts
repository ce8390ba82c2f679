import { invert, isIdle, reduce, type Change } from './change';
import { type Path } from './path';

/** The editor's state: what is, and the ways back and forth. Bounded, so that a long day does not fill the memory. */
export interface History<T> {
  readonly now: T;
  readonly back: readonly Entry[];
  readonly forth: readonly Entry[];
}

export interface Entry {
  readonly change: Change;
  /** Changes with the same mark that follow each other are one step of undo: typing a word, dragging a card. */
  readonly mark?: string;
}

const LIMIT = 500;

export function begin<T>(now: T): History<T> {
  return { now, back: [], forth: [] };
}

/** Makes a change. Entries of `back` hold inverses. */
export function make<T>(h: History<T>, change: Change, mark?: string): History<T> {
  if (isIdle(h.now, change)) return h;
  const inverse = invert(h.now, change);
  const now = reduce(h.now, change);
  const top = h.back.at(-1);
  if (mark !== undefined && top?.mark === mark && h.forth.length === 0) {
    const joined: Entry = { change: join(inverse, top.change), mark };
    return { now, back: [...h.back.slice(0, -1), joined], forth: [] };
  }
  return {
    now,
    back: [...h.back, mark === undefined ? { change: inverse } : { change: inverse, mark }].slice(-LIMIT),
    forth: [],
  };
}

/** Two inverses run one after the other; a set that the older one overwrites anyway is dropped, so typing does not pile up. */
function join(newer: Change, older: Change): Change {
  if (newer.op === 'set' && older.op === 'set' && older.at.every((step, i) => newer.at[i] === step)) return older;
  return { op: 'all', changes: [newer, older] };
}

/** Ends a run of joined changes: the next change is a step of its own. */
export function settle<T>(h: History<T>): History<T> {
  const top = h.back.at(-1);
  if (top?.mark === undefined) return h;
  return { ...h, back: [...h.back.slice(0, -1), { change: top.change }] };
}

export function undo<T>(h: History<T>): History<T> {
  const top = h.back.at(-1);
  if (top === undefined) return h;
  return {
    now: reduce(h.now, top.change),
    back: h.back.slice(0, -1),
    forth: [...h.forth, { change: invert(h.now, top.change) }],
  };
}

export function redo<T>(h: History<T>): History<T> {
  const top = h.forth.at(-1);
  if (top === undefined) return h;
  return {
    now: reduce(h.now, top.change),
    back: [...h.back, { change: invert(h.now, top.change) }],
    forth: h.forth.slice(0, -1),
  };
}

/** The mark of typing at one place. */
export function typing(at: Path): string {
  return 'type:' + at.join('/');
}

/**
 * What the definition became by others' hands, at some places. The steps of undo stay as far as they have nothing to do with these
 * places: no step may take back what somebody else wrote.
 */
export function rebase<T>(h: History<T>, now: T, touched: readonly Path[]): History<T> {
  const clear = (e: Entry) => placesOf(e.change).every((p) => touched.every((q) => !meet(p, q)));
  const newest = (list: readonly Entry[]) => list.slice(list.findLastIndex((e) => !clear(e)) + 1);
  return { now, back: newest(h.back), forth: newest(h.forth) };
}

function placesOf(change: Change): Path[] {
  return change.op === 'all' ? change.changes.flatMap(placesOf) : [change.at];
}

/** Whether one place holds the other. Places in a list count as the same: their numbers may have shifted meanwhile. */
function meet(a: Path, b: Path): boolean {
  const n = Math.min(a.length, b.length);
  for (let i = 0; i < n; i++) if (a[i] !== b[i] && !(typeof a[i] === 'number' && typeof b[i] === 'number')) return false;
  return true;
}
