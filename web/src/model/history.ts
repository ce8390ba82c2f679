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
