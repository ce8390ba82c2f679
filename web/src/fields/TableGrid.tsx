import { Button } from 'antd';
import { memo, useCallback, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { Data } from '@/api/types';
import type { Field } from '@/model/definition';
import { Icon } from '@/ui/Icon';
import { useFormat } from '@/ui/locale';
import { useText } from '@/ui/text';
import { readsForm, stateOf, type FormNow, type InputProps } from './kind';
import { kindOf } from './kindOf';
import { columnSum, useRows } from './tableRows';

/** A table as rows and columns. */
export function TableGrid(props: InputProps) {
  const { field, id, path, onLeave, now } = props;
  const { t } = useTranslation('fields');
  const text = useText();
  const format = useFormat();
  const { rows, columns, locked, states, problems, warnings, set, add, remove, cellLocked } = useRows(props);
  const sums = columns.map((c) => (c.type === 'money' && c.calc ? columnSum(rows, c.key) : undefined));
  const body = useRef<HTMLTableSectionElement>(null);
  const more = useRef<HTMLButtonElement>(null);
  const before = useRef(rows.length);
  // The keyboard goes on in the row that was added, and after the last one was taken out at what adds the next.
  useEffect(() => {
    if (rows.length > before.current && document.activeElement === more.current) body.current?.lastElementChild?.querySelector<HTMLElement>('input, textarea, button')?.focus();
    if (rows.length < before.current && document.activeElement === document.body) more.current?.focus();
    before.current = rows.length;
  }, [rows.length]);
  return (
    <div className="rows">
      {/* With nothing to type in, the keyboard scrolls it by the frame itself. */}
      <div className="scroll-x" {...(locked ? { tabIndex: 0, role: 'group', 'aria-label': text(field.name, field.key) } : {})}>
        <table id={id} aria-label={text(field.name, field.key)}>
          <thead>
            <tr>
              <th className="at">#</th>
              {columns.map((c) => (
                <th key={c.key} className={kindOf(c.type).numeric ? 'num' : ''}>
                  {text(c.name, c.key)}
                  {!locked && (stateOf(states, `${path}.${c.key}`).required || c.required) ? <b className="bad"> *</b> : null}
                </th>
              ))}
              {locked ? null : (
                <th>
                  <span className="hide">{t('removeRow')}</span>
                </th>
              )}
            </tr>
          </thead>
          <tbody ref={body}>
            {rows.map((row, i) => (
              // Rows have no identity of their own; the order is it.
              <GridRow
                key={i}
                id={id}
                path={path}
                index={i}
                row={row}
                columns={columns}
                locks={columns.map((c) => (cellLocked(i, c) ? '1' : '0')).join('')}
                problems={ofRow(problems, `${path}[${i}].`)}
                warnings={ofRow(warnings, `${path}[${i}].`)}
                now={now && columns.some(readsForm) ? now : undefined}
                set={set}
                remove={locked ? undefined : remove}
                onLeave={onLeave}
              />
            ))}
          </tbody>
          {sums.some(Boolean) && rows.length > 1 ? (
            <tfoot>
              <tr>
                <td className="at" />
                {columns.map((c, i) => (
                  <td key={c.key} className="num">
                    {sums[i] ? <b>{format.money(sums[i])}</b> : i === 0 ? <span className="s" style={{ float: 'left' }}>{t('sum')}</span> : null}
                  </td>
                ))}
                {locked ? null : <td className="at" />}
              </tr>
            </tfoot>
          ) : null}
        </table>
      </div>
      {rows.length === 0 && locked ? <p className="dim pad">{t('noRows')}</p> : null}
      {locked ? null : (
        <Button ref={more} size="small" onClick={add} icon={<Icon name="plus" size={14} />}>
          {t('addRow')}
        </Button>
      )}
    </div>
  );
}

const none: ReadonlyMap<string, string> = new Map();

/** The words about a row's cells; the same empty map for every row without any, so that it does not render for others' sake. */
function ofRow(words: ReadonlyMap<string, string>, start: string): ReadonlyMap<string, string> {
  for (const place of words.keys()) if (place.startsWith(start)) return words;
  return none;
}

interface RowOfGrid {
  id: string;
  path: string;
  index: number;
  row: Data;
  columns: readonly Field[];
  /** One figure a column: 1 where nothing can be typed. */
  locks: string;
  problems: ReadonlyMap<string, string>;
  warnings: ReadonlyMap<string, string>;
  now: FormNow | undefined;
  set: (index: number, column: string, next: unknown) => void;
  remove: ((index: number) => void) | undefined;
  onLeave: (() => void) | undefined;
}

/** One row; it renders only when its own values or states change. */
const GridRow = memo(function GridRow({ id, path, index, row, columns, locks, problems, warnings, now, set, remove, onLeave }: RowOfGrid) {
  const { t } = useTranslation('fields');
  return (
    <tr>
      <td className="at">{index + 1}</td>
      {columns.map((c, i) => {
        const place = `${path}[${index}].${c.key}`;
        return (
          <GridCell
            key={c.key}
            id={`${id}-${index}-${c.key}`}
            column={c}
            index={index}
            path={place}
            value={row[c.key]}
            locked={locks[i] === '1'}
            problem={problems.get(place)}
            warning={warnings.get(place)}
            now={readsForm(c) ? now : undefined}
            set={set}
            onLeave={onLeave}
          />
        );
      })}
      {remove ? (
        <td className="at">
          <button type="button" className="ib" onClick={() => remove(index)} aria-label={t('removeRowN', { n: index + 1 })}>
            <Icon name="trash" size={14} />
          </button>
        </td>
      ) : null}
    </tr>
  );
});

interface CellOfRow extends Pick<RowOfGrid, 'index' | 'now' | 'set' | 'onLeave'> {
  id: string;
  column: Field;
  path: string;
  value: unknown;
  locked: boolean;
  problem: string | undefined;
  warning: string | undefined;
}

/** One cell; it renders only when its own value or state changes. */
const GridCell = memo(function GridCell({ id, column, index, path, value, locked, problem, warning, now, set, onLeave }: CellOfRow) {
  const text = useText();
  const { key } = column;
  const onChange = useCallback((next: unknown) => set(index, key, next), [set, index, key]);
  const { numeric, Cell, Input } = kindOf(column.type);
  return (
    <td className={`${numeric ? 'num ' : ''}${locked ? '' : `w-${column.type}`}`}>
      {locked ? (
        <span className={column.calc ? 'calc' : ''}>
          <Cell field={column} value={value} />
        </span>
      ) : (
        <Input
          id={id}
          field={column}
          value={value}
          onChange={onChange}
          onLeave={onLeave}
          path={path}
          now={now}
          invalid={Boolean(problem)}
          describedBy={[problem ? `${id}-bad` : '', warning ? `${id}-warn` : ''].filter(Boolean).join(' ') || undefined}
          label={`${text(column.name, key)} ${index + 1}`}
        />
      )}
      {problem ? (
        <p className="problem" id={`${id}-bad`}>
          {problem}
        </p>
      ) : null}
      {warning ? (
        <p className="caution" id={`${id}-warn`}>
          {warning}
        </p>
      ) : null}
    </td>
  );
});
