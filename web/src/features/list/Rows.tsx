import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { RecordItem } from '@/api/types';
import { FieldEnvContext } from '@/fields/kind';
import { useEnv } from '@/records/FormFields';
import { titleField, type Model } from '@/records/model';
import { isMoney } from '@/ui/format';
import { useFormat } from '@/ui/locale';
import { usePhone } from '@/ui/useMedia';
import { mostChosen } from './bulk';
import { DeskRows } from './DeskRows';
import { RowCell } from './RowCell';

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

/** A table at a desk, items of two lines on a phone. */
export function Rows({ model, formKey, rows, columns, sort, onSort, many, onMany }: Props) {
  const { t } = useTranslation('list');
  const phone = usePhone();
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
  return (
    <FieldEnvContext.Provider value={env}>
      <DeskRows model={model} formKey={formKey} rows={rows} columns={columns} sort={sort} onSort={onSort} {...(many ? { chosen: many, onChoose: choose, choice, chooseAll } : {})} />
    </FieldEnvContext.Provider>
  );
}

function Item({ model, row, columns, choice }: { model: Model; row: RecordItem; columns: string[]; choice: ReactNode }) {
  const process = model.processOf(row.form);
  const value = process?.value ? row.data[process.value] : undefined;
  const format = useFormat();
  const [figure, unit] = isMoney(value) ? format.short(value) : ['', ''];
  const form = model.form(row.form);
  const named = form ? titleField(form) : undefined;
  const second = columns.filter((c) => c !== 'title' && c !== named && c !== process?.value && c !== 'updatedAt' && (row.data[c] !== undefined || row.masked?.[c] !== undefined)).slice(0, 2);
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
