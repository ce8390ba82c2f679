import { StateEffect, StateField, EditorState, type Range } from '@codemirror/state';
import { Decoration, EditorView, keymap, placeholder as placeholderText, WidgetType, type DecorationSet } from '@codemirror/view';
import { useEffect, useImperativeHandle, type Ref } from 'react';
import { useEditor, type EditorProps } from './code';

/** Says in the reader's words what the expression of a slot shows. */
export type Reader = (expression: string) => string;

export interface SlotTextHandle {
  /** Puts something in where the cursor is, over what is chosen there. */
  insert: (text: string) => void;
}

const setReader = StateEffect.define<Reader>();

class Chip extends WidgetType {
  constructor(readonly label: string) {
    super();
  }

  override eq(other: Chip): boolean {
    return other.label === this.label;
  }

  override toDOM(): HTMLElement {
    const span = document.createElement('span');
    span.className = 'chip named';
    span.textContent = this.label;
    return span;
  }

  override ignoreEvent(): boolean {
    return false;
  }
}

const SLOT = /\{\{\s*((?:'[^']*'|"[^"]*"|[^'"{}])*?)\s*\}\}/g;
/** A field by itself, its capitals, or a link: nobody types in these, they are put in and taken out as a whole. */
const WHOLE = /^(?:[a-zA-Z][\w.]*|cnAmount\([a-zA-Z][\w.]*\)|trackingLink\('\w+'\))$/;

interface Shown {
  reader: Reader;
  chips: DecorationSet;
}

function shown(state: EditorState, reader: Reader): Shown {
  const chips: Range<Decoration>[] = [];
  const { from, to } = state.selection.main;
  for (const m of state.doc.toString().matchAll(SLOT)) {
    const [start, end] = [m.index, m.index + m[0].length];
    const expression = m[1] ?? '';
    // A formula opens where the cursor is in it.
    if (expression === '' || (!WHOLE.test(expression) && from < end && to > start)) continue;
    chips.push(Decoration.replace({ widget: new Chip(reader(expression)) }).range(start, end));
  }
  return { reader, chips: Decoration.set(chips) };
}

const field = StateField.define<Shown>({
  create: (state) => shown(state, (s) => s),
  update(was, tr) {
    const fresh = tr.effects.find((e) => e.is(setReader));
    if (!fresh && !tr.docChanged && !tr.selection) return was;
    return shown(tr.state, (fresh?.value as Reader | undefined) ?? was.reader);
  },
  provide: (f) => [
    EditorView.decorations.from(f, (s) => s.chips),
    // Fields are stepped over; a formula is stepped into.
    EditorView.atomicRanges.of((view) => view.state.field(f).chips.update({ filter: (from, to) => WHOLE.test(view.state.sliceDoc(from + 2, to - 2).trim()) })),
  ],
});

/** One line: Enter leaves it, and what is pasted becomes one. */
const oneLine = [
  keymap.of([{ key: 'Enter', run: () => true }]),
  EditorView.clipboardInputFilter.of((text) => text.replace(/\s*\n\s*/g, ' ')),
  EditorState.transactionFilter.of((tr) => (tr.docChanged && tr.newDoc.lines > 1 && !tr.isUserEvent('outside') ? [] : tr)),
];

interface Props extends EditorProps {
  reader: Reader;
  single?: boolean;
  lang?: string;
  onFocus?: () => void;
  ref?: Ref<SlotTextHandle>;
}

/** A text in which {{ expressions }} are seen as chips with the names of the fields. What is stored is the text. */
export function SlotText({ reader, single, lang, onFocus, ref, ...props }: Props) {
  const { host, view } = useEditor(props, () => [
    field,
    ...(single ? oneLine : []),
    ...(lang ? [EditorView.contentAttributes.of({ lang, 'aria-multiline': String(!single) })] : []),
    ...(props.placeholder ? [placeholderText(props.placeholder)] : []),
  ]);
  useEffect(() => {
    view.current?.dispatch({ effects: setReader.of(reader) });
  }, [view, reader]);
  useImperativeHandle(
    ref,
    () => ({
      insert: (text) => {
        const v = view.current;
        if (!v) return;
        v.dispatch(v.state.replaceSelection(text));
        v.focus();
      },
    }),
    [view],
  );
  return <div ref={host} className={`code slots ${single ? 'single' : ''}`} onFocus={onFocus} />;
}
