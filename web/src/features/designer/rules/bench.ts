import { isComputed, type Definition, type Field, type FieldType, type Rule } from '@/model/definition';
import { type Lexica } from '@/model/formula/lexicon';
import { read } from '@/model/formula/names';

/** A definition in which the results of one rule are fields of its form, so that the rules in the browser compute them. */
export interface Bench {
  definition: Definition;
  /** The rule's results: the field that holds each, and what it is. */
  results: { field: string; key: string; type: FieldType }[];
  /** Of each row of a table or item of a scorecard, the field that says whether it applies. */
  parts: string[];
}

const KINDS: Readonly<Record<string, FieldType>> = {
  number: 'number',
  money: 'number',
  percent: 'number',
  bool: 'bool',
  date: 'date',
  datetime: 'datetime',
  user: 'user',
  role: 'role',
  team: 'team',
};
const kindOf = (type: string | undefined): FieldType => KINDS[type ?? ''] ?? 'text';

/** Makes the bench of a rule; fields in typed are taken as typed, not computed. */
export function benchOf(def: Definition, rule: Rule, typed: readonly string[]): Bench {
  const results: Bench['results'] = [];
  const parts: string[] = [];
  const added: Field[] = [];
  const rules: Rule[] = [...(def.rules ?? [])];
  const field = (key: string, type: FieldType, calc: string) => {
    added.push({ key, type, calc, ...(type === 'number' ? { scale: 8 } : {}) });
    return key;
  };
  const result = (key: string, type: FieldType, calc: string) => {
    results.push({ field: field(`benchResult${results.length}`, type, calc), key, type });
  };
  if (rule.kind === 'expression') result('', kindOf(rule.type), rule.key);
  if (rule.kind === 'table') {
    for (const o of rule.out ?? []) result(o.key, kindOf(o.type), `decide('${rule.key}').${o.key}`);
    // Each row alone, as a table of its own, says whether it applies.
    rule.rows?.forEach((row, i) => {
      const key = `benchRow${i}`;
      rules.push({ key, kind: 'table', hit: 'first', ...(rule.form ? { form: rule.form } : {}), in: rule.in ?? [], out: [{ key: 'hit', type: 'bool' }], rows: [{ if: row.if, then: ['true'] }] });
      parts.push(field(`benchPart${i}`, 'bool', `decide('${key}').hit == true`));
    });
  }
  if (rule.kind === 'scorecard') {
    result('total', 'number', `decide('${rule.key}').total`);
    result('band', 'text', `decide('${rule.key}').band`);
    rule.items?.forEach((item, i) => parts.push(field(`benchPart${i}`, 'bool', item.if?.trim() ? `(${item.if}) == true` : 'true')));
  }
  const forms = (def.forms ?? []).map((f) =>
    f.key === rule.form ? { ...f, fields: [...f.fields.map((x) => (typed.includes(x.key) ? asTyped(x) : x)), ...added] } : f,
  );
  return { definition: { ...def, forms, rules }, results, parts };
}

/** A field as one types it: nothing computes it, hides it or asks for it. */
function asTyped(f: Field): Field {
  const { calc: _calc, value: _value, visibleIf: _visible, requiredIf: _required, readIf: _read, ...rest } = f;
  return rest;
}

const TYPED: ReadonlySet<FieldType> = new Set(['number', 'money', 'percent', 'text', 'select', 'bool', 'date', 'rating', 'slider', 'phone', 'email']);

/** The fields that decide a rule, as far as one can type them. */
export function fieldsOf(def: Definition, rule: Rule, lexica: Lexica): Field[] {
  const sources = [
    rule.value,
    ...(rule.in ?? []).map((c) => c.value ?? c.key),
    ...(rule.rows ?? []).flatMap((r) => [...r.if, ...r.then]),
    ...(rule.items ?? []).map((i) => i.if),
  ].filter((s) => s !== undefined);
  const keys = new Set<string>();
  for (const s of sources) for (const m of read(s, lexica).mentions) if (m.thing.kind === 'field' && s[m.from - 1] !== '.') keys.add(m.thing.key);
  // What the rule asks of other rules is read of them too, one step down.
  for (const s of sources)
    for (const m of read(s, lexica).mentions) {
      const other = m.thing.kind === 'rule' ? def.rules?.find((r) => r.key === m.thing.key && r.key !== rule.key) : undefined;
      for (const c of other?.in ?? []) keys.add(c.key);
    }
  return (def.forms?.find((f) => f.key === rule.form)?.fields ?? []).filter((f) => keys.has(f.key) && (TYPED.has(f.type) || isComputed(f)));
}
