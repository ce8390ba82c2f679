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
 * Puts together what two people made of one definition. What only one of them changed is taken from that one: things with keys are matched by them,
 * a name is merged language by language, a list of words word by word; everything else, such as a rule or a list of people, is one value. choose says whose
 * value counts where both changed the same. A thing that both renamed is asked about as one thing. The server's designer.Merge answers alike; designer/testdata/merge.json holds both to it.
 */
export function merge3<T>(base: T, mine: T, theirs: T, choose: (at: readonly string[]) => 'mine' | 'theirs' = () => 'mine'): Merged<T> {
  const clashes: Clash[] = [];
  const value = merge([], base, mine, theirs, (clash) => {
    // One question for one place.
    if (!clashes.some((c) => same([...c.at], [...clash.at]))) clashes.push(clash);
    return choose(clash.at);
  });
  return { value: value as T, clashes };
}

type OnClash = (clash: Clash) => 'mine' | 'theirs';

const either = (side: 'mine' | 'theirs', mine: Json, theirs: Json) => (side === 'mine' ? mine : theirs);

function merge(at: readonly string[], base: Json, mine: Json, theirs: Json, clash: OnClash): Json {
  if (same(mine, theirs) || same(theirs, base)) return mine;
  if (same(mine, base)) return theirs;
  const by = identityOf(at.at(-1) ?? '', base, mine, theirs);
  if (by) return mergeLists(at, listBy(base, by), listBy(mine, by), listBy(theirs, by), { base, mine, theirs }, clash);
  if (isObject(mine) && isObject(theirs) && (isObject(base) || base === undefined) && inParts(at, base, mine, theirs))
    return mergeObjects(at, base ?? {}, mine, theirs, clash);
  return either(clash({ at, base, mine, theirs }), mine, theirs);
}

function mergeObjects(at: readonly string[], base: Record<string, Json>, mine: Record<string, Json>, theirs: Record<string, Json>, clash: OnClash): Json {
  const out: Record<string, Json> = {};
  for (const k of new Set([...Object.keys(mine), ...Object.keys(theirs)])) {
    const v = merge([...at, k], base[k], mine[k], theirs[k], clash);
    if (v !== undefined) out[k] = v;
  }
  return out;
}

const LANGUAGE = new Set(['zh-CN', 'zh-TW', 'en']);

function isWords(v: Json): boolean {
  return isObject(v) && Object.keys(v).length > 0 && Object.keys(v).every((k) => LANGUAGE.has(k));
}

/** Whether an object is merged member by member: the whole, texts, the rights of a stage on fields, the layout down to the place of a stage. */
function inParts(at: readonly string[], ...values: Json[]): boolean {
  if (at.length === 0) return true;
  if (at[0] === 'layout') return at.length <= 2;
  return at.at(-1) === 'fields' || values.every((v) => v === undefined || isWords(v));
}

type Identity = (item: Json) => string | undefined;

const word: Identity = (v) => (typeof v === 'string' && v !== '' ? v : undefined);
const thing: Identity = (v) => (isObject(v) ? word(v['key'] ?? v['name']) : undefined);
const grant: Identity = (v) => (isObject(v) ? word(v['role']) : undefined);

/** What the items of a list are known by on all sides; nothing for what is no list, or whose items cannot be told apart. */
function identityOf(name: string, ...lists: Json[]): Identity | undefined {
  const told = (by: Identity) =>
    lists.every((list) => {
      if (list === undefined) return true;
      if (!Array.isArray(list)) return false;
      const ids = list.map(by);
      return ids.every((id) => id !== undefined) && new Set(ids).size === ids.length;
    });
  return (name === 'grants' ? [grant] : [thing, word]).find(told);
}

interface Known {
  order: string[];
  by: Map<string, Json>;
  words: boolean;
}

function listBy(list: Json, by: Identity): Known {
  const items = Array.isArray(list) ? list : [];
  const order = items.map((v) => by(v) ?? '');
  return { order, by: new Map(order.map((id, i) => [id, items[i]])), words: items.every((v) => typeof v === 'string') };
}

interface Sides {
  base: Json;
  mine: Json;
  theirs: Json;
}

function mergeLists(at: readonly string[], base: Known, mine: Known, theirs: Known, whole: Sides, clash: OnClash): Json {
  if (replacedByBoth(base, mine, theirs)) return either(clash({ at, ...whole }), whole.mine, whole.theirs);
  for (const twice of renamedTwice(base, mine, theirs)) {
    // One thing still, by the name that this side gave it; the name that does not count stays among its former ones.
    base = aliased(base, twice.former, twice.mine);
    theirs = aliased(theirs, twice.theirs, twice.mine);
  }
  const kept = new Map<string, Json>();
  for (const id of new Set([...base.order, ...mine.order, ...theirs.order])) {
    const v = mergeItem([...at, id], base.by.get(id), mine.by.get(id), theirs.by.get(id), clash);
    if (v !== undefined) kept.set(id, v);
  }
  return mergeOrder(at, kept, base.order, mine.order, theirs.order, clash).map((id) => kept.get(id));
}

/** Both took the same word out and put another in its place. */
function replacedByBoth(base: Known, mine: Known, theirs: Known): boolean {
  if (!base.words || !mine.words || !theirs.words) return false;
  const adds = (one: Known, other: Known) => one.order.some((w) => !base.by.has(w) && !other.by.has(w));
  return base.order.some((w) => !mine.by.has(w) && !theirs.by.has(w)) && adds(mine, theirs) && adds(theirs, mine);
}

interface Twice {
  former: string;
  mine: string;
  theirs: string;
}

/** The things that both sides have given another key, each its own: each side's says what it was called. */
function renamedTwice(base: Known, mine: Known, theirs: Known): Twice[] {
  const now = (side: Known, former: string) =>
    side.by.has(former) ? undefined : side.order.find((id) => !base.by.has(id) && formerKeys(side.by.get(id)).includes(former));
  return base.order.flatMap((former) => {
    const x = now(mine, former);
    const y = now(theirs, former);
    return x === undefined || y === undefined || x === y || theirs.by.has(x) ? [] : [{ former, mine: x, theirs: y }];
  });
}

function formerKeys(v: Json): string[] {
  const was = isObject(v) ? v['was'] : undefined;
  return Array.isArray(was) ? was.filter((k) => typeof k === 'string') : [];
}

/** A list in which a thing is known by another key. */
function aliased(list: Known, from: string, to: string): Known {
  const by = new Map([...list.by].map(([id, v]) => [id === from ? to : id, v]));
  return { ...list, order: list.order.map((id) => (id === from ? to : id)), by };
}

/** A thing with two keys gets the one that counts, and keeps the other as a former one. */
function withFormer(merged: Record<string, Json>, mine: Record<string, Json>, theirs: Record<string, Json>): Json {
  const other = [mine['key'], theirs['key']].find((k) => k !== merged['key']);
  return { ...merged, was: [...formerKeys(merged).filter((k) => k !== other && k !== merged['key']), other] };
}

function mergeItem(at: readonly string[], base: Json, mine: Json, theirs: Json, clash: OnClash): Json {
  if (same(mine, theirs) || same(theirs, base)) return mine;
  if (same(mine, base)) return theirs;
  if (isObject(mine) && isObject(theirs)) {
    const was = isObject(base) ? base : {};
    const apart = at.length === 2 && at[0] === 'prints' && onPaper(mine) !== onPaper(theirs);
    const merged = apart ? mergePrint(at, was, mine, theirs, clash) : mergeObjects(at, was, mine, theirs, clash);
    return isObject(merged) && mine['key'] !== theirs['key'] ? withFormer(merged, mine, theirs) : merged;
  }
  return either(clash({ at, base, mine, theirs }), mine, theirs);
}

/** What stands on the paper of a print, and how it looks. */
const PAPER = new Set(['blocks', 'body', 'header', 'footer', 'css']);

/** What a paper is put together from: blocks or, where there are none, HTML; nothing when nothing stands on it. */
function onPaper(print: Record<string, Json>): string | undefined {
  return ['blocks', 'body'].find((name) => {
    const v = print[name];
    return Array.isArray(v) ? v.length > 0 : isObject(v) ? Object.keys(v).length > 0 : v !== undefined && v !== '';
  });
}

/** A print that one side puts together from blocks and the other does not: what stands on it is one value, for half of each would be neither's paper. */
function mergePrint(at: readonly string[], base: Record<string, Json>, mine: Record<string, Json>, theirs: Record<string, Json>, clash: OnClash): Json {
  const part = (print: Record<string, Json>, paper: boolean) => Object.fromEntries(Object.entries(print).filter(([k]) => PAPER.has(k) === paper));
  const rest = mergeObjects(at, part(base, false), part(mine, false), part(theirs, false), clash);
  const paper = merge([...at, 'blocks'], part(base, true), part(mine, true), part(theirs, true), clash);
  return { ...(rest as Record<string, Json>), ...(paper as Record<string, Json>) };
}

/** Lists in which it matters who comes first. */
const ORDERED = new Set(['steps']);

const common = (list: string[], other: string[]) => list.filter((id) => other.includes(id));

/**
 * What is kept in order: what the base had as the side that moved it has it, and what each side added after what it stands after there. Two that
 * moved it otherwise clash, as do two that added something at the same place of a list whose order matters.
 */
function mergeOrder(at: readonly string[], kept: Map<string, Json>, base: string[], mine: string[], theirs: string[], clash: OnClash): string[] {
  const moved = (side: string[]) => !same(common(side, base), common(base, side));
  let first = moved(mine) ? mine : moved(theirs) ? theirs : base;
  if (moved(mine) && moved(theirs) && !same(common(mine, theirs), common(theirs, mine))) first = either(clash({ at, base, mine, theirs }), mine, theirs) as string[];
  const there = (list: string[]) => list.filter((id) => kept.has(id));
  const out = weave(there(common(first, base)), [there(base)]);
  const ours = there(mine);
  const other = there(theirs);
  if (ORDERED.has(at.at(-1) ?? '') && sameGap(out, ours, other) && clash({ at, base, mine, theirs }) === 'theirs') return weave(out, [other, ours]);
  return weave(out, firstNew(other, ours, out) < firstNew(ours, other, out) ? [other, ours] : [ours, other]);
}

/** Puts what out lacks after what it stands after in its list; of two after the same, those of the first list come first. */
function weave(out: string[], lists: string[][]): string[] {
  const seen = new Set(out);
  const behind = new Map<string, string[]>();
  for (const list of lists) {
    let last = '';
    for (const id of list) {
      if (out.includes(id)) last = id;
      else if (!seen.has(id)) {
        behind.set(last, [...(behind.get(last) ?? []), id]);
        seen.add(id);
      }
    }
  }
  return [...(behind.get('') ?? []), ...out.flatMap((id) => [id, ...(behind.get(id) ?? [])])];
}

/** The least that only one side added: the order of additions does not depend on which side is whose. */
function firstNew(side: string[], other: string[], out: string[]): string {
  return side.filter((id) => !other.includes(id) && !out.includes(id)).reduce((a, b) => (b < a ? b : a), '\u{10ffff}');
}

/** Both added something of their own after the same. */
function sameGap(out: string[], mine: string[], theirs: string[]): boolean {
  const gaps = (side: string[], other: string[]) => {
    const places = new Set<string>();
    let last = '';
    for (const id of side) {
      if (out.includes(id)) last = id;
      else if (!other.includes(id)) places.add(last);
    }
    return places;
  };
  const there = gaps(theirs, mine);
  return [...gaps(mine, theirs)].some((g) => there.has(g));
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
