import { Button } from 'antd';
import { memo, useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import type { Field } from '@/model/definition';
import { Icon } from '@/ui/Icon';
import { useFormat } from '@/ui/locale';
import { useText } from '@/ui/text';
import { stateOf, type InputProps } from './kind';
import { kindOf } from './kindOf';
import { columnSum, useRows } from './tableRows';

/** A table as rows and columns. */
export function TableGrid(props: InputProps) {
  const { field, id, path, onLeave } = props;
  const { t } = useTranslation('fields');
  const text = useText();
  const format = useFormat();
  const { rows, columns, locked, states, problems, warnings, set, add, remove, cellLocked } = useRows(props);
  const sums = columns.map((c) => (c.type === 'money' && c.calc ? columnSum(rows, c.key) : undefined));
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
                  {stateOf(states, `${path}.${c.key}`).required || c.required ? <b className="bad"> *</b> : null}
                </th>
              ))}
              {locked ? null : (
                <th>
                  <span className="hide">{t('removeRow')}</span>
                </th>
              )}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, i) => (
              // Rows have no identity of their own; the order is it.
              <tr key={i}>
                <td className="at">{i + 1}</td>
                {columns.map((c) => {
                  const place = `${path}[${i}].${c.key}`;
                  return (
                    <GridCell
                      key={c.key}
                      id={`${id}-${i}-${c.key}`}
                      column={c}
                      index={i}
                      path={place}
                      value={row[c.key]}
                      locked={cellLocked(i, c)}
                      problem={problems.get(place)}
                      warning={warnings.get(place)}
                      set={set}
                      onLeave={onLeave}
                    />
                  );
                })}
                {locked ? null : <RemoveRow index={i} remove={remove} />}
              </tr>
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
        <Button size="small" onClick={add} icon={<Icon name="plus" size={14} />}>
          {t('addRow')}
        </Button>
      )}
    </div>
  );
}

interface CellOfRow {
  id: string;
  column: Field;
  index: number;
  path: string;
  value: unknown;
  locked: boolean;
  problem: string | undefined;
  warning: string | undefined;
  set: (index: number, column: string, next: unknown) => void;
  onLeave: (() => void) | undefined;
}

/** One cell; it renders only when its own value or state changes. */
const GridCell = memo(function GridCell({ id, column, index, path, value, locked, problem, warning, set, onLeave }: CellOfRow) {
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

const RemoveRow = memo(function RemoveRow({ index, remove }: { index: number; remove: (index: number) => void }) {
  const { t } = useTranslation('fields');
  return (
    <td className="at">
      <button type="button" className="ib" onClick={() => remove(index)} aria-label={t('removeRowN', { n: index + 1 })}>
        <Icon name="trash" size={14} />
      </button>
    </td>
  );
});
