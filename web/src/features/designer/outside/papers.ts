import type { Definition, Field, Form, Lang, Text } from '@/model/definition';
import { textIn } from '@/model/text';

const word = (text: Text | undefined, key: string, lang: Lang) => textIn(text, lang) || key;

const escape = (s: string) => s.replace(/[&<>]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[c] ?? c);

/** A first body of a paper: the form's title, its fields in a table of names and values, and each of its tables row by row. */
export function firstBody(form: Form, lang: Lang): string {
  const plain = form.fields.filter((f) => !['table', 'static', 'attachment'].includes(f.type));
  const rows = plain.map((f) => `  <tr><th>${escape(word(f.name, f.key, lang))}</th><td>{{ ${f.key} }}</td></tr>`).join('\n');
  const tables = form.fields.filter((f) => f.type === 'table' && (f.fields?.length ?? 0) > 0).map((f) => tableOf(f, lang));
  const head = `<h1>${escape(word(form.name, form.key, lang))}${form.number ? ' {{ number }}' : ''}</h1>`;
  return [head, rows ? `<table>\n${rows}\n</table>` : '', ...tables].filter(Boolean).join('\n\n');
}

function tableOf(table: Field, lang: Lang): string {
  const columns = (table.fields ?? []).filter((c) => !['attachment', 'static'].includes(c.type));
  const figure = (c: Field) => (['money', 'number', 'percent'].includes(c.type) ? ' class="right"' : '');
  const heads = columns.map((c) => `<th${figure(c)}>${escape(word(c.name, c.key, lang))}</th>`).join('');
  const cells = columns.map((c) => `<td${figure(c)}>{{ ${c.key} }}</td>`).join('');
  return `<h2>${escape(word(table.name, table.key, lang))}</h2>\n<table>\n  <thead><tr><th>#</th>${heads}</tr></thead>\n  <tbody><tr data-each="${table.key}"><td>{{ rowNumber }}</td>${cells}</tr></tbody>\n</table>`;
}

/** Types that nobody fills in without signing in. */
export const UNPUBLIC: ReadonlySet<Field['type']> = new Set(['reference', 'lookup', 'rollup', 'user', 'team', 'role', 'autonumber']);
export const FILES: ReadonlySet<Field['type']> = new Set(['attachment', 'image', 'signature']);

/** Fields that a public form may ask for. */
export function askable(form: Form | undefined, files: boolean): Field[] {
  const fits = (f: Field): boolean => !UNPUBLIC.has(f.type) && (files || !FILES.has(f.type));
  return (form?.fields ?? []).filter((f) => !f.calc && fits(f) && (f.fields ?? []).every(fits));
}

/** What a tracking page may show of a form: fields, and columns of tables one by one. */
export function showable(form: Form | undefined): { key: string; field: Field; table?: Field }[] {
  const hidden = new Set<Field['type']>(['attachment', 'image', 'signature', 'role', 'static']);
  return (form?.fields ?? [])
    .flatMap((f) => (f.type === 'table' ? (f.fields ?? []).map((c) => ({ key: `${f.key}.${c.key}`, field: c, table: f })) : [{ key: f.key, field: f }]))
    .filter((x) => !hidden.has(x.field.type));
}

/** The form whose records a tracking page is about. */
export function trackedForm(def: Definition, page: { form?: string; process?: string }): Form | undefined {
  const key = page.form ?? def.processes?.find((p) => p.key === page.process)?.form;
  return def.forms?.find((f) => f.key === key);
}
