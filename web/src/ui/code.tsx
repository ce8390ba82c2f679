import { closeBrackets, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { json, jsonParseLinter } from '@codemirror/lang-json';
import { bracketMatching, defaultHighlightStyle, foldGutter, indentOnInput, syntaxHighlighting } from '@codemirror/language';
import { linter, lintGutter, setDiagnostics, type Diagnostic } from '@codemirror/lint';
import { Compartment, EditorState, type Extension } from '@codemirror/state';
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from '@codemirror/view';
import { useEffect, useRef, type RefObject } from 'react';
import './code.css';

/** Something to say at a place of the text: offsets from its start. */
export interface Mark {
  from: number;
  to: number;
  severity: 'error' | 'warning';
  message: string;
  /** Ways out, each with what is written there instead. */
  ways?: readonly { name: string; insert: string }[];
}

export interface EditorProps {
  value: string;
  onChange: (value: string) => void;
  onBlur?: () => void;
  label: string;
  marks: readonly Mark[];
  placeholder?: string;
  readOnly?: boolean;
  /** Moves the cursor there when it changes, and shows the place. */
  cursor?: number | undefined;
}

function clamp(marks: readonly Mark[], length: number): Diagnostic[] {
  return marks.map((m) => {
    const from = Math.max(0, Math.min(m.from, length));
    const actions = m.ways?.map((way) => ({
      name: way.name,
      apply: (view: EditorView, a: number, b: number) =>
        view.dispatch({ changes: { from: a, to: b, insert: way.insert }, userEvent: 'input.complete' }),
    }));
    return { from, to: Math.max(from, Math.min(m.to, length)), severity: m.severity, message: m.message, ...(actions ? { actions } : {}) };
  });
}

/** How an editor's text and the value it stands for differ; without it they are the same. */
export type Stored = (text: string) => string;

/** One editor, made once and kept; React only tells it what is new. */
export function useEditor(
  props: EditorProps,
  extensions: () => Extension[],
  stored: Stored = (text) => text,
): { host: RefObject<HTMLDivElement | null>; view: RefObject<EditorView | null> } {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const storedNow = useRef(stored);
  storedNow.current = stored;
  const latest = useRef(props);
  latest.current = props;
  const setup = useRef(extensions);
  const readOnly = useRef(new Compartment());

  useEffect(() => {
    if (!host.current) return undefined;
    const lock = readOnly.current;
    const made = new EditorView({
      parent: host.current,
      state: EditorState.create({
        doc: latest.current.value,
        extensions: [
          history(),
          drawSelection(),
          bracketMatching(),
          closeBrackets(),
          syntaxHighlighting(defaultHighlightStyle, { fallback: true }),
          EditorView.lineWrapping,
          lock.of(EditorState.readOnly.of(latest.current.readOnly ?? false)),
          EditorView.contentAttributes.of({ 'aria-label': latest.current.label, 'aria-multiline': 'true', tabindex: '0' }),
          EditorView.updateListener.of((u) => {
            if (u.docChanged && !u.transactions.some((t) => t.isUserEvent('outside')))
              latest.current.onChange(storedNow.current(u.state.doc.toString()));
          }),
          EditorView.domEventHandlers({ blur: () => latest.current.onBlur?.() }),
          ...setup.current(),
          keymap.of([...completionKeymap, ...defaultKeymap, ...historyKeymap]),
        ],
      }),
    });
    view.current = made;
    return () => {
      made.destroy();
      view.current = null;
    };
  }, []);

  const { value, marks, cursor } = props;
  useEffect(() => {
    const v = view.current;
    if (!v || storedNow.current(v.state.doc.toString()) === value) return;
    v.dispatch({ changes: { from: 0, to: v.state.doc.length, insert: value }, userEvent: 'outside' });
  }, [value]);
  useEffect(() => {
    const v = view.current;
    if (v) v.dispatch(setDiagnostics(v.state, clamp(marks, v.state.doc.length)));
  }, [marks, value]);
  useEffect(() => {
    view.current?.dispatch({ effects: readOnly.current.reconfigure(EditorState.readOnly.of(props.readOnly ?? false)) });
  }, [props.readOnly]);
  useEffect(() => {
    const v = view.current;
    if (!v || cursor === undefined) return;
    const at = Math.min(cursor, v.state.doc.length);
    v.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: 'center' }) });
    v.focus();
  }, [cursor]);
  return { host, view };
}

/** An editor for JSON, with its own syntax check besides the marks given. */
export function JsonEditor(props: EditorProps) {
  const { host } = useEditor(props, () => [
    lineNumbers(),
    foldGutter(),
    lintGutter(),
    highlightActiveLine(),
    indentOnInput(),
    json(),
    linter((view) => (view.state.doc.length === 0 ? [] : jsonParseLinter()(view)), { delay: 300 }),
  ]);
  return <div ref={host} className="code json" />;
}
