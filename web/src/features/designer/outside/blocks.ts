import { LANGUAGES, type Block, type BlockCell, type BlockKind, type Definition, type Field, type Form, type Lang, type Print, type Text } from '@/model/definition';
import { freshKey } from '@/model/keys';

/** What a paper is put together from, in the order it is offered. */
export const BLOCK_KINDS: readonly BlockKind[] = ['heading', 'text', 'fields', 'table', 'amount', 'image', 'sign', 'code', 'line', 'break', 'html'];

const UNPRINTED = new Set<Field['type']>(['table', 'static', 'attachment']);
const FIGURES = new Set<Field['type']>(['money', 'number', 'percent']);

const printed = (form: Form | undefined) => (form?.fields ?? []).filter((f) => !UNPRINTED.has(f.type));
const columnsOf = (table: Field | undefined) => (table?.fields ?? []).filter((c) => c.type !== 'attachment' && c.type !== 'static');

/** The columns of a table as cells: each figure of it that means something as a sum is added up. */
export function cellsOf(table: Field | undefined): BlockCell[] {
  return columnsOf(table).map((c) => ({ value: c.key, ...(c.type === 'money' && c.calc !== undefined ? { sum: true } : {}) }));
}

/** A block as it begins. */
export function newBlock(kind: BlockKind, form: Form | undefined, blocks: readonly Block[], write: (text: string) => Text, words: { heading: string; text: string; us: string; them: string }): Block {
  const key = freshKey('b', blocks.map((b) => b.key));
  const table = form?.fields.find((f) => f.type === 'table');
  const money = form?.fields.find((f) => f.type === 'money' && f.calc !== undefined) ?? form?.fields.find((f) => f.type === 'money');
  switch (kind) {
    case 'heading':
      return { key, kind, text: write(words.heading), ...(blocks.some((b) => b.kind === 'heading') ? { level: 2 } : { align: 'center' }) };
    case 'text':
      return { key, kind, text: write(words.text) };
    case 'fields':
      return { key, kind, cells: printed(form).slice(0, 4).map((f) => ({ value: f.key })) };
    case 'table':
      return { key, kind, rows: table?.key ?? '', numbered: true, cells: cellsOf(table) };
    case 'amount':
      return { key, kind, value: money?.key ?? '', words: 'beside', align: 'right' };
    case 'sign':
      return { key, kind, cells: [{ name: write(words.them) }, { name: write(words.us) }] };
    case 'code':
      return { key, kind, value: form?.fields.find((f) => f.type === 'barcode')?.key ?? 'number' };
    case 'image':
      return { key, kind, width: 40 };
    case 'html':
      return { key, kind, html: write('<p></p>') };
    case 'line':
    case 'break':
      return { key, kind };
  }
}

/** A first paper of a form: its name, its fields, each of its tables, and what it comes to. */
export function firstBlocks(form: Form): Block[] {
  const fields = printed(form).filter((f) => f.type !== 'richtext' && f.type !== 'longtext' && f.type !== 'image' && f.type !== 'signature');
  const long = printed(form).filter((f) => !fields.includes(f));
  const total = form.fields.find((f) => f.type === 'money' && f.calc !== undefined);
  const blocks: Omit<Block, 'key'>[] = [
    { kind: 'heading', text: form.name ?? form.key, align: 'center' },
    { kind: 'fields', cells: [...(form.number ? [{ value: 'number' }] : []), ...fields.filter((f) => f !== total).map((f) => ({ value: f.key }))] },
    ...form.fields.filter((f) => f.type === 'table' && columnsOf(f).length > 0).map((f): Omit<Block, 'key'> => ({ kind: 'table', rows: f.key, numbered: true, cells: cellsOf(f) })),
    ...(total ? [{ kind: 'amount', value: total.key, words: 'beside', align: 'right' } as const] : []),
    ...long.map((f): Omit<Block, 'key'> => ({ kind: 'fields', across: 1, cells: [{ value: f.key }] })),
  ];
  return blocks.filter((b) => b.kind !== 'fields' || (b.cells ?? []).length > 0).map((b, i) => ({ key: `b${i + 1}`, ...b }));
}

/** The field that a value is, by itself: of the form, a column, or behind a reference. */
export function fieldOf(def: Definition, form: Form | undefined, columns: readonly Field[] | undefined, value: string): Field | undefined {
  const [first = '', second, ...more] = value.trim().split('.');
  const at = columns?.find((c) => c.key === first) ?? form?.fields.find((f) => f.key === first);
  if (second === undefined || more.length > 0) return second === undefined ? at : undefined;
  return def.forms?.find((f) => f.key === at?.form)?.fields.find((f) => f.key === second);
}

// From HTML ----------------------------------------------------------------------------------------------------------------------------

interface Piece {
  /** All of the block but what is written in a language. */
  block: Omit<Block, 'key'>;
  /** What is written in this one: the text, the HTML, or the heads of the columns. */
  said: string[];
}

const SLOT = /^\{\{\s*([^{}]*?)\s*\}\}$/;

/** The blocks that say the same as a print's HTML; undefined where its languages are not built alike, or none of it is more than HTML. */
export function blocksFromHTML(def: Definition, print: Print): Block[] | undefined {
  const form = def.forms?.find((f) => f.key === print.form);
  const body = print.body;
  if (!form || body === undefined) return undefined;
  const classes = alignments(print.css ?? '');
  const sources: [Lang | '', string][] = typeof body === 'string' ? [['', body]] : LANGUAGES.flatMap((l): [Lang, string][] => (body[l] === undefined ? [] : [[l, body[l]]]));
  const all = sources.map(([, html]) => pieces(html, form, classes));
  const first = all[0];
  if (!first || all.some((p) => p.length !== first.length || p.some((x, i) => JSON.stringify(x.block) !== JSON.stringify(first[i]?.block) || x.said.length !== first[i]?.said.length))) return undefined;
  if (!first.some((p) => p.block.kind !== 'html')) return undefined;
  const together = (i: number, n: number): Text => {
    const texts = all.map((p) => p[i]?.said[n] ?? '');
    if (texts.every((t) => t === texts[0])) return texts[0] ?? '';
    return Object.fromEntries(sources.map(([l], j) => [l, texts[j] ?? ''])) as Text;
  };
  const blocks = first.map((piece, i): Omit<Block, 'key'> => {
    if (piece.block.kind === 'table') {
      const cells = (piece.block.cells ?? []).map((cell, n) => ({ value: cell.value ?? '', name: together(i, n), ...(cell.align ? { align: cell.align } : {}) }));
      return { ...piece.block, cells };
    }
    if (piece.said.length === 0) return piece.block;
    const { kind, ...rest } = piece.block;
    return { kind, ...(kind === 'html' ? { html: together(i, 0) } : { text: together(i, 0) }), ...rest };
  });
  return joined(blocks).map((b, i) => ({ key: `b${i + 1}`, ...b }));
}

/** Paragraphs of the same look that follow each other are one text. */
function joined(blocks: Omit<Block, 'key'>[]): Omit<Block, 'key'>[] {
  const out: Omit<Block, 'key'>[] = [];
  for (const b of blocks) {
    const last = out.at(-1);
    if (last?.kind === 'text' && b.kind === 'text' && last.align === b.align && last.if === b.if && !b.if) last.text = lines(last.text, b.text);
    else out.push({ ...b });
  }
  return out;
}

function lines(a: Text | undefined, b: Text | undefined): Text {
  if (typeof a !== 'object' && typeof b !== 'object') return `${a ?? ''}\n${b ?? ''}`;
  const languages = LANGUAGES.filter((l) => (typeof a === 'object' && a[l] !== undefined) || (typeof b === 'object' && b[l] !== undefined));
  const said = (t: Text | undefined, l: Lang) => (typeof t === 'object' ? (t[l] ?? '') : (t ?? ''));
  return Object.fromEntries(languages.map((l) => [l, `${said(a, l)}\n${said(b, l)}`])) as Text;
}

/** The classes of a style sheet that say how text is aligned and nothing else, besides those that every paper has. */
function alignments(css: string): Map<string, 'right' | 'center'> {
  const out = new Map<string, 'right' | 'center'>([['right', 'right'], ['center', 'center']]);
  for (const m of css.matchAll(/(?:^|\})\s*\.([\w-]+)\s*\{\s*text-align:\s*(right|center)\s*;?\s*(?=\})/g)) if (m[1]) out.set(m[1], m[2] as 'right' | 'center');
  return out;
}

function pieces(html: string, form: Form, classes: Map<string, 'right' | 'center'>): Piece[] {
  const root = new DOMParser().parseFromString(`<body>${html}</body>`, 'text/html').body;
  const out: Piece[] = [];
  for (const node of root.childNodes) {
    if (node.nodeType === 3) {
      const text = node.textContent ?? '';
      if (text.trim() !== '') out.push({ block: { kind: 'html' }, said: [escaped(text)] });
    } else if (node.nodeType === 1) out.push(piece(node as Element, form, classes) ?? { block: { kind: 'html' }, said: [(node as Element).outerHTML] });
  }
  return out;
}

const escaped = (s: string) => s.replace(/[&<>]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[c] ?? c);

/** How an element is aligned by its class alone; undefined when it says more than that. */
function looks(el: Element, classes: Map<string, 'right' | 'center'>, besides: readonly string[] = []): { align?: 'right' | 'center' } | undefined {
  for (const a of el.attributes) if (a.name !== 'class' && !besides.includes(a.name)) return undefined;
  const name = el.getAttribute('class')?.trim() ?? '';
  if (name === '') return {};
  const align = classes.get(name);
  return align ? { align } : undefined;
}

/** The words of an element, with its bold; undefined when there is more in it. */
function words(el: Element): string | undefined {
  let out = '';
  for (const n of el.childNodes) {
    if (n.nodeType === 3) out += n.textContent ?? '';
    else if (n.nodeType !== 1) continue;
    else {
      const child = n as Element;
      const inner = child.childNodes.length > 0 && [...child.childNodes].every((x) => x.nodeType === 3) ? child.textContent : undefined;
      if ((child.localName === 'b' || child.localName === 'strong') && child.attributes.length === 0 && inner) out += `**${inner}**`;
      else return undefined;
    }
  }
  const text = out.replace(/\s+/g, ' ').trim();
  return el.textContent?.includes('**') ? undefined : text;
}

function piece(el: Element, form: Form, classes: Map<string, 'right' | 'center'>): Piece | undefined {
  const tag = el.localName;
  if (tag === 'hr' && el.attributes.length === 0) return { block: { kind: 'line' }, said: [] };
  if (tag === 'table') return table(el, form, classes);
  const look = looks(el, classes, tag === 'p' ? ['data-if'] : []);
  const text = look && words(el);
  if (!look || text === undefined || text === '') return undefined;
  if (/^h[1-3]$/.test(tag)) return { block: { kind: 'heading', ...(tag === 'h1' ? {} : { level: Number(tag[1]) }), ...look }, said: [text] };
  const when = el.getAttribute('data-if');
  return tag === 'p' ? { block: { kind: 'text', ...look, ...(when === null ? {} : { if: when }) }, said: [text] } : undefined;
}

/** A head of names, and a row that is repeated of one value under each. */
function table(el: Element, form: Form, classes: Map<string, 'right' | 'center'>): Piece | undefined {
  const rows = [...el.querySelectorAll('tr')];
  const [head, row] = rows;
  const each = row?.getAttribute('data-each');
  if (el.attributes.length > 0 || rows.length !== 2 || !head || !row || !each || head.attributes.length > 0 || row.attributes.length > 1) return undefined;
  if ([...el.querySelectorAll('thead, tbody, tfoot, colgroup, caption')].some((x) => x.attributes.length > 0 || !['thead', 'tbody'].includes(x.localName))) return undefined;
  const [heads, values] = [[...head.children], [...row.children]];
  if (heads.length !== values.length || heads.some((h) => h.localName !== 'th') || values.some((v) => v.localName !== 'td')) return undefined;
  const columns = form.fields.find((f) => f.key === each)?.fields;
  const cells: BlockCell[] = [];
  const names: string[] = [];
  let numbered = false;
  for (const [i, h] of heads.entries()) {
    const v = values[i] as Element;
    const [a, b] = [looks(h, classes), looks(v, classes)];
    const [name, value] = [words(h), SLOT.exec((v.textContent ?? '').trim())?.[1]];
    if (!a || !b || a.align !== b.align || name === undefined || value === undefined || v.children.length > 0 || name.includes('**')) return undefined;
    if (i === 0 && value === 'rowNumber' && name === '#' && !a.align) {
      numbered = true;
      continue;
    }
    const figure = FIGURES.has(columns?.find((c) => c.key === value)?.type ?? 'text');
    const align = a.align ?? 'left';
    names.push(name);
    cells.push({ value, ...(align === (figure ? 'right' : 'left') ? {} : { align }) });
  }
  return cells.length === 0 ? undefined : { block: { kind: 'table', rows: each, ...(numbered ? { numbered } : {}), cells }, said: names };
}
