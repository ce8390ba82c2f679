import { Link, useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { usePeople } from '@/api/people';
import type { RecordItem } from '@/api/types';
import { FieldEnvContext } from '@/fields/kind';
import { kindOf } from '@/fields/registry';
import { useEnv } from '@/records/FormFields';
import { fieldOf, titleField, stageColor, stageOf, type Model } from '@/records/model';
import { Avatar } from '@/ui/Avatar';
import { isMoney, shiftDecimal } from '@/ui/format';
import { Icon } from '@/ui/Icon';
import { useFormat } from '@/ui/locale';
import { useText } from '@/ui/text';
import { usePhone } from '@/ui/useMedia';
import { mostChosen } from './bulk';
import { useColumnName } from './ListPage';

interface Props {
  model: Model;
  formKey: string;
  rows: RecordItem[];
  columns: string[];
  sort: string;
  onSort: (sort: string) => void;
  /** The records chosen, while some are being chosen. */
  many?: ReadonlySet<string>;
  onMany?: (ids: readonly string[]) => void;
}

const numericSystem = new Set(['weighted', 'probability']);

/** A table at a desk, items of two lines on a phone. */
export function Rows({ model, formKey, rows, columns, sort, onSort, many, onMany }: Props) {
  const { t } = useTranslation('list');
  const phone = usePhone();
  const navigate = useNavigate();
  const name = useColumnName(model, formKey);
  const form = model.form(formKey);
  const env = useEnv(model.app, model.definition, true);
  const choose = (id: string) => onMany?.(many?.has(id) ? [...many].filter((x) => x !== id) : [...(many ?? []), id]);
  const choice = (row: RecordItem) =>
    many ? <input type="checkbox" checked={many.has(row.id)} onChange={() => choose(row.id)} aria-label={t('bulkChoose', { title: row.title || row.number || row.id })} /> : null;
  const all = Boolean(many && rows.slice(0, mostChosen).every((r) => many.has(r.id)));
  const chooseAll = many ? (
    <input type="checkbox" checked={all} onChange={() => onMany?.(all ? [] : rows.map((r) => r.id))} aria-label={t('bulkAll')} />
  ) : null;
  if (phone) {
    return (
      <FieldEnvContext.Provider value={env}>
        <ul className="card items">
          {rows.map((row) => (
            <Item key={row.id} model={model} row={row} columns={columns} choice={choice(row)} />
          ))}
        </ul>
      </FieldEnvContext.Provider>
    );
  }
  const sortable = (key: string) => {
    const field = fieldOf(form, key);
    return field ? Boolean(field.sort || field.filter || field.list) && !['table', 'longtext', 'richtext', 'multiselect', 'cascade', 'reference', 'address', 'location', 'attachment', 'image', 'signature', 'static'].includes(field.type) : ['number', 'title', 'updatedAt', 'createdAt', 'stage', 'since'].includes(key);
  };
  const numeric = (key: string) => numericSystem.has(key) || Boolean(fieldOf(form, key) && kindOf(fieldOf(form, key)!.type).numeric);
  return (
    <FieldEnvContext.Provider value={env}>
      <div className="card scroll-x">
        <table className="tbl">
          <thead>
            <tr>
              {chooseAll ? <th className="choose">{chooseAll}</th> : null}
              {columns.map((key) => {
                const direction = sort === key ? 'ascending' : sort === `-${key}` ? 'descending' : undefined;
                return (
                  <th key={key} className={numeric(key) ? 'num' : ''} aria-sort={direction}>
                    {sortable(key) ? (
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
              // The title is the link that keyboards and screen readers use; a click anywhere in the row does the same.
              // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions, jsx-a11y/click-events-have-key-events
              <tr
                key={row.id}
                onClick={(e) => {
                  if ((e.target as HTMLElement).closest('a, button, input')) return;
                  if (many) choose(row.id);
                  else void navigate({ to: '/r/$id', params: { id: row.id } });
                }}
              >
                {many ? <td className="choose">{choice(row)}</td> : null}
                {columns.map((key) => (
                  <td key={key} className={numeric(key) ? 'num' : ''}>
                    <RowCell model={model} row={row} column={key} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </FieldEnvContext.Provider>
  );
}

function RowCell({ model, row, column }: { model: Model; row: RecordItem; column: string }) {
  const text = useText();
  const format = useFormat();
  const { nameOf } = usePeople();
  const process = model.processOf(row.form);
  switch (column) {
    case 'title':
      return (
        <Link to="/r/$id" params={{ id: row.id }} className="title">
          {row.title || row.number || row.id}
        </Link>
      );
    case 'number':
      return <span className="dim">{row.number}</span>;
    case 'stage': {
      const stage = stageOf(process, row.stage);
      return stage ? (
        <span className="row" style={{ gap: 6, whiteSpace: 'nowrap' }}>
          <i className="dot" style={{ background: stageColor(process, stage) }} />
          {text(stage.name, stage.key)}
          {row.approval ? <Icon name="stamp" size={14} className="acc" label={text(row.approval.step)} /> : null}
        </span>
      ) : null;
    }
    case 'owner':
      return row.owner ? (
        <span className="row" style={{ gap: 6, whiteSpace: 'nowrap' }}>
          <Avatar name={nameOf(row.owner)} />
          {nameOf(row.owner)}
        </span>
      ) : null;
    case 'updatedAt':
    case 'createdAt':
      return (
        <time dateTime={row[column]} title={format.full(row[column])} className="dim" style={{ whiteSpace: 'nowrap' }}>
          {format.moment(row[column])}
        </time>
      );
    case 'since':
    case 'dueAt':
      return row[column] ? <span className="dim">{format.moment(row[column])}</span> : null;
    case 'weighted': {
      const value = row.data[column] ?? (row as unknown as Record<string, unknown>)[column];
      return isMoney(value) ? <>{format.money(value)}</> : null;
    }
    case 'probability': {
      const stage = stageOf(process, row.stage);
      return stage?.probability === undefined ? null : <>{shiftDecimal(String(stage.probability), 0)}%</>;
    }
    default: {
      const field = fieldOf(model.form(row.form), column);
      if (!field) return null;
      const { Cell } = kindOf(field.type);
      return <Cell field={field} value={row.data[column]} />;
    }
  }
}

function Item({ model, row, columns, choice }: { model: Model; row: RecordItem; columns: string[]; choice: ReactNode }) {
  const process = model.processOf(row.form);
  const value = process?.value ? row.data[process.value] : undefined;
  const format = useFormat();
  const [figure, unit] = isMoney(value) ? format.short(value) : ['', ''];
  const form = model.form(row.form);
  const named = form ? titleField(form) : undefined;
  const second = columns.filter((c) => c !== 'title' && c !== named && c !== process?.value && c !== 'updatedAt' && row.data[c] !== undefined).slice(0, 2);
  return (
    <li className={choice ? 'choosing' : ''}>
      {choice}
      <Link to="/r/$id" params={{ id: row.id }}>
        <span className="row">
          <b className="el sp">{row.title || row.number || row.id}</b>
          {figure ? (
            <b>
              {figure}
              <span className="s">{unit}</span>
            </b>
          ) : null}
        </span>
      </Link>
      <span className="row s">
        {process ? <RowCell model={model} row={row} column="stage" /> : null}
        {second.map((c) => (
          <span key={c} className="el">
            <RowCell model={model} row={row} column={c} />
          </span>
        ))}
        <span className="sp" />
        <RowCell model={model} row={row} column="updatedAt" />
      </span>
    </li>
  );
}
