import { useNavigate } from '@tanstack/react-router';
import { Button, Popover } from 'antd';
import { useEffect, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { RecordItem } from '@/api/types';
import { kindOf } from '@/fields/registry';
import { fieldOf, sortable, type Model } from '@/records/model';
import { useColumnName } from '@/records/useColumnName';
import { Value } from '@/records/Value';
import { Icon } from '@/ui/Icon';
import { CellEditor } from './CellEditor';
import { cellId, editedBy, mayEditCell, useCells, type CellProblem, type Cells } from './cells';
import { RowCell } from './RowCell';

interface Props {
  model: Model;
  formKey: string;
  rows: RecordItem[];
  columns: string[];
  sort: string;
  onSort: (sort: string) => void;
  /** While records are being chosen: which are, and the boxes that choose them. */
  chosen?: ReadonlySet<string>;
  onChoose?: (id: string) => void;
  choice?: (row: RecordItem) => ReactNode;
  chooseAll?: ReactNode;
}

const numericSystem = new Set(['weighted', 'probability']);

/** Where the focus goes from a cell by a key. */
function next(key: string, row: number, column: number, rows: number, columns: number): [number, number] | undefined {
  switch (key) {
    case 'ArrowUp':
      return [Math.max(0, row - 1), column];
    case 'ArrowDown':
      return [Math.min(rows - 1, row + 1), column];
    case 'ArrowLeft':
      return [row, Math.max(0, column - 1)];
    case 'ArrowRight':
      return [row, Math.min(columns - 1, column + 1)];
    case 'Home':
      return [row, 0];
    case 'End':
      return [row, columns - 1];
    default:
      return undefined;
  }
}

/** A table whose cells are walked with the arrow keys, and edited in place where they may be. */
export function DeskRows({ model, formKey, rows: given, columns, sort, onSort, chosen, onChoose, choice, chooseAll }: Props) {
  const { t } = useTranslation('list');
  const navigate = useNavigate();
  const name = useColumnName(model, formKey);
  const form = model.form(formKey);
  const cells = useCells(model);
  const table = useRef<HTMLTableElement>(null);
  // The one cell that Tab comes to; the arrow keys go on from there.
  const [at, setAt] = useState({ id: '', column: '' });
  // While somebody types, no row moves away under him.
  const [held, setHeld] = useState<RecordItem[]>();
  const rows = cells.editing && held ? held : given;
  const stop = rows.some((r) => r.id === at.id) && columns.includes(at.column) ? at : { id: rows[0]?.id ?? '', column: columns[0] ?? '' };
  const focusCell = (id: string, column: string) => table.current?.querySelector<HTMLElement>(`[data-cell="${cellId(id, column)}"]`)?.focus();
  const edited = useRef<{ id: string; column: string } | undefined>(undefined);
  const { editing } = cells;
  useEffect(() => {
    if (editing) edited.current = { id: editing.record.id, column: editing.column };
    else if (edited.current) {
      const { id, column } = edited.current;
      edited.current = undefined;
      // Back to the cell, unless the person went elsewhere.
      if (document.activeElement === document.body || document.activeElement === null) focusCell(id, column);
    }
  }, [editing]);

  const numeric = (key: string) => numericSystem.has(key) || Boolean(fieldOf(form, key) && kindOf(fieldOf(form, key)!.type).numeric);
  const may = (row: RecordItem, column: string) => !chosen && mayEditCell(model, row, column);
  const begin = (row: RecordItem, column: string) => {
    setHeld(given);
    void cells.begin(row, column);
  };
  const openRow = (row: RecordItem) => void navigate({ to: '/r/$id', params: { id: row.id } });

  const onKey = (e: KeyboardEvent, row: RecordItem, column: string) => {
    if (e.target !== e.currentTarget || e.ctrlKey || e.metaKey || e.altKey) return;
    const to = next(e.key, rows.indexOf(row), columns.indexOf(column), rows.length, columns.length);
    if (to) focusCell(rows[to[0]]!.id, columns[to[1]]!);
    else if (e.key === 'Escape' && cells.problems.has(cellId(row.id, column))) cells.forget(row.id, column);
    else if (e.key === ' ' && chosen) onChoose?.(row.id);
    else if ((e.key === 'Enter' || e.key === 'F2') && may(row, column)) begin(row, column);
    else if (e.key === 'Enter') openRow(row);
    else return;
    e.preventDefault();
  };
  return (
    <div className="card scroll-x">
      {/* Its cells are walked with the arrow keys. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-element-to-interactive-role */}
      <table className="tbl" role="grid" ref={table} aria-describedby="list-keys">
        <thead>
          <tr>
            {chooseAll ? <th className="choose">{chooseAll}</th> : null}
            {columns.map((key) => {
              const direction = sort === key ? 'ascending' : sort === `-${key}` ? 'descending' : undefined;
              return (
                <th key={key} className={numeric(key) ? 'num' : ''} aria-sort={direction}>
                  {sortable(form, key) ? (
                    <button type="button" className="th" onClick={() => onSort(direction === 'ascending' ? `-${key}` : direction === 'descending' ? '' : key)} title={t('sortBy', { name: name(key) })}>
                      {name(key)}
                      {direction ? <Icon name="arrow" size={12} className={direction === 'ascending' ? 'up' : 'dn'} /> : null}
                    </button>
                  ) : (
                    name(key)
                  )}
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            // The title is the link that keyboards and screen readers use; a click in the row does the same, but for a cell that is edited in place:
            // that one takes the focus.
            // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions, jsx-a11y/click-events-have-key-events
            <tr
              key={row.id}
              onClick={(e) => {
                const target = e.target as HTMLElement;
                if (target.closest('a, button, input, .cell-edit, .cell-note') || !e.currentTarget.contains(target)) return;
                const cell = target.closest<HTMLElement>('td[data-cell]');
                if (chosen) onChoose?.(row.id);
                else if (cell?.classList.contains('may')) cell.focus();
                else openRow(row);
              }}
            >
              {choice ? <td className="choose">{choice(row)}</td> : null}
              {columns.map((key) => {
                const id = cellId(row.id, key);
                const edits = editing?.record.id === row.id && editing.column === key;
                const problem = cells.problems.get(id);
                const mayEdit = may(row, key);
                return (
                  <td
                    key={key}
                    data-cell={id}
                    tabIndex={stop.id === row.id && stop.column === key ? 0 : -1}
                    className={[numeric(key) ? 'num' : '', mayEdit && key !== 'title' ? 'may' : '', edits ? 'edits' : '', problem ? 'wrong' : ''].filter(Boolean).join(' ')}
                    onFocus={(e) => e.target === e.currentTarget && setAt({ id: row.id, column: key })}
                    onKeyDown={(e) => onKey(e, row, key)}
                    onDoubleClick={(e) => mayEdit && e.currentTarget.contains(e.target as HTMLElement) && !(e.target as HTMLElement).closest('a, .cell-edit') && begin(row, key)}
                  >
                    {edits ? (
                      <CellEditor model={model} editing={editing} onSave={cells.save} onLeave={cells.leave} />
                    ) : (
                      <Noted problem={problem} cells={cells} model={model} row={row} column={key} onAgain={() => begin(row, key)}>
                        <RowCell model={model} row={shownAs(model, row, key, cells)} column={key} />
                      </Noted>
                    )}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
      <p id="list-keys" className="hide">
        {t('cellKeys')}
      </p>
    </div>
  );
}

/** The row with the value that was entered in a cell, until the server agrees. */
function shownAs(model: Model, row: RecordItem, column: string, cells: Cells): RecordItem {
  const id = cellId(row.id, column);
  if (!cells.pending.has(id)) return row;
  const value = cells.pending.get(id);
  if (column === 'title') return { ...row, title: typeof value === 'string' ? value : '' };
  const field = editedBy(model, row.form, column);
  return field ? { ...row, data: { ...row.data, [field.key]: value } } : row;
}

interface NotedProps {
  problem: CellProblem | undefined;
  cells: Cells;
  model: Model;
  row: RecordItem;
  column: string;
  onAgain: () => void;
  children: ReactNode;
}

/** A cell's value, with what stands against the one that was entered there. */
function Noted({ problem, cells, model, row, column, onAgain, children }: NotedProps) {
  const { t } = useTranslation(['list', 'common']);
  if (!problem) return children;
  const field = editedBy(model, row.form, column);
  const form = model.form(row.form);
  const forget = () => cells.forget(row.id, column);
  return (
    <Popover
      open
      placement="bottomLeft"
      content={
        <div className="cell-note" role="alert">
          <p className="bad">
            <Icon name="alert" size={14} />
            {problem.text}
          </p>
          {field && form && problem.conflict ? (
            <dl>
              <dt>{t('cellTheirs')}</dt>
              <dd>
                <Value form={form} field={field.key} value={problem.theirs} />
              </dd>
              <dt>{t('cellMine')}</dt>
              <dd>
                <Value form={form} field={field.key} value={problem.typed} />
              </dd>
            </dl>
          ) : null}
          <div className="row">
            {problem.conflict ? (
              <>
                <Button size="small" onClick={() => void cells.insist(row, column)}>
                  {t('cellUseMine')}
                </Button>
                <Button size="small" type="primary" onClick={forget}>
                  {t('cellKeepTheirs')}
                </Button>
              </>
            ) : (
              <>
                {problem.typed === undefined ? null : (
                  <Button size="small" onClick={onAgain}>
                    {t('cellAgain')}
                  </Button>
                )}
                <Button size="small" type="primary" onClick={forget}>
                  {t('common:close')}
                </Button>
              </>
            )}
          </div>
        </div>
      }
    >
      <span className="noted">{children}</span>
    </Popover>
  );
}
