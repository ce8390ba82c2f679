import { type Definition, type Field, type Form, type Option, type Process, type Rule, type Shape, type Text } from '../definition';
import { textIn } from '../text';
import type { Seen } from './seen';

/** Something a formula can name: by its key, which is what is stored, or by a name, which is what people read and may type. */
export interface Thing {
  key: string;
  /** The first is the name that is shown; the others, of other languages, are understood too. */
  names: readonly string[];
  kind: 'field' | 'system' | 'rule' | 'function' | 'word' | 'option' | 'mark';
  /** A field's type, a rule's kind. */
  type?: string;
  field?: Field;
  help?: string;
  /** What can follow a dot: the fields behind a reference, the columns of a table, the results of a rule. */
  inside?: () => Lexicon;
  /** The texts it is compared with: options, stages. */
  options?: () => Lexicon;
}

/** The things of one kind of place, found by key or by name. */
export class Lexicon {
  readonly things: readonly Thing[];
  private readonly keys = new Map<string, Thing>();
  private readonly names = new Map<string, Thing[]>();
  /** Names by their first letter, the longest first, for names of several words. */
  private readonly starts = new Map<string, string[]>();

  constructor(things: Iterable<Thing>) {
    const list: Thing[] = [];
    for (const t of things) {
      if (this.keys.has(t.key)) continue;
      this.keys.set(t.key, t);
      list.push(t);
    }
    this.things = list;
    for (const t of list) {
      for (const name of new Set(t.names)) {
        if (name === '' || name.trim() !== name || /[\n「」]/.test(name)) continue;
        const had = this.names.get(name);
        if (had) had.push(t);
        else {
          this.names.set(name, [t]);
          const first = String.fromCodePoint(name.codePointAt(0) as number);
          this.starts.set(first, [...(this.starts.get(first) ?? []), name]);
        }
      }
    }
    for (const list of this.starts.values()) list.sort((a, b) => b.length - a.length);
  }

  key(key: string): Thing | undefined {
    return this.keys.get(key);
  }

  /** All things of that name: more than one cannot be told apart by it. */
  named(name: string): readonly Thing[] {
    return this.names.get(name) ?? [];
  }

  /** The names that may begin at a place of a text, the longest first. */
  beginning(letter: string): readonly string[] {
    return this.starts.get(letter) ?? [];
  }
}

export const NOTHING = new Lexicon([]);

/** Where a formula stands, and so what it can name. */
export interface Place {
  form: string;
  /** Inside a table: its columns come first. */
  columns?: readonly Field[];
  /** What an automation sees there besides: what was sent or answered, the row, the record it runs for. */
  seen?: Seen;
}

/** The words of the language itself in the reader's language, by key; a word without one is read as it is written. */
export interface Words {
  language: string;
  systems: Readonly<Record<string, string>>;
  functions: Readonly<Record<string, string>>;
  words: Readonly<Record<string, string>>;
  results: Readonly<Record<string, string>>;
  /** What an automation sees besides the record: source, row, rows, group, payload, result and its status. */
  seen: Readonly<Record<string, string>>;
}

/** Everything a formula at a place of a definition can name. */
export interface Lexica {
  bare: Lexicon;
  functions: Lexicon;
  /** The rules that decide() asks. */
  rules: Lexicon;
}

export function lexicaOf(def: Definition, place: Place, words: Words): Lexica {
  const reader = new Reader(def, words);
  const form = def.forms?.find((f) => f.key === place.form);
  const process = def.processes?.find((p) => p.form === place.form);
  const rules = (def.rules ?? []).filter((r) => (r.form ?? place.form) === place.form).map((r) => reader.rule(r));
  const fields = reader.fields(form);
  const named = (kind: Thing['kind'], list: Readonly<Record<string, string>>) =>
    Object.entries(list).map<Thing>(([key, name]) => ({ key, names: name === '' ? [] : [name], kind }));
  const stages = process ? reader.stages(process) : undefined;
  return {
    bare: new Lexicon([
      ...(place.columns ?? []).map((c) => reader.field(c)),
      ...(place.seen ? reader.seen(place.seen) : []),
      ...fields,
      ...rules,
      ...named('system', words.systems).map((t) => systemThing(t, stages, fields)),
      ...named('word', words.words),
    ]),
    functions: new Lexicon(named('function', words.functions)),
    rules: new Lexicon(rules),
  };
}

/** stage is one of the stages, old the record before the change. */
function systemThing(t: Thing, stages: (() => Lexicon) | undefined, fields: readonly Thing[]): Thing {
  if (t.key === 'stage' && stages) return { ...t, options: stages };
  return t.key === 'old' ? { ...t, inside: once(() => new Lexicon(fields)) } : t;
}

function once<T>(make: () => T): () => T {
  let made: { it: T } | undefined;
  return () => (made ??= { it: make() }).it;
}

class Reader {
  constructor(
    private readonly def: Definition,
    private readonly words: Words,
  ) {}

  private get language(): string {
    return this.words.language;
  }

  /** What a result of a scorecard is called. */
  private word(key: string): string[] {
    const name = this.words.results[key];
    return name ? [name] : [];
  }

  private names(text: Text | undefined): string[] {
    const shown = textIn(text, this.language).trim();
    const others = typeof text === 'object' ? Object.values(text).map((t) => t.trim()) : [];
    return [...new Set([shown, ...others])].filter((n) => n !== '');
  }

  fields(form: Form | undefined): Thing[] {
    return (form?.fields ?? []).filter((f) => f.type !== 'static').map((f) => this.field(f));
  }

  field(field: Field): Thing {
    const names = this.names(field.name);
    const help = textIn(field.help, this.language);
    const thing: Thing = { key: field.key, names, kind: 'field', type: field.type, field, ...(help ? { help } : {}) };
    if (field.type === 'table') thing.inside = once(() => new Lexicon((field.fields ?? []).map((c) => this.field(c))));
    if (field.type === 'reference') thing.inside = once(() => new Lexicon(this.fields(this.def.forms?.find((f) => f.key === field.form))));
    const list = field.options === undefined || field.type === 'cascade' ? undefined : this.def.options?.find((o) => o.key === field.options);
    if (list) thing.options = once(() => new Lexicon(flat(list.items).map((o) => this.option(o))));
    if (field.type === 'role') thing.options = once(() => new Lexicon((this.def.roles ?? []).map((r) => this.option(r))));
    return thing;
  }

  /** The things an automation sees; what stands behind each follows a dot. */
  seen(seen: Seen): Thing[] {
    const thing = (key: string, type: string, inside?: () => Thing[]): Thing => {
      const name = this.words.seen[key] ?? '';
      return { key, names: name === '' ? [] : [name], kind: 'system', type, ...(inside ? { inside: once(() => new Lexicon(inside())) } : {}) };
    };
    const form = (key: string) => this.fields(this.def.forms?.find((f) => f.key === key));
    const { payload, sent, result, source, row, rows } = seen;
    const by = rows && form(rows.form).find((f) => f.key === rows.by);
    return [
      ...(payload ? [thing('payload', 'record', () => this.shapes(payload))] : []),
      ...(sent ? [thing('payload', 'record', () => sent.map((f) => this.field(f)))] : []),
      ...(result ? [thing('result', 'record', () => [...this.shapes(result), thing('status', 'number')])] : []),
      ...(source === undefined ? [] : [thing('source', 'record', () => [...form(source), { key: 'id', names: [], kind: 'system', type: 'text' }])]),
      ...(row ? [thing('row', 'record', () => ('shapes' in row ? this.shapes(row.shapes) : row.fields.map((f) => this.field(f))))] : []),
      ...(rows ? [thing('rows', 'table', () => form(rows.form)), { ...thing('group', 'text'), ...(by?.inside ? { inside: by.inside } : {}), ...(by?.options ? { options: by.options } : {}) }] : []),
    ];
  }

  /** Members of what another system says. */
  private shapes(list: readonly Shape[]): Thing[] {
    return list.map(({ key, name, type, fields }) => ({
      key,
      names: this.names(name),
      kind: 'field',
      type,
      ...(fields ? { inside: once(() => new Lexicon(this.shapes(fields))) } : {}),
    }));
  }

  private option(o: { key: string; name?: Text }): Thing {
    return { key: o.key, names: this.names(o.name), kind: 'option' };
  }

  stages(process: Process): () => Lexicon {
    return once(() => new Lexicon(process.stages.map((s) => this.option(s))));
  }

  rule(rule: Rule): Thing {
    const help = textIn(rule.help, this.language);
    const thing: Thing = { key: rule.key, names: this.names(rule.name), kind: 'rule', type: rule.type ?? rule.kind, ...(help ? { help } : {}) };
    if (rule.kind === 'table')
      thing.inside = once(
        () => new Lexicon((rule.out ?? []).map((o) => ({ key: o.key, names: this.names(o.name), kind: 'field', type: o.type }))),
      );
    if (rule.kind === 'scorecard') {
      const bands = once(() => new Lexicon((rule.bands ?? []).map((b) => this.option(b))));
      thing.inside = once(
        () =>
          new Lexicon([
            { key: 'total', names: this.word('total'), kind: 'field', type: 'number' },
            { key: 'band', names: this.word('band'), kind: 'field', type: 'select', options: bands },
            { key: 'items', names: this.word('items'), kind: 'field', type: 'list' },
          ]),
      );
    }
    return thing;
  }
}

function flat(items: readonly Option[]): Option[] {
  return items.flatMap((o) => [o, ...flat(o.items ?? [])]);
}
