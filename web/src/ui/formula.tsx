import { autocompletion, pickedCompletion, startCompletion, type Completion, type CompletionContext } from '@codemirror/autocomplete';
import { StateEffect, StateField, type EditorState, type Extension, type Range } from '@codemirror/state';
import { Decoration, EditorView, hoverTooltip, keymap, placeholder as placeholderText, WidgetType, type DecorationSet } from '@codemirror/view';
import { useEffect, useMemo, useRef } from 'react';
import type { Lexica, Thing } from '@/model/formula/lexicon';
import { offerAt, read, shownName, toKeys, type Around, type Mention } from '@/model/formula/names';
import { stringLiteral } from '@/model/formula/tokens';
import { useEditor, type EditorProps, type Mark } from './code';

/** What is said about a thing when it is offered or pointed at. */
export interface Described {
  detail: string;
  help?: string;
  /** How a function is called, one line each, and an example with what it gives. */
  signatures?: readonly string[];
  example?: { source: string; result: string };
}

interface Props extends EditorProps {
  lexica: Lexica;
  around?: Around;
  describe: (thing: Thing) => Described;
  /** What is said where a name fits several things. */
  inDoubt: (things: readonly Thing[]) => string;
  /** One line that Enter and Escape leave: a cell of a sheet. */
  line?: { enter: (back: boolean) => void; escape: () => void; tab: (back: boolean) => void };
}

interface Language {
  lexica: Lexica;
  around: Around;
  describe: Props['describe'];
}

const setLanguage = StateEffect.define<Language>();

/** A name in place of its key. The text under it stays the key. */
class Chip extends WidgetType {
  constructor(
    readonly label: string,
    readonly kind: Thing['kind'],
    readonly key: string,
  ) {
    super();
  }

  override eq(other: Chip): boolean {
    return other.label === this.label && other.kind === this.kind && other.key === this.key;
  }

  override toDOM(): HTMLElement {
    const span = document.createElement('span');
    span.className = `chip ${this.kind}`;
    span.textContent = this.label;
    return span;
  }

  override ignoreEvent(): boolean {
    return false;
  }
}

interface Reading {
  language: Language | undefined;
  mentions: readonly Mention[];
  /** Where a word is being typed, which is not made a chip under one's fingers. */
  typing: number | undefined;
  chips: DecorationSet;
}

function reading(state: EditorState, language: Language | undefined, typing: number | undefined): Reading {
  if (!language) return { language, mentions: [], typing, chips: Decoration.none };
  const source = state.doc.toString();
  const { mentions } = read(source, language.lexica, language.around);
  const chips: Range<Decoration>[] = [];
  for (const m of mentions) {
    if (m.by !== 'key' || m.to === typing) continue;
    const label = shownName(m.thing);
    chips.push(
      (label === source.slice(m.from, m.to)
        ? Decoration.mark({ class: `chip ${m.thing.kind}` })
        : Decoration.replace({ widget: new Chip(label, m.thing.kind, m.thing.key) })
      ).range(m.from, m.to),
    );
  }
  return { language, mentions, typing, chips: Decoration.set(chips, true) };
}

const readings = StateField.define<Reading>({
  create: (state) => reading(state, undefined, undefined),
  update(was, tr) {
    const fresh = tr.effects.find((e) => e.is(setLanguage));
    let typing = was.typing;
    if (tr.docChanged) typing = tr.isUserEvent('input.type') || tr.isUserEvent('delete') ? tr.newSelection.main.head : undefined;
    else if (tr.selection) typing = undefined;
    if (!fresh && !tr.docChanged && typing === was.typing) return was;
    return reading(tr.state, (fresh?.value as Language | undefined) ?? was.language, typing);
  },
  provide: (field) => [
    EditorView.decorations.from(field, (r) => r.chips),
    EditorView.atomicRanges.of((view) => view.state.field(field).chips),
  ],
});

/** Writes keys for the names that have been typed to their end; all of them when the editor is left. */
function settleNames(view: EditorView, all: boolean): void {
  const { language, mentions } = view.state.field(readings);
  if (!language || view.composing) return;
  const head = view.state.selection.main.head;
  const source = view.state.doc.toString();
  const growing = (m: Mention) => {
    if (m.thing.kind === 'mark') return false;
    if (m.from <= head && head <= m.to) return true;
    const since = source.slice(m.from, head);
    return head > m.to && (m.among?.beginning(String.fromCodePoint(since.codePointAt(0) as number)) ?? []).some((n) => n.length > since.length && n.startsWith(since));
  };
  const changes = mentions
    .filter((m) => m.by === 'name' && (all || !growing(m)))
    .map((m) => ({ from: m.from, to: m.to, insert: m.stored }));
  if (changes.length > 0) view.dispatch({ changes, userEvent: 'input.name' });
}

const settling: Extension = [
  EditorView.updateListener.of((u) => {
    if (u.docChanged || u.selectionSet) settleNames(u.view, false);
  }),
  EditorView.domEventHandlers({ blur: (_event, view) => settleNames(view, true) }),
];

function about(thing: Thing, described: Described): HTMLElement {
  const box = document.createElement('div');
  box.className = 'code-about';
  const line = (tag: string, text: string, className = '') => {
    const it = document.createElement(tag);
    it.textContent = text;
    it.className = className;
    box.append(it);
  };
  line('b', shownName(thing));
  line('span', [described.detail, shownName(thing) === thing.key ? '' : thing.key].filter(Boolean).join(' · '), 's');
  for (const s of described.signatures ?? []) line('code', s);
  if (described.help) line('p', described.help);
  if (described.example) line('code', `${described.example.source} → ${described.example.result}`, 's');
  return box;
}

const hover = hoverTooltip((view, pos) => {
  const { language, mentions } = view.state.field(readings);
  const m = mentions.find((x) => x.from <= pos && pos <= x.to && x.thing.kind !== 'mark' && x.thing.kind !== 'word');
  if (!language || !m) return null;
  return { pos: m.from, end: m.to, above: true, create: () => ({ dom: about(m.thing, language.describe(m.thing)) }) };
});

/** How well a thing fits what is typed: 0 not at all, else the more the better. */
function fit(thing: Thing, word: string): number {
  const low = word.toLowerCase();
  let best = 0;
  for (const label of [thing.key, ...thing.names]) {
    const at = label.toLowerCase().indexOf(low);
    if (at === 0) best = Math.max(best, 2);
    else if (at > 0) best = Math.max(best, 1);
  }
  return best;
}

function complete(context: CompletionContext) {
  const { language } = context.state.field(readings);
  if (!language) return null;
  const before = context.state.sliceDoc(0, context.pos);
  const word = /[\p{L}_$][\p{L}\p{N}\p{M}_$]*$/u.exec(before)?.[0] ?? '';
  const start = before.slice(0, before.length - word.length);
  const quote = /['"]$/.exec(start)?.[0] ?? '';
  const offer = offerAt(quote ? start.slice(0, -1) : start, language.lexica, language.around);
  const afterDot = /\.\s*$/.test(start);
  if (!word && !context.explicit && !afterDot && !offer.options) return null;
  const from = context.pos - word.length - quote.length;
  const make = (thing: Thing, section: number): Completion => {
    const described = language.describe(thing);
    return {
      label: shownName(thing),
      detail: described.detail,
      type: thing.kind,
      boost: fit(thing, word) * 10 - section,
      info: () => about(thing, described),
      apply: (view, completion, _from, to) => apply(view, completion, thing, from, to, quote),
    };
  };
  const list: Completion[] = [];
  const add = (things: readonly Thing[], section: number) => {
    for (const t of things) if (word === '' || fit(t, word) > 0) list.push(make(t, section));
  };
  add(offer.options?.things ?? [], 0);
  if (!quote) {
    add(offer.lexicon?.things.filter((t) => t.kind !== 'word' || word !== '') ?? [], 1);
    if (offer.functions && word !== '') add(language.lexica.functions.things, 2);
  }
  list.sort((a, b) => (b.boost ?? 0) - (a.boost ?? 0));
  return list.length === 0 ? null : { from: context.pos - word.length, options: list, filter: false };
}

function apply(view: EditorView, completion: Completion, thing: Thing, from: number, to: number, quote: string): void {
  let insert = thing.kind === 'option' ? stringLiteral(thing.key) : thing.key;
  let end = quote && view.state.sliceDoc(to, to + 1) === quote ? to + 1 : to;
  let cursor = insert.length;
  if (thing.kind === 'function' && view.state.sliceDoc(to, to + 1) !== '(') {
    insert += '()';
    cursor = insert.length - 1;
  }
  if (thing.kind === 'rule' && thing.inside) {
    insert = `decide('${thing.key}').`;
    cursor = insert.length;
  }
  end = Math.min(end, view.state.doc.length);
  view.dispatch({
    changes: { from, to: end, insert },
    selection: { anchor: from + cursor },
    annotations: pickedCompletion.of(completion),
    userEvent: 'input.complete',
  });
  if (insert.endsWith('.')) startCompletion(view);
}

/**
 * An editor for one formula. What is stored is the formula by its keys; what is seen are the names, as chips. Names may be typed, and become
 * keys when they are finished.
 */
export function FormulaEditor(props: Props) {
  const { lexica, describe, inDoubt, marks, value } = props;
  const input = props.around?.input;
  const result = props.around?.result;
  const around = useMemo<Around>(() => ({ input, result }), [input, result]);
  const line = useRef(props.line);
  line.current = props.line;
  const inLine = props.line !== undefined;
  const all = useMemo<Mark[]>(
    () => [
      ...marks,
      ...read(value, lexica, around).doubts.map<Mark>((d) => ({
        from: d.from,
        to: d.to,
        severity: 'error',
        message: inDoubt(d.things),
        ways: d.things.map((t) => ({
          name: `${shownName(t)} · ${t.key}`,
          insert: t.kind === 'option' ? stringLiteral(t.key) : t.key,
        })),
      })),
    ],
    [marks, value, lexica, around, inDoubt],
  );
  const { host, view } = useEditor(
    { ...props, marks: all },
    () => [
      readings,
      settling,
      hover,
      autocompletion({ icons: false, override: [complete] }),
      ...(props.placeholder ? [placeholderText(props.placeholder)] : []),
      ...(props.line ? [lineKeys(() => line.current)] : []),
    ],
    (text) => toKeys(text, lexica, around).text,
  );
  useEffect(() => {
    view.current?.dispatch({ effects: setLanguage.of({ lexica, around, describe }) });
  }, [view, lexica, around, describe]);
  useEffect(() => {
    const v = view.current;
    if (!inLine || !v) return;
    v.focus();
    v.dispatch({ selection: { anchor: v.state.doc.length } });
  }, [view, inLine]);
  return <div ref={host} className={`code formula ${inLine ? 'line' : ''}`} />;
}

function lineKeys(line: () => Props['line']): Extension {
  const leave = (how: (l: NonNullable<Props['line']>) => void) => (view: EditorView) => {
    settleNames(view, true);
    const it = line();
    if (it) how(it);
    return true;
  };
  return keymap.of([
    { key: 'Enter', run: leave((l) => l.enter(false)), shift: leave((l) => l.enter(true)) },
    { key: 'Tab', run: leave((l) => l.tab(false)), shift: leave((l) => l.tab(true)) },
    { key: 'Escape', run: leave((l) => l.escape()) },
  ]);
}
