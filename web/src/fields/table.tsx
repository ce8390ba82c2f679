import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Data } from '@/api/types';
import { isComputed, type Field } from '@/model/definition';
import { addDecimals, isMoney } from '@/ui/format';
import { Icon } from '@/ui/Icon';
import { useFormat } from '@/ui/locale';
import { useText } from '@/ui/text';
import { isEmpty, stateOf, useFieldEnv, type CellProps, type FieldKind, type InputProps, type SettingsProps } from './kind';
import { kindOf } from './kindOf';
import { SlotSetting } from './settings';
import './table.css';

export function rowsOf(value: unknown): Data[] {
  return Array.isArray(value) ? (value as Data[]) : [];
}

/** The exact sum of a computed money column, when all rows have the same currency. */
export function columnSum(rows: readonly Data[], key: string): { amount: string; currency: string } | undefined {
  const amounts = rows.map((r) => r[key]).filter(isMoney);
  const currency = amounts[0]?.currency;
  if (!currency || amounts.some((a) => a.currency !== currency)) return undefined;
  return { amount: addDecimals(amounts.map((a) => a.amount)), currency };
}

function TableInput(props: InputProps) {
  const { phone } = useFieldEnv();
  return phone ? <Items {...props} /> : <Grid {...props} />;
}

/** What both faces of a table do to its rows. */
function useRows({ field, value, onChange, onLeave, path, disabled }: InputProps) {
  const { states, readOnly } = useFieldEnv();
  const rows = rowsOf(value);
  const columns = (field.fields ?? []).filter((c) => stateOf(states, `${path}.${c.key}`).visible);
  const locked = Boolean(disabled) || readOnly;
  return {
    rows,
    columns,
    locked,
    set: (index: number, column: Field, next: unknown) => onChange(rows.map((r, i) => (i === index ? { ...r, [column.key]: next } : r))),
    add: () => onChange([...rows, {}]),
    remove: (index: number) => {
      onChange(rows.length === 1 ? null : rows.filter((_, i) => i !== index));
      onLeave?.();
    },
    cellLocked: (index: number, column: Field) =>
      locked || isComputed(column) || stateOf(states, `${path}[${index}].${column.key}`, `${path}.${column.key}`).readOnly,
  };
}

function Grid(props: InputProps) {
  const { field, id, path, onLeave } = props;
  const { t } = useTranslation('fields');
  const text = useText();
  const format = useFormat();
  const { problems, states } = useFieldEnv();
  const { rows, columns, locked, set, add, remove, cellLocked } = useRows(props);
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
                  const kind = kindOf(c.type);
                  const problem = problems.get(`${path}[${i}].${c.key}`);
                  return (
                    <td key={c.key} className={`${kind.numeric ? 'num ' : ''}${cellLocked(i, c) ? '' : `w-${c.type}`}`}>
                      {cellLocked(i, c) ? (
                        <span className={c.calc ? 'calc' : ''}>
                          <kind.Cell field={c} value={row[c.key]} />
                        </span>
                      ) : (
                        <kind.Input
                          id={`${id}-${i}-${c.key}`}
                          field={c}
                          value={row[c.key]}
                          onChange={(v) => set(i, c, v)}
                          onLeave={onLeave}
                          path={`${path}[${i}].${c.key}`}
                          invalid={Boolean(problem)}
                          describedBy={problem ? `${id}-${i}-${c.key}-bad` : undefined}
                          label={`${text(c.name, c.key)} ${i + 1}`}
                        />
                      )}
                      {problem ? (
                        <p className="problem" id={`${id}-${i}-${c.key}-bad`}>
                          {problem}
                        </p>
                      ) : null}
                    </td>
                  );
                })}
                {locked ? null : (
                  <td className="at">
                    <button type="button" className="ib" onClick={() => remove(i)} aria-label={t('removeRowN', { n: i + 1 })}>
                      <Icon name="trash" size={14} />
                    </button>
                  </td>
                )}
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

/** Phones: each row is an item of two lines that opens in place. */
function Items(props: InputProps) {
  const { field, id, path, onLeave } = props;
  const { t } = useTranslation('fields');
  const text = useText();
  const { problems } = useFieldEnv();
  const { rows, columns, locked, set, add, remove, cellLocked } = useRows(props);
  const [open, setOpen] = useState(-1);
  const [first, ...others] = columns;
  const last = others.findLast((c) => c.calc && kindOf(c.type).numeric);
  return (
    <div className="rows">
      <ul id={id} aria-label={text(field.name, field.key)}>
        {rows.map((row, i) => {
          const bad = columns.some((c) => problems.has(`${path}[${i}].${c.key}`));
          return (
            <li key={i} className={`item${open === i ? ' open' : ''}${bad ? ' wrong' : ''}`}>
              <button type="button" className="line" aria-expanded={open === i} onClick={() => setOpen(open === i ? -1 : i)}>
                <span className="sp">
                  <span className="el name">{first && !isEmpty(row[first.key]) ? <PlainCell field={first} value={row[first.key]} /> : t('rowN', { n: i + 1 })}</span>
                  <span className="s el">
                    {others
                      .filter((c) => c !== last && !isEmpty(row[c.key]))
                      .slice(0, 3)
                      .map((c, at) => (
                        <span key={c.key}>
                          {at > 0 ? ' · ' : ''}
                          {text(c.name, c.key)} <PlainCell field={c} value={row[c.key]} />
                        </span>
                      ))}
                  </span>
                </span>
                {last ? (
                  <b>
                    <PlainCell field={last} value={row[last.key]} />
                  </b>
                ) : null}
              </button>
              {open === i ? (
                <div className="edit">
                  {columns.map((c) => {
                    const kind = kindOf(c.type);
                    const problem = problems.get(`${path}[${i}].${c.key}`);
                    const cell = `${id}-${i}-${c.key}`;
                    return (
                      <div key={c.key} className="cell">
                        <label htmlFor={cell} className="s">
                          {text(c.name, c.key)}
                          {c.required ? <b className="bad"> *</b> : null}
                        </label>
                        {cellLocked(i, c) ? (
                          <div id={cell} className={c.calc ? 'calc' : ''}>
                            <kind.Cell field={c} value={row[c.key]} />
                          </div>
                        ) : (
                          <kind.Input id={cell} field={c} value={row[c.key]} onChange={(v) => set(i, c, v)} onLeave={onLeave} path={`${path}[${i}].${c.key}`} invalid={Boolean(problem)} label={text(c.name, c.key)} />
                        )}
                        {problem ? <p className="problem">{problem}</p> : null}
                      </div>
                    );
                  })}
                  {locked ? null : (
                    <button
                      type="button"
                      className="link bad"
                      onClick={() => {
                        setOpen(-1);
                        remove(i);
                      }}
                    >
                      {t('removeRow')}
                    </button>
                  )}
                </div>
              ) : null}
            </li>
          );
        })}
      </ul>
      {locked ? null : (
        <Button
          block
          onClick={() => {
            add();
            setOpen(rows.length);
          }}
          icon={<Icon name="plus" size={14} />}
        >
          {t('addRow')}
        </Button>
      )}
    </div>
  );
}

/** A cell without links: it stands inside a button. */
function PlainCell({ field, value }: CellProps) {
  const kind = kindOf(field.type);
  if (field.type === 'reference') return <>{typeof value === 'object' && value !== null ? ((value as { title?: string }).title ?? '') : String(value ?? '')}</>;
  if (kind.links && typeof value === 'string') return <>{value}</>;
  return <kind.Cell field={field} value={value} />;
}

function TableCell({ field, value }: CellProps) {
  const { t } = useTranslation('fields');
  const text = useText();
  const rows = rowsOf(value);
  return <>{rows.length === 0 ? '' : t('rowCount', { count: rows.length, name: text(field.name, field.key) })}</>;
}

function TableSettings({ field, onChange }: SettingsProps) {
  const { t } = useTranslation('fields');
  return (
    <>
      <SlotSetting label={t('minRows')} value={field.min} onChange={(min) => onChange({ min })} />
      <SlotSetting label={t('maxRows')} value={field.max} onChange={(max) => onChange({ max })} />
    </>
  );
}

export const table: FieldKind = {
  type: 'table', icon: 'table', Input: TableInput, Cell: TableCell, Settings: TableSettings, wide: true, fresh: { fields: [] }, filters: [],
};
