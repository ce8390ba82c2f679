import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useLayoutEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { forecastQuery, type Forecast, type ForecastCell } from '@/api/forecast';
import { standing } from '@/api/queries';
import { useModel } from '@/records/model';
import { forecastsOf } from '@/records/places';
import { Icon } from '@/ui/Icon';
import { trimZeros } from '@/ui/format';
import { useFormat } from '@/ui/locale';
import { PageHead } from '@/ui/PageHead';
import { Empty, ErrorBox, Skeleton } from '@/ui/States';
import { useText } from '@/ui/text';
import { CellDialog } from './CellDialog';
import { TargetGrid } from './TargetGrid';
import './forecast.css';

/** Where the pointer is: a row and a month of the forecast. */
interface Picked {
  row: number;
  month: number;
}

/** What each month comes to for people and teams, beside the target; the targets themselves as a sheet to fill in. */
export function ForecastPage() {
  const { app, process } = useParams({ from: '/signedIn/shell/a/$app/forecast/$process' });
  const search = useSearch({ from: '/signedIn/shell/a/$app/forecast/$process' });
  const navigate = useNavigate();
  const { t } = useTranslation('forecast');
  const text = useText();
  const format = useFormat();
  const { model } = useModel(app);
  const year = Number(search.year) || Number(format.today().slice(0, 4));
  const what = search.what === 'count' ? 'count' : 'amount';
  const entering = search.mode === 'targets';
  const query = useQuery(forecastQuery(app, process, year, what));
  const { wrong, pending } = standing(query);
  const data = query.data;
  const [picked, setPicked] = useState<Picked>();
  const processes = model ? forecastsOf(model.definition) : [];
  const go = (patch: Record<string, string | undefined>) =>
    void navigate({ to: '/a/$app/forecast/$process', params: { app, process }, search: { ...search, ...patch } });
  const mayPlan = data?.rows.some((r) => r.plans) ?? false;
  return (
    <>
      <PageHead title={t('title')}>
        {processes.length > 1 ? (
          <nav className="seg" aria-label={t('processes')}>
            {processes.map((p) => (
              <Link key={p.key} to="/a/$app/forecast/$process" params={{ app, process: p.key }} search={search} activeProps={{ 'aria-current': 'page' }} activeOptions={{ includeSearch: false }}>
                {text(p.name, p.key)}
              </Link>
            ))}
          </nav>
        ) : null}
      </PageHead>
      <div className="body fc">
        <div className="row wrap fc-bar">
          <div className="seg" role="group" aria-label={t('year')}>
            <button type="button" aria-label={t('yearBefore')} onClick={() => go({ year: String(year - 1) })}>
              <Icon name="left" />
            </button>
            <button type="button" aria-pressed="true">
              {year}
            </button>
            <button type="button" aria-label={t('yearAfter')} onClick={() => go({ year: String(year + 1) })}>
              <Icon name="right" />
            </button>
          </div>
          <div className="seg" role="group" aria-label={t('what')}>
            {(['amount', 'count'] as const).map((w) => (
              <button key={w} type="button" aria-pressed={what === w} onClick={() => go({ what: w })}>
                {t(w)}
              </button>
            ))}
          </div>
          {mayPlan ? (
            <div className="seg" role="group" aria-label={t('mode')}>
              <button type="button" aria-pressed={!entering} onClick={() => go({ mode: undefined })}>
                {t('outlook')}
              </button>
              <button type="button" aria-pressed={entering} onClick={() => go({ mode: 'targets' })}>
                {t('enterTargets')}
              </button>
            </div>
          ) : null}
        </div>
        {wrong ? <ErrorBox error={wrong} onRetry={() => void query.refetch()} /> : null}
        {pending ? <Skeleton rows={6} /> : null}
        {data?.blind ? <p className="notice">{t('blind')}</p> : null}
        {data && data.rows.length === 0 ? <Empty title={t('empty')} text={t('emptyText')} /> : null}
        {data && data.rows.length > 0 ? (
          entering && mayPlan ? (
            <TargetGrid key={`${process}.${year}.${what}`} app={app} data={data} />
          ) : (
            <Outlook data={data} app={app} onPick={setPicked} />
          )
        ) : null}
        {data && picked && data.rows[picked.row] ? <CellDialog app={app} data={data} row={picked.row} month={picked.month} onClose={() => setPicked(undefined)} /> : null}
      </div>
    </>
  );
}

/** The table of what is expected; a cell opens what it is made of. */
function Outlook({ data, app, onPick }: { data: Forecast; app: string; onPick: (at: Picked) => void }) {
  const { t, i18n } = useTranslation('forecast');
  const format = useFormat();
  const now = data.months.indexOf(format.today().slice(0, 7));
  // Where not the whole year fits, it opens at this month, beside the names that stay in sight.
  const scroller = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const heads = scroller.current?.querySelectorAll<HTMLElement>('thead th');
    const [names, month] = [heads?.[0], heads?.[now + 1]];
    if (scroller.current && names && month && now >= 0) scroller.current.scrollLeft = month.offsetLeft - names.offsetWidth;
  }, [now]);
  return (
    <section className="card fc-card">
      {/* A wide table is moved by keyboard too. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div ref={scroller} className="scroll-x" role="region" aria-label={t('title')} tabIndex={0}>
        <table className="tbl fc-table">
          <thead>
            <tr>
              <th scope="col">{t('who')}</th>
              {data.months.map((m) => (
                <th key={m} scope="col" className="num">
                  {monthName(m, i18n.language)}
                </th>
              ))}
              <th scope="col" className="num">
                {t('wholeYear')}
              </th>
            </tr>
          </thead>
          <tbody>
            {data.rows.map((row, i) => (
              <tr key={row.subject} className={row.subject.startsWith('team:') ? 'team' : ''}>
                <th scope="row" style={{ paddingLeft: 12 + Math.min(row.depth, 4) * 12 }}>
                  {row.name || t('nobody')}
                </th>
                {row.cells.map((cell, m) => (
                  <td key={data.months[m]} className="num">
                    <button type="button" className="fc-cell" onClick={() => onPick({ row: i, month: m })}>
                      <span className="hide">{t('cellOf', { who: row.name || t('nobody'), month: monthName(data.months[m] ?? '', i18n.language) })}</span>
                      <Figures cell={cell} />
                    </button>
                  </td>
                ))}
                <td className="num whole">
                  <Figures cell={row.whole} />
                </td>
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">{t('total')}</th>
              {data.totals.map((cell, m) => (
                <td key={data.months[m]} className="num">
                  <Figures cell={cell} />
                </td>
              ))}
              <td className="num whole">
                <Figures cell={data.whole} />
              </td>
            </tr>
          </tfoot>
        </table>
      </div>
      <footer className="fc-foot s">
        <span>{t(data.what === 'count' ? 'legendCount' : 'legend')}</span>
        {(['overdue', 'undated'] as const).map((kind) =>
          data[kind].count > 0 && data[kind].where ? (
            <Link key={kind} to="/a/$app/list/$form" params={{ app, form: data.form }} search={{ where: data[kind].where, title: t(kind) }}>
              {t(kind)}: {data[kind].count}
              {data.what === 'amount' ? ` · ${format.short(data[kind].weighted, 2).join('')}` : ''}
            </Link>
          ) : null,
        )}
      </footer>
    </section>
  );
}

/** What is expected, and below it how much of the target that is. */
function Figures({ cell }: { cell: ForecastCell }) {
  const { t } = useTranslation('forecast');
  const format = useFormat();
  const [figure, unit] = format.short(cell.expected, 1);
  const nothing = Number(cell.expected) === 0;
  return (
    <span className="fc-figures" title={format.number(cell.expected)}>
      <span className={nothing ? 'dim' : ''}>
        {cell.call ? <Icon name="edit" /> : null}
        {nothing ? '–' : trimZeros(figure)}
        <small>{nothing ? '' : unit}</small>
      </span>
      {cell.target === null ? null : (
        <span className="s">
          {cell.onCourse === null ? '' : <i className="fc-bar-of" aria-hidden="true" style={{ '--part': `${Math.min(100, Number(cell.attained ?? 0) * 100)}%`, '--hope': `${Math.min(100, Number(cell.onCourse) * 100)}%` } as React.CSSProperties} />}
          {cell.onCourse === null ? t('noTarget') : format.percent(cell.onCourse)}
        </span>
      )}
    </span>
  );
}

/** "3月" or "Mar" of "2026-03". */
export function monthName(month: string, language: string): string {
  return new Intl.DateTimeFormat(language, { month: 'short', timeZone: 'UTC' }).format(new Date(`${month}-01T00:00:00Z`));
}
