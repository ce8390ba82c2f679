import { useEffect, useMemo, useRef, useState, type ClipboardEvent, type KeyboardEvent, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { FormulaEditor } from '@/ui/formula';
import { Icon } from '@/ui/Icon';
import { useText } from '@/ui/text';
import type { Rule, RuleOutput, RuleRow } from '@/model/definition';
import type { Lexica, Thing } from '@/model/formula/lexicon';
import { toKeys, toNames, type Around } from '@/model/formula/names';
import { thingAt } from '@/model/formula/rows';
import { stringLiteral } from '@/model/formula/tokens';
import { typing } from '@/model/history';
import { problemsAt, problemsUnder, type Problem } from '@/model/problem';
import { useDraft, useDraftStore } from '../context';
import { useMarks } from '../controls/FormulaSlot';
import { FixButton, IconButton, Problems } from '../controls/Row';
import { useDescribe, useDoubtWords, useLexica } from '../controls/useLexica';
import type { Side } from './columns';
import { readFigures } from './figures';
import { between, cellAt, formatTsv, inside, moved, parseTsv, paste, type Spot } from './sheet';

interface Props {
  at: (string | number)[];
  rule: Rule;
  form: string;
  head: ReactNode;
  nameOfColumn: (column: number) => string;
  /** The rows that the test bench found to apply. */
  hits: ReadonlySet<number>;
  onMoveColumn: (side: Side, from: number, to: number) => void;
}

/**
 * The rows of a decision table as a sheet: arrows move (with Alt: the row or the column), Enter, F2 or typing writes, Tab goes on, Delete empties, and blocks go to and from
 * spreadsheets by copy and paste. Cells are read and written by names, and stored by keys.
 */
export function Grid({ at, rule, form, head, nameOfColumn, hits, onMoveColumn }: Props) {
  const { t } = useTranslation('designer');
  const { actions } = useDraftStore();
  const problems = useDraft((s) => s.problems);
  const lexica = useLexica(form);
  const list = useMemo(() => rule.rows ?? [], [rule.rows]);
  const shape = { ins: rule.in?.length ?? 0, outs: rule.out?.length ?? 0 };
  const columns = shape.ins + shape.outs;
  const base = `/rules/${rule.key}`;
  const [spot, setSpot] = useState<Spot>({ row: 0, column: 0 });
  const [corner, setCorner] = useState<Spot>({ row: 0, column: 0 });
  const [editing, setEditing] = useState(false);
  const before = useRef('');
  const table = useRef<HTMLTableElement>(null);
  const around = useArounds(rule, lexica);
  const { from, to } = between(spot, corner);

  const focus = (next: Spot, extend = false) => {
    setSpot(next);
    if (!extend) setCorner(next);
  };
  // The cell that is chosen has the focus, unless the focus is elsewhere on the page.
  useEffect(() => {
    if (editing || !table.current?.contains(document.activeElement)) return;
    table.current.querySelector<HTMLElement>(`[data-cell="${spot.row}.${spot.column}"]`)?.focus();
  }, [spot, editing]);

  const pathOf = (s: Spot) =>
    s.column < shape.ins ? [...at, 'rows', s.row, 'if', s.column] : [...at, 'rows', s.row, 'then', s.column - shape.ins];
  const write = (value: string) => actions.apply({ op: 'set', at: pathOf(spot), value }, typing(pathOf(spot)));
  const begin = (text?: string) => {
    before.current = cellAt(list, shape, spot);
    if (text !== undefined) write(text);
    setEditing(true);
  };
  const leave = (next: Spot | undefined) => {
    actions.settle();
    setEditing(false);
    if (next) focus(next);
    // The editor takes the focus with it: it goes back to the cell.
    const goal = next ?? spot;
    requestAnimationFrame(() => table.current?.querySelector<HTMLElement>(`[data-cell="${goal.row}.${goal.column}"]`)?.focus());
  };
  const block = () =>
    list
      .slice(from.row, to.row + 1)
      .map((_r, i) =>
        Array.from({ length: to.column - from.column + 1 }, (_v, j) => {
          const s = { row: from.row + i, column: from.column + j };
          return toNames(cellAt(list, shape, s), lexica, around(s.column));
        }),
      );
  const empty = () => {
    const cells = Array.from({ length: to.row - from.row + 1 }, () => Array.from({ length: to.column - from.column + 1 }, () => ''));
    actions.apply({ op: 'set', at: [...at, 'rows'], value: paste(list, shape, from, cells) });
  };

  const onKey = (e: KeyboardEvent) => {
    if (editing || !(e.target instanceof HTMLElement) || e.target.dataset['cell'] === undefined) return;
    if (e.altKey && (e.key === 'ArrowUp' || e.key === 'ArrowDown')) {
      const to = spot.row + (e.key === 'ArrowUp' ? -1 : 1);
      if (to < 0 || to >= list.length) return;
      e.preventDefault();
      actions.apply({ op: 'move', at: [...at, 'rows'], from: spot.row, to });
      focus({ ...spot, row: to });
      return;
    }
    if (e.altKey && (e.key === 'ArrowLeft' || e.key === 'ArrowRight')) {
      e.preventDefault();
      const [side, first, count] = spot.column < shape.ins ? (['in', 0, shape.ins] as const) : (['out', shape.ins, shape.outs] as const);
      const from = spot.column - first;
      const to = from + (e.key === 'ArrowLeft' ? -1 : 1);
      if (to < 0 || to >= count) return;
      onMoveColumn(side, from, to);
      focus({ ...spot, column: first + to });
      return;
    }
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    if (e.key === 'Enter' || e.key === 'F2') {
      e.preventDefault();
      begin();
    } else if (e.key === 'Delete' || e.key === 'Backspace') {
      e.preventDefault();
      empty();
    } else if (e.key.length === 1) {
      e.preventDefault();
      begin(e.key === ' ' ? '' : e.key);
    } else {
      const next = moved(spot, e.key, e.shiftKey, list.length, columns);
      if (!next) return;
      e.preventDefault();
      focus(next, e.shiftKey && e.key !== 'Tab');
    }
  };
  const onCopy = (e: ClipboardEvent, cut: boolean) => {
    if (editing) return;
    e.preventDefault();
    e.clipboardData.setData('text/plain', formatTsv(block()));
    if (cut) empty();
  };
  const onPaste = (e: ClipboardEvent) => {
    if (editing) return;
    e.preventDefault();
    const cells = parseTsv(e.clipboardData.getData('text/plain')).map((row) =>
      row.map((text, j) => stored(text, lexica, around(from.column + j), rule.out?.[from.column + j - shape.ins])),
    );
    actions.apply({ op: 'set', at: [...at, 'rows'], value: paste(list, shape, from, cells) });
    setCorner({
      row: from.row + cells.length - 1,
      column: Math.min(columns - 1, from.column + Math.max(...cells.map((r) => r.length)) - 1),
    });
    setSpot(from);
  };
  const here = spot.row < list.length ? problemsUnder(problems, cellPath(base, spot, shape.ins)) : [];
  return (
    <>
      <div className="scroll-x">
        <table
          ref={table}
          className="d-grid d-sheet"
          role="grid"
          aria-label={t('cases')}
          aria-multiselectable="true"
          onKeyDown={onKey}
          onCopy={(e) => onCopy(e, false)}
          onCut={(e) => onCopy(e, true)}
          onPaste={onPaste}
        >
          <thead>{head}</thead>
          <tbody>
            {list.map((row, r) => (
              <OneRow
                // A row has no key; its place decides.
                key={r}
                row={row}
                n={r}
                hit={hits.has(r)}
                last={r + 1 === list.length}
                columns={columns}
                said={problemsAt(problems, `${base}/rows/${r}`)}
                onDown={() => actions.apply({ op: 'move', at: [...at, 'rows'], from: r, to: r + 1 })}
                onRemove={() => actions.apply({ op: 'remove', at: [...at, 'rows'], index: r })}
              >
                {Array.from({ length: columns }, (_v, c) => {
                  const s = { row: r, column: c };
                  const value = cellAt(list, shape, s);
                  const active = spot.row === r && spot.column === c;
                  const wrong = problemsUnder(problems, cellPath(base, s, shape.ins));
                  return (
                    <td
                      key={c}
                      data-cell={`${r}.${c}`}
                      tabIndex={active && !editing ? 0 : -1}
                      aria-label={t('cell', { row: r + 1, column: nameOfColumn(c) })}
                      aria-selected={inside(s, from, to)}
                      className={`${c === shape.ins ? 'then' : ''} ${active ? 'on' : inside(s, from, to) ? 'in' : ''} ${wrong.length > 0 ? 'wrong' : ''}`}
                      onMouseDown={(e) => {
                        if (active && editing) return;
                        if (editing) setEditing(false);
                        focus(s, e.shiftKey);
                      }}
                      onDoubleClick={() => begin()}
                    >
                      {active && editing ? (
                        <CellEditor
                          value={value}
                          lexica={lexica}
                          around={around(c)}
                          label={t('cell', { row: r + 1, column: nameOfColumn(c) })}
                          problems={wrong}
                          onChange={write}
                          onBlur={() => {
                            actions.settle();
                            setEditing(false);
                          }}
                          onLeave={(key, back) => {
                            if (key === 'Escape') write(before.current);
                            leave(key === 'Escape' ? undefined : moved(s, key, back, list.length, columns));
                          }}
                        />
                      ) : (
                        <span className={value === '' ? 's' : ''}>
                          {value === '' ? (c < shape.ins ? t('anyValue') : '') : toNames(value, lexica, around(c))}
                        </span>
                      )}
                    </td>
                  );
                })}
              </OneRow>
            ))}
            {problemsAt(problems, `${base}/rows`).map((p) => (
              <Said key={p.code} problem={p} columns={columns} gap={p.code === 'table.gap'} />
            ))}
          </tbody>
        </table>
      </div>
      <Problems list={here} />
    </>
  );
}

function cellPath(base: string, s: Spot, ins: number): string {
  return s.column < ins ? `${base}/rows/${s.row}/if/${s.column}` : `${base}/rows/${s.row}/then/${s.column - ins}`;
}

/** What a cell is compared with: its input, where that is one thing. */
export function useArounds(rule: Rule, lexica: Lexica): (column: number) => Around {
  return useMemo(() => {
    const list = (rule.in ?? []).map<Around>((c) => {
      const input: Thing | undefined = c.value === undefined ? lexica.bare.key(c.key) : thingAt(c.value, lexica);
      return { input };
    });
    const none: Around = {};
    return (column) => list[column] ?? none;
  }, [rule.in, lexica]);
}

const FIGURES = new Set(['number', 'money', 'percent', 'rating', 'slider']);

/** What was pasted, as it is stored. A plain word for a text is put in quotes, and figures are read as people write them. */
function stored(text: string, lexica: Lexica, around: Around, output: RuleOutput | undefined): string {
  if (FIGURES.has(output?.type ?? around.input?.type ?? '')) {
    const figures = readFigures(text.trim());
    if (figures !== text.trim()) return figures;
  }
  const keys = toKeys(text.trim(), lexica, around).text;
  const plain = /^[\p{L}\p{N}][\p{L}\p{N}\p{M} _-]*$/u.test(keys) && !/^\d+(\.\d+)?$/.test(keys);
  const named = lexica.bare.key(keys) !== undefined;
  return output?.type === 'text' && plain && !named ? stringLiteral(keys) : keys;
}

function OneRow({
  row,
  n,
  hit,
  last,
  columns,
  said,
  onDown,
  onRemove,
  children,
}: {
  row: RuleRow;
  n: number;
  hit: boolean;
  last: boolean;
  columns: number;
  said: readonly Problem[];
  onDown: () => void;
  onRemove: () => void;
  children: ReactNode;
}) {
  const { t } = useTranslation('designer');
  const text = useText();
  return (
    <>
      <tr className={`${hit ? 'hit' : ''} ${said.length > 0 ? 'said' : ''}`} title={text(row.note) || undefined}>
        <th scope="row" className="num s">
          {hit ? <Icon name="check" size={12} label={t('rowHit')} /> : null}
          {n + 1}
        </th>
        {children}
        <td>
          <span className="row">
            <IconButton icon="caretDown" label={t('moveDown')} disabled={last} onClick={onDown} />
            <IconButton icon="close" label={t('remove')} onClick={onRemove} />
          </span>
        </td>
      </tr>
      {said.map((p) => (
        <Said key={p.code} problem={p} columns={columns} gap={false} />
      ))}
    </>
  );
}

/** A gap or an overlap, in a row of its own at its place. */
function Said({ problem, columns, gap }: { problem: Problem; columns: number; gap: boolean }) {
  const text = useText();
  return (
    <tr className={`d-said ${gap ? 'gap' : ''}`}>
      <td className="num">
        <Icon name={problem.severity === 'error' ? 'error' : 'alert'} size={14} className={problem.severity === 'error' ? 'bad' : 'warn'} />
      </td>
      <td colSpan={columns + 1}>
        <span className={problem.severity === 'error' ? 'bad' : 'warn'}>{text(problem.message)}</span> <FixButton problem={problem} />
      </td>
    </tr>
  );
}

function CellEditor({
  value,
  lexica,
  around,
  label,
  problems,
  onChange,
  onBlur,
  onLeave,
}: {
  value: string;
  lexica: Lexica;
  around: Around;
  label: string;
  problems: readonly Problem[];
  onChange: (value: string) => void;
  onBlur: () => void;
  onLeave: (key: 'Enter' | 'Tab' | 'Escape', back: boolean) => void;
}) {
  const stale = useDraft((s) => s.stale);
  const describe = useDescribe();
  const inDoubt = useDoubtWords();
  const marks = useMarks(problems, value, stale);
  const line = useMemo(
    () => ({
      enter: (back: boolean) => onLeave('Enter', back),
      tab: (back: boolean) => onLeave('Tab', back),
      escape: () => onLeave('Escape', false),
    }),
    [onLeave],
  );
  return (
    <FormulaEditor
      label={label}
      value={value}
      onChange={onChange}
      onBlur={onBlur}
      marks={marks}
      lexica={lexica}
      around={around}
      describe={describe}
      inDoubt={inDoubt}
      line={line}
    />
  );
}
