import { isObject, valueAt, type Json, type Path } from './path';

/**
 * A typed change of a definition. Every change has an inverse, which is what undo runs: reduce(reduce(d, c), invert(d, c))
 * equals d. A set without a value removes the member; missing parents are made on the way.
 */
export type Change =
  | { op: 'set'; at: Path; value?: Json }
  | { op: 'insert'; at: Path; index: number; value: Json }
  | { op: 'remove'; at: Path; index: number }
  | { op: 'move'; at: Path; from: number; to: number }
  | { op: 'all'; changes: readonly Change[] };

export class ChangeError extends Error {}

/** Rebuilds the way down to a place with one value replaced; everything beside the way is shared with the old tree. */
function put(at: Json, path: Path, depth: number, make: (old: Json) => Json): Json {
  if (depth === path.length) return make(at);
  const step = path[depth] as string | number;
  if (typeof step === 'number') {
    if (at !== undefined && !Array.isArray(at)) throw new ChangeError(`not a list at ${path.slice(0, depth).join('/')}`);
    const list = at === undefined ? [] : (at as Json[]);
    if (step < 0 || step > list.length) throw new ChangeError(`no place ${step} at ${path.slice(0, depth).join('/')}`);
    const value = put(list[step], path, depth + 1, make);
    const copy = list.slice();
    if (value === undefined) copy.splice(step, 1);
    else copy[step] = value;
    return copy;
  }
  if (at !== undefined && !isObject(at)) throw new ChangeError(`not an object at ${path.slice(0, depth).join('/')}`);
  const value = put(at?.[step], path, depth + 1, make);
  if (value === undefined) {
    if (at === undefined || !Object.hasOwn(at, step)) return at ?? {};
    const { [step]: _gone, ...rest } = at;
    return rest;
  }
  return { ...at, [step]: value };
}

function listAt(v: Json, path: Path): Json[] {
  if (v === undefined) return [];
  if (!Array.isArray(v)) throw new ChangeError(`not a list at ${path.join('/')}`);
  return v;
}

function within(i: number, length: number, path: Path): void {
  if (!Number.isInteger(i) || i < 0 || i >= length) throw new ChangeError(`no place ${i} at ${path.join('/')}`);
}

/** Applies a change. The old tree is left as it is. Throws ChangeError when the change does not fit the tree. */
export function reduce<T>(root: T, change: Change): T {
  switch (change.op) {
    case 'set':
      if (change.value === undefined && valueAt(root, change.at) === undefined) return root;
      return put(root, change.at, 0, () => change.value) as T;
    case 'insert':
      return put(root, change.at, 0, (old) => {
        const list = listAt(old, change.at);
        within(change.index, list.length + 1, change.at);
        return list.toSpliced(change.index, 0, change.value);
      }) as T;
    case 'remove':
      return put(root, change.at, 0, (old) => {
        const list = listAt(old, change.at);
        within(change.index, list.length, change.at);
        return list.toSpliced(change.index, 1);
      }) as T;
    case 'move':
      return put(root, change.at, 0, (old) => {
        const list = listAt(old, change.at);
        within(change.from, list.length, change.at);
        within(change.to, list.length, change.at);
        const copy = list.slice();
        copy.splice(change.to, 0, ...copy.splice(change.from, 1));
        return copy;
      }) as T;
    case 'all':
      return change.changes.reduce<T>((d, c) => reduce(d, c), root);
  }
}

/** How far down a Path the tree goes: the number of steps whose value is there. */
function depthThere(root: Json, path: Path): number {
  let n = 0;
  while (n < path.length && valueAt(root, path.slice(0, n + 1)) !== undefined) n++;
  return n;
}

/** The change that takes `change` back, given the tree before it. */
export function invert<T>(before: T, change: Change): Change {
  switch (change.op) {
    case 'set': {
      const n = depthThere(before, change.at);
      if (n === change.at.length) {
        const old = valueAt(before, change.at);
        const last = change.at.at(-1);
        // Taking a list member out by a set closes the gap, so it comes back as an insert.
        if (change.value === undefined && typeof last === 'number') {
          return { op: 'insert', at: change.at.slice(0, -1), index: last, value: old };
        }
        return { op: 'set', at: change.at, value: old };
      }
      if (change.value === undefined) return { op: 'all', changes: [] };
      return { op: 'set', at: change.at.slice(0, n + 1) };
    }
    case 'insert': {
      const n = depthThere(before, change.at);
      if (n < change.at.length) return { op: 'set', at: change.at.slice(0, n + 1) };
      return { op: 'remove', at: change.at, index: change.index };
    }
    case 'remove':
      return { op: 'insert', at: change.at, index: change.index, value: valueAt(before, [...change.at, change.index]) };
    case 'move':
      return { op: 'move', at: change.at, from: change.to, to: change.from };
    case 'all': {
      const back: Change[] = [];
      let d = before;
      for (const c of change.changes) {
        back.unshift(invert(d, c));
        d = reduce(d, c);
      }
      return { op: 'all', changes: back };
    }
  }
}

/** Whether a change would change anything at all. */
export function isIdle(before: Json, change: Change): boolean {
  if (change.op === 'all') return change.changes.length === 0;
  if (change.op === 'move') return change.from === change.to;
  if (change.op === 'set') return same(valueAt(before, change.at), change.value);
  return false;
}

/** Deep equality of JSON values; the order of members does not matter. */
export function same(a: Json, b: Json): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((v, i) => same(v, b[i]));
  if (isObject(a) && isObject(b)) {
    const ka = Object.keys(a);
    return ka.length === Object.keys(b).length && ka.every((k) => Object.hasOwn(b, k) && same(a[k], b[k]));
  }
  return false;
}
