import {
  autocompletion,
  closeBrackets,
  completionKeymap,
  type Completion,
  type CompletionContext,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { json, jsonParseLinter } from '@codemirror/lang-json';
import { bracketMatching, defaultHighlightStyle, foldGutter, indentOnInput, syntaxHighlighting } from '@codemirror/language';
import { linter, lintGutter, setDiagnostics, type Diagnostic } from '@codemirror/lint';
import { Compartment, EditorState, type Extension } from '@codemirror/state';
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  keymap,
  lineNumbers,
  placeholder as placeholderText,
} from '@codemirror/view';
import { useEffect, useRef } from 'react';
import './code.css';

/** Something to say at a place of the text: offsets from its start. */
export interface Mark {
  from: number;
  to: number;
  severity: 'error' | 'warning';
  message: string;
}

/** A word the editor offers while typing. */
export interface Suggestion {
  label: string;
  /** What it is, beside the word. */
  detail?: string;
  kind: 'variable' | 'function' | 'property' | 'keyword';
  /** What is written instead of the word itself. */
  apply?: string;
}

interface Props {
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
    return { from, to: Math.max(from, Math.min(m.to, length)), severity: m.severity, message: m.message };
  });
}

/** One editor, made once and kept; React only tells it what is new. */
function useEditor(props: Props, extensions: () => Extension[]) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
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
              latest.current.onChange(u.state.doc.toString());
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
    if (!v || v.state.doc.toString() === value) return;
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
  return host;
}

/** An editor for one formula, with words offered while typing and problems under the place. */
export function FormulaEditor(props: Props & { suggestions: readonly Suggestion[] }) {
  const suggestions = useRef(props.suggestions);
  suggestions.current = props.suggestions;
  const host = useEditor(props, () => [
    autocompletion({
      icons: false,
      override: [
        (context: CompletionContext) => {
          const word = context.matchBefore(/[A-Za-z_][\w]*/);
          if (!word && !context.explicit) return null;
          return {
            from: word ? word.from : context.pos,
            options: suggestions.current.map<Completion>((s) => ({
              label: s.label,
              type: s.kind,
              ...(s.detail === undefined ? {} : { detail: s.detail }),
              ...(s.apply === undefined ? {} : { apply: s.apply }),
            })),
            validFor: /^\w*$/,
          };
        },
      ],
    }),
    ...(props.placeholder ? [placeholderText(props.placeholder)] : []),
  ]);
  return <div ref={host} className="code formula" />;
}

/** An editor for JSON, with its own syntax check besides the marks given. */
export function JsonEditor(props: Props) {
  const host = useEditor(props, () => [
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
