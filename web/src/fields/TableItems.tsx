import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '@/ui/Icon';
import { useText } from '@/ui/text';
import { isEmpty, readsForm, type CellProps, type InputProps } from './kind';
import { kindOf } from './kindOf';
import { useRows } from './tableRows';

/** Phones: each row is an item of two lines that opens in place. */
export function TableItems(props: InputProps) {
  const { field, id, path, onLeave, now } = props;
  const { t } = useTranslation('fields');
  const text = useText();
  const { rows, columns, locked, problems, warnings, set, add, remove, cellLocked } = useRows(props);
  const [open, setOpen] = useState(-1);
  const [first, ...others] = columns;
  const last = others.findLast((c) => c.calc && kindOf(c.type).numeric);
  return (
    <div className="rows">
      <ul id={id} aria-label={text(field.name, field.key)}>
        {rows.map((row, i) => {
          const bad = columns.some((c) => problems.has(`${path}[${i}].${c.key}`));
          const doubtful = columns.some((c) => warnings.has(`${path}[${i}].${c.key}`));
          return (
            <li key={i} className={`item${open === i ? ' open' : ''}${bad ? ' wrong' : doubtful ? ' doubtful' : ''}`}>
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
                    const place = `${path}[${i}].${c.key}`;
                    const problem = problems.get(place);
                    const warning = warnings.get(place);
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
                          <kind.Input
                            id={cell}
                            field={c}
                            value={row[c.key]}
                            onChange={(v) => set(i, c.key, v)}
                            onLeave={onLeave}
                            path={place}
                            now={readsForm(c) ? now : undefined}
                            invalid={Boolean(problem)}
                            describedBy={[problem ? `${cell}-bad` : '', warning ? `${cell}-warn` : ''].filter(Boolean).join(' ') || undefined}
                            label={text(c.name, c.key)}
                          />
                        )}
                        {problem ? (
                          <p className="problem" id={`${cell}-bad`}>
                            {problem}
                          </p>
                        ) : null}
                        {warning ? (
                          <p className="caution" id={`${cell}-warn`}>
                            {warning}
                          </p>
                        ) : null}
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
