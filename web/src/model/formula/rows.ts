import type { FieldType } from '../definition';
import type { Lexica, Thing } from './lexicon';
import { read } from './names';
import { stringLiteral, stringValue, tokens, type Token } from './tokens';

/** How a field and a value are compared, as a person chooses it. */
export const COMPARISONS = ['==', '!=', '>', '>=', '<', '<=', 'in', 'not in', 'contains', 'not contains', 'startsWith', 'empty', 'filled', 'yes', 'no'] as const; // prettier-ignore
export type Comparison = (typeof COMPARISONS)[number];

/** A value: written out, or a formula's part that is taken as it is, such as another field or a date that moves. */
export type Value = { kind: 'text'; value: string } | { kind: 'number'; value: string } | { kind: 'formula'; source: string };

/** One line of a condition. The path names a field: "amount", "account.level". */
export interface CompareRow {
  path: string;
  comparison: Comparison;
  /** None for empty, filled, yes and no; several for in and not in. */
  values: Value[];
}

/** Any of the groups; a group is all of its rows. */
export type Groups = CompareRow[][];

/** Why a formula cannot be shown as rows. */
export type NoRows = 'nested' | 'not' | 'sum' | 'call' | 'unknown';

export type Parsed = { groups: Groups } | { no: NoRows };

class Unfit extends Error {
  constructor(readonly why: NoRows) {
    super(why);
  }
}

/** A formula as rows, when it is an "or" of "and"s of comparisons of a named thing. An empty formula has no rows. */
export function toRows(source: string, lexica: Lexica): Parsed {
  const list = tokens(source).filter((t) => t.kind !== 'space' || t.text.trim() !== '');
  if (list.length === 0) return { groups: [] };
  try {
    return { groups: split(bare(list), ['or', '||']).map((g) => split(bare(g), ['and', '&&']).map((c) => row(bare(c), source, lexica))) };
  } catch (e) {
    if (e instanceof Unfit) return { no: e.why };
    throw e;
  }
}

const OPEN = new Set(['(', '[', '{']);
const CLOSE = new Set([')', ']', '}']);

/** Takes off brackets around the whole. */
function bare(list: Token[]): Token[] {
  if (list[0]?.text !== '(' || list.at(-1)?.text !== ')') return list;
  let depth = 0;
  for (const [i, t] of list.entries()) {
    if (OPEN.has(t.text)) depth++;
    if (CLOSE.has(t.text) && --depth === 0 && i < list.length - 1) return list;
  }
  return depth === 0 ? bare(list.slice(1, -1)) : list;
}

/** The parts between words at the outermost level. */
function split(list: Token[], words: readonly string[]): Token[][] {
  const out: Token[][] = [[]];
  let depth = 0;
  for (const t of list) {
    if (t.kind === 'space') throw new Unfit('unknown'); // a comment would be lost
    if (OPEN.has(t.text)) depth++;
    else if (CLOSE.has(t.text)) depth--;
    // A choice between values reaches further than any "or": it is no row.
    if (depth === 0 && (t.text === '?' || t.text === '??' || t.text === ':')) throw new Unfit('unknown');
    if (depth === 0 && t.kind !== 'string' && words.includes(t.text)) out.push([]);
    else (out.at(-1) as Token[]).push(t);
  }
  if (out.some((p) => p.length === 0)) throw new Unfit('unknown');
  return out;
}

const JOINS = new Set(['and', 'or', '&&', '||']);
const SIGNS = ['==', '!=', '>=', '<=', '>', '<'];

function row(list: Token[], source: string, lexica: Lexica): CompareRow {
  let depth = 0;
  for (const t of list) {
    if (OPEN.has(t.text)) depth++;
    if (CLOSE.has(t.text)) depth--;
    if (depth === 0 && t.kind !== 'string' && JOINS.has(t.text)) throw new Unfit('nested');
  }
  const first = list[0] as Token;
  if (first.text === 'not' || first.text === '!') {
    const rest = bare(list.slice(1));
    const path = pathOf(rest, source);
    if (path !== undefined && rest.length === list.length - 1 && isBool(path, lexica)) return { path, comparison: 'no', values: [] };
    throw new Unfit('not');
  }
  const { path, length } = startPath(list, source);
  const rest = list.slice(length);
  const sign = rest[0];
  if (!sign) {
    if (!isBool(path, lexica)) throw new Unfit('unknown');
    return { path, comparison: 'yes', values: [] };
  }
  const negated = sign.text === 'not';
  const word = negated ? (rest[1]?.text ?? '') : sign.text;
  const right = rest.slice(negated ? 2 : 1);
  if (word === 'in') {
    if (right[0]?.text !== '[' || right.at(-1)?.text !== ']') throw new Unfit('unknown');
    const items = right.length === 2 ? [] : split(right.slice(1, -1), [',']);
    if (items.length === 0) throw new Unfit('unknown');
    return { path, comparison: negated ? 'not in' : 'in', values: items.map((v) => value(v, source)) };
  }
  if (right.length === 1 && right[0]?.text === 'nil' && (word === '==' || word === '!='))
    return { path, comparison: word === '==' ? 'empty' : 'filled', values: [] };
  if (word === 'contains' || (word === 'startsWith' && !negated))
    return { path, comparison: negated ? 'not contains' : word, values: [value(right, source)] };
  if (negated || !SIGNS.includes(word)) throw new Unfit(sign.text === '(' ? 'call' : 'sum');
  return { path, comparison: word as Comparison, values: [value(right, source)] };
}

/** The path at the beginning. */
function startPath(list: readonly Token[], source: string): { path: string; length: number } {
  let length = 0;
  for (; length < list.length; length++) {
    const t = list[length] as Token;
    const fits = length % 2 === 0 ? t.kind === 'word' && !WORDS.has(t.text) : t.text === '.';
    if (!fits) break;
  }
  if (length % 2 === 0) throw new Unfit(length === 0 ? 'unknown' : 'sum');
  if (list[length]?.text === '(') throw new Unfit('call');
  return { path: source.slice((list[0] as Token).from, (list[length - 1] as Token).to), length };
}

const WORDS = new Set(['and', 'or', 'not', 'in', 'contains', 'startsWith', 'endsWith', 'matches', 'true', 'false', 'nil', 'null', 'let', 'if']);

function pathOf(list: readonly Token[], source: string): string | undefined {
  if (list.length === 0) return undefined;
  const { path, length } = startPath(list, source);
  return length === list.length ? path : undefined;
}

function value(list: readonly Token[], source: string): Value {
  const [only] = list;
  if (!only) throw new Unfit('unknown');
  if (list.length === 1 && only.kind === 'string') {
    const text = stringValue(only.text);
    return text === undefined ? { kind: 'formula', source: only.text } : { kind: 'text', value: text };
  }
  const number = list.map((t) => t.text).join('');
  if (/^-?\d+(\.\d+)?$/.test(number)) return { kind: 'number', value: number };
  let depth = 0;
  for (const t of list) {
    if (OPEN.has(t.text)) depth++;
    if (CLOSE.has(t.text)) depth--;
    // A second comparison at this level would bind otherwise than it looks: a < b < c.
    if (depth === 0 && (SIGNS.includes(t.text) || t.text === 'not' || t.text === '!' || (t.kind === 'word' && ['in', 'contains', 'startsWith', 'endsWith', 'matches'].includes(t.text))))
      throw new Unfit('sum');
    if (depth < 0) throw new Unfit('unknown');
  }
  if (depth !== 0) throw new Unfit('unknown');
  return { kind: 'formula', source: source.slice(only.from, (list.at(-1) as Token).to) };
}

/** The thing a path ends at. */
export function thingAt(path: string, lexica: Lexica): Thing | undefined {
  const last = read(path, lexica).mentions.at(-1);
  return last?.to === path.length && last.by === 'key' ? last.thing : undefined;
}

const BOOLS = new Set(['open', 'won', 'lost']);

function isBool(path: string, lexica: Lexica): boolean {
  const thing = thingAt(path, lexica);
  return thing?.type === 'bool' || (thing?.kind === 'system' && BOOLS.has(thing.key));
}

/** Rows as a formula. */
export function fromRows(groups: Groups): string {
  const full = groups.filter((g) => g.length > 0);
  return full.map((g) => g.map(rowText).join(' and ')).join(' or ');
}

function rowText(r: CompareRow): string {
  const [first] = r.values;
  switch (r.comparison) {
    case 'empty':
      return `${r.path} == nil`;
    case 'filled':
      return `${r.path} != nil`;
    case 'yes':
      return r.path;
    case 'no':
      return `not ${r.path}`;
    case 'in':
    case 'not in':
      return `${r.path} ${r.comparison} [${r.values.map(valueText).join(', ')}]`;
    default:
      return `${r.path} ${r.comparison} ${first ? valueText(first) : "''"}`;
  }
}

export function valueText(v: Value): string {
  if (v.kind === 'text') return stringLiteral(v.value);
  return v.kind === 'number' ? v.value : v.source;
}

const NUMBERS: ReadonlySet<string> = new Set<FieldType>(['number', 'money', 'percent', 'duration', 'rating', 'slider', 'rollup']);
const TIMES: ReadonlySet<string> = new Set<FieldType>(['date', 'datetime', 'time']);
const NUMBER_SYSTEMS = new Set(['idleDays', 'probability', 'release']);
const TIME_SYSTEMS = new Set(['createdAt', 'updatedAt', 'since']);

/** What kind of value a thing has, as far as a row has to know. */
export function sortOf(thing: Thing | undefined): 'number' | 'time' | 'bool' | 'choice' | 'choices' | 'text' {
  if (!thing) return 'text';
  const type = thing.type ?? '';
  if (type === 'bool' || (thing.kind === 'system' && BOOLS.has(thing.key))) return 'bool';
  if (type === 'multiselect') return 'choices';
  if (thing.options) return 'choice';
  if (NUMBERS.has(type) || (thing.kind === 'system' && NUMBER_SYSTEMS.has(thing.key))) return 'number';
  if (TIMES.has(type) || (thing.kind === 'system' && TIME_SYSTEMS.has(thing.key))) return 'time';
  return 'text';
}

/** The comparisons that make sense for a thing. */
export function comparisonsOf(thing: Thing | undefined): readonly Comparison[] {
  switch (sortOf(thing)) {
    case 'bool':
      return ['yes', 'no', 'empty', 'filled'];
    case 'choices':
      return ['contains', 'not contains', 'empty', 'filled'];
    case 'choice':
      return ['==', '!=', 'in', 'not in', 'empty', 'filled'];
    case 'number':
    case 'time':
      return ['>', '>=', '<', '<=', '==', '!=', 'empty', 'filled'];
    default:
      return ['==', '!=', 'contains', 'not contains', 'startsWith', 'in', 'not in', 'empty', 'filled'];
  }
}
