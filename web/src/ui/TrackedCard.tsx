import { useTranslation } from 'react-i18next';
import { Icon } from './Icon';
import { useFormat } from './locale';
import './tracked.css';

/** A record as a customer sees it, in words of the language asked for. */
export interface Tracked {
  name: string;
  message?: string;
  steps: { key: string; name: string; state: 'done' | 'now' | 'ahead'; message?: string; at: string | null }[];
  fields: { key: string; name: string; text: string }[];
  tables: { key: string; name: string; columns: { key: string; name: string }[]; rows: string[][] }[];
  updatedAt: string | null;
}

/** The way, what is to be known, and the rows that are shown. */
export function TrackedCard({ page }: { page: Tracked }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <article className="tracked">
      <header>
        <h1>{page.name}</h1>
        {page.message ? <p className="tracked-message">{page.message}</p> : null}
        {page.updatedAt ? <p className="s">{t('updatedOn', { date: format.full(page.updatedAt) })}</p> : null}
      </header>
      {page.steps.length > 0 ? (
        <ol className="tracked-steps card">
          {page.steps.map((step) => (
            <li key={step.key} className={step.state} aria-current={step.state === 'now' ? 'step' : undefined}>
              <span className="tracked-mark" aria-hidden="true">
                {step.state === 'done' ? <Icon name="check" size={14} /> : null}
              </span>
              <div>
                <b>{step.name}</b>
                {step.state === 'done' ? <span className="hide">{t('stepDone')}</span> : null}
                {step.at ? <span className="s">{format.full(step.at)}</span> : null}
                {step.message ? <p>{step.message}</p> : null}
              </div>
            </li>
          ))}
        </ol>
      ) : null}
      {page.fields.length > 0 ? (
        <dl className="tracked-fields card">
          {page.fields.map((f) => (
            <div key={f.key}>
              <dt>{f.name}</dt>
              <dd>{f.text}</dd>
            </div>
          ))}
        </dl>
      ) : null}
      {page.tables.map((table) => (
        <section key={table.key} className="card tracked-table" aria-label={table.name}>
          <header>
            <h2>{table.name}</h2>
          </header>
          {/* Wide rows scroll inside the card, by keyboard as well. */}
          {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
          <div className="tracked-scroll" tabIndex={0}>
            <table>
              <thead>
                <tr>
                  {table.columns.map((c) => (
                    <th key={c.key} scope="col">
                      {c.name}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {table.rows.map((row, i) => (
                  // Rows have no keys for the customer; their order is what there is.
                  // oxlint-disable-next-line react/no-array-index-key
                  <tr key={i}>
                    {row.map((cell, j) => (
                      <td key={table.columns[j]?.key ?? j}>{cell}</td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </section>
      ))}
    </article>
  );
}
