import { type Lexica, type Lexicon, type Thing } from './lexicon';
import { stringLiteral, stringValue, tokens, type Token } from './tokens';

/** A place of a formula where something is named. */
export interface Mention {
  from: number;
  to: number;
  thing: Thing;
  /** How it is named: by its key, by a name, or by a sign that stands for another. */
  by: 'key' | 'name';
  /** The place as it is stored. */
  stored: string;
  /** What else could be meant here. */
  among: Lexicon | undefined;
}

/** A name that more than one thing has. */
export interface Doubt {
  from: number;
  to: number;
  things: readonly Thing[];
}

export interface Reading {
  mentions: readonly Mention[];
  doubts: readonly Doubt[];
}

/** What the value of a formula is compared with or becomes, where the formula itself does not say: a table's input, a choice. */
export interface Around {
  /** The cell of a decision table leaves its input unsaid: "> 100", "'a'". */
  input?: Thing | undefined;
  /** What the value becomes: in the value of a choice, 'won' is an option. */
  result?: Thing | undefined;
}

/** What may be named at the end of a beginning of a formula. */
export interface Offer {
  lexicon: Lexicon | undefined;
  /** The texts that what stands before is compared with. */
  options: Lexicon | undefined;
  functions: boolean;
}

// What Chinese input methods type, as the language writes it.
const SIGNS: Readonly<Record<string, string>> = {
  '（': '(', '）': ')', '，': ',', '、': ',', '。': '.', '＞': '>', '＜': '<', '＝': '==', '≥': '>=', '≤': '<=', '≠': '!=',
  '＋': '+', '－': '-', '−': '-', '×': '*', '÷': '/', '？': '?', '：': ':', '％': '%', '！': '!', '［': '[', '］': ']',
}; // prettier-ignore

const SIGN: Thing = { key: '', names: [], kind: 'mark' };
const COMPARES = new Set(['==', '!=', '<', '<=', '>', '>=', '=']);
const TESTS = new Set(['in', 'contains', 'startsWith', 'endsWith', 'matches']);
const JOINS = new Set(['and', 'or', 'not']);

const WORD = /^[\p{L}_$][\p{L}\p{N}\p{M}_$]*$/u;

interface Bracket {
  open: string;
  callee: Thing | undefined;
  argument: number;
  table: Thing | undefined;
  /** What stood before it was compared with. */
  beside: Thing | undefined;
}

/** Reads a formula from left to right, and knows at every place what may be named there. */
class Walk {
  readonly mentions: Mention[] = [];
  readonly doubts: Doubt[] = [];
  private readonly list: Token[];
  private readonly stack: Bracket[] = [];
  /** The thing the last operand is, and whether there is an operand at all. */
  private last: Thing | undefined;
  private operand = false;
  private dot = false;
  /** What a text here is compared with. */
  private beside: Thing | undefined;
  private callee: Thing | undefined;
  private i = 0;

  constructor(
    private readonly source: string,
    private readonly lexica: Lexica,
    private readonly around: Around,
  ) {
    this.list = tokens(source);
    this.beside = around.input;
  }

  run(): this {
    for (this.i = 0; this.i < this.list.length; this.i++) this.step(this.list[this.i] as Token);
    this.lateStrings();
    return this;
  }

  /** What may be named where the walk stands. */
  offer(): Offer {
    if (this.dot) return { lexicon: this.container()?.inside?.(), options: undefined, functions: false };
    return { lexicon: this.lexica.bare, options: this.beside?.options?.(), functions: true };
  }

  private next(from = this.i + 1): Token | undefined {
    let j = from;
    while (this.list[j]?.kind === 'space') j++;
    return this.list[j];
  }

  private step(t: Token): void {
    switch (t.kind) {
      case 'space':
        return;
      case 'string':
        this.text(t, stringValue(t.text));
        return;
      case 'number':
        if (!this.tryName(t)) this.is(undefined);
        return;
      case 'quoted':
      case 'word':
        this.word(t);
        return;
      default:
        if (!this.tryName(t)) this.sign(t);
    }
  }

  private is(thing: Thing | undefined): void {
    this.last = thing;
    this.operand = true;
    this.dot = false;
    this.callee = undefined;
  }

  private container(): Thing | undefined {
    if (this.operand) return this.last;
    return this.stack.findLast((b) => b.table !== undefined && b.argument > 0)?.table;
  }

  private mention(from: number, to: number, thing: Thing, by: Mention['by'], stored: string, among?: Lexicon): void {
    this.mentions.push({ from, to, thing, by, stored, among });
  }

  private word(t: Token): void {
    if (t.kind === 'word' && !this.dot) {
      const known = this.lexica.bare.key(t.text);
      if (known?.kind === 'word' || TESTS.has(t.text) || JOINS.has(t.text)) {
        if (!(TESTS.has(t.text) && this.next()?.text === '(' && !this.operand)) {
          if (known) this.mention(t.from, t.to, known, 'key', t.text, this.lexica.bare);
          this.operator(t.text, known);
          return;
        }
      }
    }
    if (this.tryKey(t) || this.tryName(t)) return;
    this.is(undefined);
  }

  private operator(word: string, thing: Thing | undefined): void {
    if (!JOINS.has(word) && !TESTS.has(word)) {
      this.is(thing); // true, false, nil
      return;
    }
    if (TESTS.has(word)) this.compare();
    else if (word !== 'not') this.beside = this.around.input;
    if (word === 'not' && this.operand) return; // "x not in"
    this.operand = false;
    this.last = undefined;
  }

  private compare(): void {
    this.beside = this.operand ? this.last : this.around.input;
    this.operand = false;
    this.last = undefined;
    this.dot = false;
  }

  /** The lexicon that names at this place are from. */
  private lexicon(t: Token): Lexicon | undefined {
    if (this.dot) return this.container()?.inside?.();
    return this.next(this.list.indexOf(t, this.i) + 1)?.text.match(/^[(（]$/) ? this.lexica.functions : this.lexica.bare;
  }

  private tryKey(t: Token): boolean {
    if (t.kind !== 'word') return false;
    const among = this.lexicon(t);
    const thing = among?.key(t.text);
    if (!thing) return false;
    this.take(t.from, t.to, thing, 'key', among);
    return true;
  }

  private take(from: number, to: number, thing: Thing, by: Mention['by'], among: Lexicon | undefined): void {
    this.mention(from, to, thing, by, thing.key, among);
    if (thing.kind === 'word') {
      this.operator(thing.key, thing);
      return;
    }
    this.is(thing);
    if (thing.kind === 'function') this.callee = thing;
  }

  /** The longest name that begins here and ends where a piece ends; when several things have it, it is a doubt. */
  private tryName(t: Token): boolean {
    if (t.kind === 'quoted') {
      const end = this.i;
      return this.choose(t.from, t.to, end, t.text.slice(1, -1), this.lexicon(t));
    }
    const letter = String.fromCodePoint(t.text.codePointAt(0) as number);
    const places = [this.dot ? this.container()?.inside?.() : this.lexica.bare, this.dot ? undefined : this.lexica.functions, this.dot ? undefined : this.beside?.options?.()];
    const names = [...new Set(places.flatMap((l) => l?.beginning(letter) ?? []))].sort((a, b) => b.length - a.length);
    for (const name of names) {
      if (!this.source.startsWith(name, t.from)) continue;
      let end = this.i;
      while (end < this.list.length && (this.list[end] as Token).to < t.from + name.length) end++;
      if (this.list[end]?.to !== t.from + name.length) continue;
      const lexicon = this.dot ? this.container()?.inside?.() : this.next(end + 1)?.text.match(/^[(（]$/) ? this.lexica.functions : this.lexica.bare;
      if (this.choose(t.from, t.from + name.length, end, name, lexicon)) return true;
    }
    return false;
  }

  private choose(from: number, to: number, end: number, name: string, lexicon: Lexicon | undefined): boolean {
    const options = this.dot || this.operand ? [] : (this.beside?.options?.().named(name) ?? []);
    const found = [...(lexicon?.named(name) ?? []), ...options];
    if (found.length === 0) return false;
    const [only] = found;
    if (found.length > 1 || !only) {
      this.doubts.push({ from, to, things: found });
      this.is(undefined);
    } else if (only.kind === 'option') {
      this.mention(from, to, only, 'name', stringLiteral(only.key));
      this.is(undefined);
    } else {
      this.take(from, to, only, 'name', lexicon);
    }
    this.i = end;
    return true;
  }

  private text(t: Token, value: string | undefined): void {
    const bracket = this.stack.at(-1);
    if (bracket?.callee?.key === 'decide' && bracket.argument === 0 && value !== undefined) {
      const rule = this.literal(t, value, this.lexica.rules);
      if (rule) bracket.table = rule;
      this.is(undefined);
      return;
    }
    const options = this.beside?.options?.();
    if (options && value !== undefined) this.literal(t, value, options);
    else this.unsaid.push({ t, value, index: this.i });
    this.is(undefined);
  }

  /** A text that is the key of an option, or its name. */
  private literal(t: Token, value: string, options: Lexicon): Thing | undefined {
    const byKey = options.key(value);
    if (byKey) {
      this.mention(t.from, t.to, byKey, 'key', t.text, options);
      return byKey;
    }
    const named = options.named(value);
    if (named.length > 1) this.doubts.push({ from: t.from, to: t.to, things: named });
    const [only] = named;
    if (named.length !== 1 || !only) return undefined;
    this.mention(t.from, t.to, only, 'name', (t.text.startsWith('"') ? '"' : "'") + only.key + (t.text.startsWith('"') ? '"' : "'"));
    return only;
  }

  private readonly unsaid: { t: Token; value: string | undefined; index: number }[] = [];

  /** Texts that stand before what they are compared with, or are the value itself. */
  private lateStrings(): void {
    for (const { t, value, index } of this.unsaid) {
      if (value === undefined) continue;
      const after = this.next(index + 1);
      const before = this.list.slice(0, index).findLast((x) => x.kind !== 'space');
      let options: Lexicon | undefined;
      if (after && (after.text === '==' || after.text === '!=' || after.text === 'in')) options = this.pathEnd(after)?.options?.();
      else if ((!before || /^[?:(：？（]$/.test(before.text)) && (!after || /^[:)：）]$/.test(after.text))) options = this.around.result?.options?.();
      if (options) this.literal(t, value, options);
    }
    this.mentions.sort((a, b) => a.from - b.from);
  }

  /** The last thing of the path that follows a sign. */
  private pathEnd(sign: Token): Thing | undefined {
    let thing: Thing | undefined;
    let j = this.list.indexOf(sign) + 1;
    for (let wantName = true; ; j++) {
      const t = this.list[j];
      if (t?.kind === 'space') continue;
      if (!t) return thing;
      if (wantName) {
        const mention = this.mentions.find((m) => m.from === t.from);
        if (!mention) return undefined;
        thing = mention.thing;
        while ((this.list[j] as Token).to < mention.to) j++;
      } else if (t.text !== '.' && t.text !== '?.') return thing;
      wantName = !wantName;
    }
  }

  private sign(t: Token): void {
    const stored = SIGNS[t.text];
    const sign = stored ?? t.text;
    if (stored !== undefined) this.mention(t.from, t.to, SIGN, 'name', stored);
    switch (sign) {
      case '.':
      case '?.':
        this.dot = true;
        return;
      case '#':
        this.operand = true;
        this.last = this.stack.findLast((b) => b.table !== undefined && b.argument > 0)?.table;
        this.dot = false;
        return;
      case '(':
      case '[':
      case '{':
        this.stack.push({ open: sign, callee: sign === '(' ? this.callee : undefined, argument: 0, table: undefined, beside: this.beside });
        if (sign === '(') this.beside = this.callee ? undefined : this.around.input;
        this.clear();
        return;
      case ')':
      case ']':
      case '}': {
        const b = this.stack.pop();
        if (b?.callee && b.argument === 0 && b.table === undefined && this.last?.inside) b.table = this.last;
        this.beside = b?.beside;
        const same = b?.callee?.key === 'decide' || b?.callee?.key === 'filter' || (!b?.callee && sign === ')');
        this.is(same ? (b?.table ?? (b?.callee ? undefined : this.last)) : undefined);
        return;
      }
      case ',': {
        const b = this.stack.at(-1);
        if (b) {
          if (b.argument === 0 && b.callee && this.last?.inside) b.table = this.last;
          b.argument++;
          if (b.open !== '[') this.beside = undefined;
        }
        this.clear();
        return;
      }
      case '&&':
      case '||':
        this.beside = this.around.input;
        this.clear();
        return;
      default:
        if (COMPARES.has(sign)) this.compare();
        else {
          if (sign !== '!') this.beside = undefined;
          this.clear();
        }
    }
  }

  private clear(): void {
    this.operand = false;
    this.last = undefined;
    this.dot = false;
    this.callee = undefined;
  }
}

/** Where a formula names things, by key or by name. */
export function read(source: string, lexica: Lexica, around: Around = {}): Reading {
  return new Walk(source, lexica, around).run();
}

/** What may be named at the end of the beginning of a formula. */
export function offerAt(before: string, lexica: Lexica, around: Around = {}): Offer {
  return new Walk(before, lexica, around).run().offer();
}

/** A formula as it is stored: every name is its key. What cannot be told apart stays as it is, and is told. */
export function toKeys(source: string, lexica: Lexica, around: Around = {}): { text: string; doubts: readonly Doubt[] } {
  const { mentions, doubts } = read(source, lexica, around);
  return { text: replaced(source, mentions.filter((m) => m.by === 'name')), doubts };
}

function replaced(source: string, places: readonly { from: number; to: number; stored: string }[]): string {
  let out = '';
  let at = 0;
  for (const p of places) {
    out += source.slice(at, p.from) + p.stored;
    at = p.to;
  }
  return out + source.slice(at);
}

/** What is shown for a thing: its name, its key when it has none. */
export function shownName(thing: Thing): string {
  return thing.names[0] ?? thing.key;
}

/**
 * A stored formula as people read it and may type it: every key is its name where that says the same, in 「」 where it is no single
 * word. Going back with toKeys gives the stored formula again; what would not stays as it is stored.
 */
export function toNames(source: string, lexica: Lexica, around: Around = {}): string {
  const { mentions } = read(source, lexica, around);
  const keyed = mentions.filter((m) => m.by === 'key');
  const plain = replaced(source, keyed.map((m) => ({ ...m, stored: written(m, source, false) })));
  if (toKeys(plain, lexica, around).text === source) return plain;
  const quoted = replaced(source, keyed.map((m) => ({ ...m, stored: written(m, source, true) })));
  return toKeys(quoted, lexica, around).text === source ? quoted : source;
}

/**
 * A stored formula for reading alone: every key is its name, as long as no two of the formula are called the same. Typed, it need not give the
 * stored formula again.
 */
export function forReading(source: string, lexica: Lexica, around: Around = {}): string {
  const keyed = read(source, lexica, around).mentions.filter((m) => m.by === 'key');
  const things = new Map<string, Set<unknown>>();
  for (const m of keyed) for (const name of m.thing.names.slice(0, 1)) things.set(name, (things.get(name) ?? new Set()).add(m.thing));
  const said = (m: Mention) => {
    const name = m.thing.names[0];
    const own = source.slice(m.from, m.to);
    if (name === undefined || (things.get(name)?.size ?? 0) > 1) return own;
    return /^['"`]/.test(own) ? own[0] + name + own[0] : name;
  };
  return replaced(source, keyed.map((m) => ({ ...m, stored: said(m) })));
}

function written(m: Mention, source: string, careful: boolean): string {
  const name = m.thing.names[0];
  const own = source.slice(m.from, m.to);
  if (name === undefined || /[\n「」]/.test(name) || (m.among?.named(name).length ?? 1) > 1) return own;
  if (/^['"`]/.test(own)) return own.startsWith('`') || /['"\\`]/.test(name) || m.among?.key(name) ? own : own[0] + name + own[0];
  if (m.thing.kind === 'word') return name;
  const plain = WORD.test(name) && !m.among?.key(name) && !TESTS.has(name) && !JOINS.has(name);
  return plain && !careful ? name : `「${name}」`;
}
