import { isObject, type Json, type Path } from './path';

/** A place that two people changed, each otherwise. A value that is undefined was taken out. */
export interface Clash {
  /** Where it is in the merged definition: its members and, in lists, keys. */
  at: readonly string[];
  base: Json;
  mine: Json;
  theirs: Json;
}

export interface Merged<T> {
  /** Both changes; where they clash, mine. */
  value: T;
  clashes: Clash[];
}

/** Whether two values say the same; the order of an object's members says nothing. */
export function same(a: Json, b: Json): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((v, i) => same(v, b[i]));
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a).filter((k) => a[k] !== undefined);
  const others = Object.keys(b).filter((k) => b[k] !== undefined);
  return keys.length === others.length && keys.every((k) => same(a[k], b[k]));
}

/**
 * Puts together what two people made of one definition. What only one of them changed is taken from that one, member by member, and in
 * lists of things with keys thing by thing; other lists are one value. choose says whose value counts where both changed the same.
 */
export function merge3<T>(base: T, mine: T, theirs: T, choose: (at: readonly string[]) => 'mine' | 'theirs' = () => 'mine'): Merged<T> {
  const clashes: Clash[] = [];
  const value = merge([], base, mine, theirs, (clash) => {
    clashes.push(clash);
    return choose(clash.at) === 'mine' ? clash.mine : clash.theirs;
  });
  return { value: value as T, clashes };
}

type OnClash = (clash: Clash) => Json;

function merge(at: readonly string[], base: Json, mine: Json, theirs: Json, clash: OnClash): Json {
  if (same(mine, theirs) || same(theirs, base)) return mine;
  if (same(mine, base)) return theirs;
  if (isObject(mine) && isObject(theirs) && (isObject(base) || base === undefined)) return mergeObjects(at, base ?? {}, mine, theirs, clash);
  if (keyed(mine) && keyed(theirs) && (base === undefined || keyed(base))) return mergeLists(at, base ?? [], mine, theirs, clash);
  return clash({ at, base, mine, theirs });
}

function mergeObjects(at: readonly string[], base: Record<string, Json>, mine: Record<string, Json>, theirs: Record<string, Json>, clash: OnClash): Json {
  const out: Record<string, Json> = {};
  for (const k of new Set([...Object.keys(mine), ...Object.keys(theirs)])) {
    const v = merge([...at, k], base[k], mine[k], theirs[k], clash);
    if (v !== undefined) out[k] = v;
  }
  return out;
}

interface Keyed {
  key: string;
}

function keyed(v: Json): v is Keyed[] {
  if (!Array.isArray(v)) return false;
  const keys = v.map((e) => (isObject(e) ? e['key'] : undefined));
  return keys.every((k) => typeof k === 'string') && new Set(keys).size === keys.length;
}

function mergeLists(at: readonly string[], base: Keyed[], mine: Keyed[], theirs: Keyed[], clash: OnClash): Json {
  const find = (list: Keyed[], key: string) => list.find((e) => e.key === key);
  const out: Keyed[] = [];
  for (const key of mergeOrder(base, mine, theirs)) {
    const v = merge([...at, key], find(base, key), find(mine, key), find(theirs, key), clash);
    if (v !== undefined) out.push(v as Keyed);
  }
  return out;
}

/** The order of the one who changed the order, mine when both did; what the other added stands after what it stood after. */
function mergeOrder(base: Keyed[], mine: Keyed[], theirs: Keyed[]): string[] {
  const keys = (list: Keyed[]) => list.map((e) => e.key);
  const there = (list: Keyed[], other: Keyed[]) => keys(list).filter((k) => other.some((e) => e.key === k));
  const moved = !same(there(mine, base), there(base, mine));
  const [first, second] = moved ? [keys(mine), keys(theirs)] : [keys(theirs), keys(mine)];
  const out = [...first];
  second.forEach((key, i) => {
    if (out.includes(key)) return;
    const before = second.slice(0, i).findLast((k) => out.includes(k));
    out.splice(before === undefined ? 0 : out.indexOf(before) + 1, 0, key);
  });
  return out;
}

/** The places where two definitions differ, as far down as members and list indexes go side by side. */
export function changedPlaces(a: Json, b: Json, at: Path = []): Path[] {
  if (same(a, b)) return [];
  if (isObject(a) && isObject(b))
    return [...new Set([...Object.keys(a), ...Object.keys(b)])].flatMap((k) => changedPlaces(a[k], b[k], [...at, k]));
  if (Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((v, i) => keyIn(v) === keyIn(b[i])))
    return a.flatMap((v, i) => changedPlaces(v, b[i], [...at, i]));
  return [at];
}

function keyIn(v: Json): Json {
  return isObject(v) ? v['key'] : undefined;
}
