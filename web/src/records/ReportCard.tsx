import { Link, useNavigate } from '@tanstack/react-router';
import { useCallback, useMemo, useState, type CSSProperties, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { url } from '@/api/client';
import type { ReportColumn, ReportResult, ReportRow } from '@/api/types';
import { Chart } from '@/ui/Chart';
import { Icon } from '@/ui/Icon';
import { addDecimals, shortAmount, trimZeros } from '@/ui/format';
import { useFormat, type Format } from '@/ui/locale';
import { Building } from '@/ui/States';
import { useText } from '@/ui/text';
import { behind } from '@/model/reportRows';
import { whereOf } from './filter';
import { stageColor, type Model } from './model';
import './report.css';

/** Whether a report is a single figure, and so a small tile. */
export function isTile(card: ReportResult): boolean {
  if (card.building) return card.chart === 'number';
  return card.chart === 'number' || (card.kind !== 'funnel' && card.rows.length <= 1 && card.columns.every((c) => c.kind === 'measure'));
}

/** How a measure is written: counts whole, percents as percent, money short with its unit, the exact figure in the title. */
export function measure(value: string | null | undefined, column: ReportColumn, format: Format): { shown: string; unit: string; exact: string } {
  if (value === null || value === undefined || value === '') return { shown: '–', unit: '', exact: '' };
  if (column.type === 'money') {
    const [shown, unit] = format.short(value, 2);
    return { shown, unit, exact: `${column.currency ?? ''} ${format.number(value)}`.trim() };
  }
  if (column.type === 'percent') return { shown: format.percent(value), unit: '', exact: value };
  const plain = format.number(trimZeros(value));
  return { shown: plain, unit: '', exact: plain };
}

/** One report in the shape it asks for. A preview is of no report that could be exported. */
export function ReportCard({ report, model, preview = false }: { report: ReportResult; model: Model; preview?: boolean }) {
  const { t } = useTranslation('dashboard');
  const text = useText();
  const name = text(report.name, report.key);
  const drawn = report.rows.length > 0; // an empty drawing says nothing that “no data” does not
  if (report.building) {
    return (
      <section className="card report" aria-label={name}>
        <header>
          <h2>{name}</h2>
        </header>
        <Building text={text(report.building)} />
      </section>
    );
  }
  if (isTile(report)) return <Tile report={report} model={model} name={name} />;
  return (
    <section className="card report" aria-label={name}>
      <header>
        <h2>{name}</h2>
        {report.since ? <span className="s">{t('since', { day: report.since })}</span> : null}
        <span className="sp" />
        {preview ? null : (
          <a className="ib" href={url(`/apps/${model.app}/reports/${report.key}/export`, { format: 'xlsx' })} download aria-label={t('exportOf', { name })} title={t('exportOf', { name })}>
            <Icon name="download" />
          </a>
        )}
      </header>
      {report.kind === 'funnel' || report.chart === 'funnel' ? <Funnel report={report} model={model} /> : null}
      {drawn && (report.chart === 'bar' || report.chart === 'line' || report.chart === 'pie') ? <Drawn report={report} model={model} name={name} kind={report.chart} /> : null}
      {drawn && heated(report) ? <HeatMap report={report} model={model} name={name} /> : null}
      {report.kind !== 'funnel' && report.chart !== 'funnel' && !(drawn && heated(report)) ? <Table report={report} model={model} /> : null}
    </section>
  );
}

/** A figure that opens its records. */
function Open({ report, model, row, column, children, label }: { report: ReportResult; model: Model; row?: ReportRow | undefined; column?: ReportColumn | undefined; children: ReactNode; label?: string }) {
  const text = useText();
  const form = formOf(report, model);
  const where = opened(report, row, column);
  if (!form || where === undefined) return <>{children}</>;
  const title = [text(report.name, report.key), ...(row?.labels.map((l) => text(l)) ?? [])].filter(Boolean).join(' · ');
  return (
    <Link className="figure" to="/a/$app/list/$form" params={{ app: model.app, form }} search={{ ...(where ? { where } : {}), title }} aria-label={label}>
      {children}
    </Link>
  );
}

/** The condition of the records behind a figure of a row; undefined where there is none. What moved between two Mondays is told by no condition on records as they are. */
function opened(report: ReportResult, row: ReportRow | undefined, column: ReportColumn | undefined): string | undefined {
  const parts = report.kind === 'snapshot' ? undefined : behind(report.table, report.columns.some((c) => c.kind === 'group'), row, column);
  return parts && whereOf([], [], [report.where, ...parts]);
}

function formOf(report: ReportResult, model: Model): string | undefined {
  const defined = model.definition.reports?.find((r) => r.key === report.key);
  return report.form ?? defined?.form ?? model.process(report.process ?? defined?.process)?.form;
}

function Tile({ report, model, name }: { report: ReportResult; model: Model; name: string }) {
  const format = useFormat();
  const text = useText();
  const measures = report.columns.filter((c) => c.kind === 'measure');
  const row = report.rows[0];
  const values = row?.values ?? report.totals ?? [];
  const first = measures[0];
  const main = first ? measure(values[0] ?? '0', first, format) : { shown: '–', unit: '', exact: '' };
  const figure = first?.type === 'money' ? trimZeros(main.shown) : main.shown;
  return (
    <section className="card kpi" aria-label={name}>
      <h2 className="s">{name}</h2>
      <Open report={report} model={model} row={row} column={first}>
        <span className="big" title={main.exact}>
          {figure}
          {main.unit ? <small>{main.unit}</small> : null}
        </span>
      </Open>
      <p className="s">
        {measures.slice(1).map((c, i) => {
          const m = measure(values[i + 1], c, format);
          return (
            <span key={c.key}>
              {i > 0 ? ' · ' : ''}
              {text(c.name, c.key)} {m.shown}
              {m.unit}
            </span>
          );
        })}
      </p>
    </section>
  );
}

/** The names of measures, over their figures. */
function Heads({ measures }: { measures: readonly ReportColumn[] }) {
  const text = useText();
  return measures.map((c) => (
    <th key={c.key} className="num">
      {text(c.name, c.key)}
    </th>
  ));
}

/** The figures of one row, each of which opens its records. */
function Figures({ report, model, row }: { report: ReportResult; model: Model; row: ReportRow }) {
  const format = useFormat();
  return report.columns
    .filter((c) => c.kind === 'measure')
    .map((c, at) => {
      const m = measure(row.values[at], c, format);
      return (
        <td key={c.key} className="num" title={m.exact}>
          <Open report={report} model={model} row={row.wheres?.[at] === undefined ? row : { ...row, where: row.wheres[at] }} column={c}>
            {m.shown}
            <small>{m.unit}</small>
          </Open>
        </td>
      );
    });
}

/** What measures come to over all rows. */
function Totals({ measures, values }: { measures: readonly ReportColumn[]; values: readonly (string | null)[] }) {
  const format = useFormat();
  return measures.map((c, at) => {
    const m = measure(values[at], c, format);
    return (
      <td key={c.key} className="num" title={m.exact}>
        <b>
          {m.shown}
          <small>{m.unit}</small>
        </b>
      </td>
    );
  });
}

/** Stages from wide to narrow; the rows are the exact table. */
function Funnel({ report, model }: { report: ReportResult; model: Model }) {
  const { t } = useTranslation('dashboard');
  const text = useText();
  const measures = report.columns.filter((c) => c.kind === 'measure');
  const process = model.process(report.process ?? model.definition.reports?.find((r) => r.key === report.key)?.process);
  // How many came this far makes a funnel; where a report does not say, how many stand there.
  const reached = measures.findIndex((c) => c.key === 'reached');
  const countAt = Math.max(0, reached >= 0 ? reached : measures.findIndex((c) => c.type === 'count'));
  const most = Math.max(1, ...report.rows.map((r) => Number(r.values[countAt] ?? 0)));
  const totals = report.totals ?? measures.map((_, i) => addDecimals(report.rows.map((r) => r.values[i] ?? '0')));
  return (
    <div className="scroll-x">
      <table className="tbl funnel">
        <thead>
          <tr>
            <th>{text(report.columns.find((c) => c.kind === 'group')?.name) || t('stage')}</th>
            <th aria-hidden="true" />
            <Heads measures={measures} />
          </tr>
        </thead>
        <tbody>
          {report.rows.map((row, i) => {
            const key = String(row.keys[0] ?? '');
            const stage = process?.stages.find((s) => s.key === key);
            const share = Number(row.values[countAt] ?? 0) / most;
            return (
              <tr key={`${i}.${key}`}>
                <td>
                  <span className="row" style={{ gap: 6, whiteSpace: 'nowrap' }}>
                    {stage ? <i className="dot" style={{ background: stageColor(process, stage) }} /> : null}
                    {text(row.labels[0], key)}
                  </span>
                </td>
                <td aria-hidden="true">
                  <i className="slice" style={{ width: `${Math.max(share * 100, share > 0 ? 4 : 0)}%` }} />
                </td>
                <Figures report={report} model={model} row={row} />
              </tr>
            );
          })}
        </tbody>
        <tfoot>
          <tr>
            <td>
              <b>{t('total')}</b>
            </td>
            <td />
            <Totals measures={measures} values={totals} />
          </tr>
        </tfoot>
      </table>
    </div>
  );
}

/** The drawing takes floats, for lengths alone; figures in words come from the exact strings below it. */
function Drawn({ report, model, name, kind }: { report: ReportResult; model: Model; name: string; kind: 'bar' | 'line' | 'pie' }) {
  const { t, i18n } = useTranslation('dashboard');
  const text = useText();
  const navigate = useNavigate();
  const measures = useMemo(() => report.columns.filter((c) => c.kind === 'measure'), [report]);
  // One axis, one kind of unit: money and counts do not share a scale.
  const money = measures.some((c) => c.type === 'money') && kind !== 'pie';
  const drawn = useMemo(() => {
    const list = measures.filter((c) => (c.type === 'money') === money);
    return list.length > 0 ? list : measures;
  }, [measures, money]);
  const categories = useMemo(() => report.rows.map((r) => r.labels.map((l) => text(l)).join(' · ') || t('noGroup')), [report, text, t]);
  const series = useMemo(
    () => drawn.map((c) => ({ name: text(c.name, c.key), values: report.rows.map((r) => (r.values[measures.indexOf(c)] === null ? null : Number(r.values[measures.indexOf(c)] ?? 0))) })),
    [drawn, measures, report, text],
  );
  const format = useCallback((value: number) => {
    if (!money) return String(value);
    const [figure, unit] = shortAmount(value.toFixed(2), i18n.language);
    return trimZeros(figure) + unit;
  }, [money, i18n.language]);
  const form = formOf(report, model);
  const pick = (index: number) => {
    const row = report.rows[index];
    const where = opened(report, row, undefined);
    if (form && where !== undefined) void navigate({ to: '/a/$app/list/$form', params: { app: model.app, form }, search: { where: where || undefined, title: `${name} · ${categories[index] ?? ''}` } });
  };
  return (
    <div style={{ padding: '8px 12px 0' }}>
      <Chart kind={kind} categories={categories} series={series} format={format} onPick={pick} label={t('chartOf', { name })} />
    </div>
  );
}

/** Whether a report is told down and across. */
const heated = (report: ReportResult) => report.chart === 'heat' && report.across !== undefined;

/** The first group down, the second across: the figures themselves, on a shade that says how much of the greatest each is. */
function HeatMap({ report, model, name }: { report: ReportResult; model: Model; name: string }) {
  const { t } = useTranslation('dashboard');
  const text = useText();
  const format = useFormat();
  const groups = report.columns.filter((c) => c.kind === 'group');
  const measures = report.columns.filter((c) => c.kind === 'measure');
  const [chosen, setChosen] = useState(0);
  const at = Math.min(chosen, measures.length - 1);
  const column = measures[at];
  const across = report.across ?? [];
  const down = report.rows.filter((r, i) => report.rows.findIndex((x) => x.keys[0] === r.keys[0]) === i);
  const most = Math.max(0, ...report.rows.map((r) => Number(r.values[at] ?? 0)));
  // A wide table without a link in it is moved by keyboard all the same.
  const opens = report.rows.some((row) => opened(report, row, undefined) !== undefined);
  if (!column) return null;
  return (
    <>
      {measures.length > 1 ? (
        <p className="heat-of" role="group" aria-label={t('heatOf')}>
          {measures.map((m, i) => (
            <button key={m.key} type="button" className="chip" aria-pressed={i === at} onClick={() => setChosen(i)}>
              {text(m.name, m.key)}
            </button>
          ))}
        </p>
      ) : null}
      <div className="scroll-x" {...(opens ? {} : { role: 'group', 'aria-label': name, tabIndex: 0 })}>
        <table className="tbl heat">
          <thead>
            <tr>
              <th scope="col">
                {text(groups[0]?.name)} <span className="dim">\ {text(groups[1]?.name)}</span>
              </th>
              {across.map((a) => (
                <th key={a.key} scope="col" className="num">
                  {text(a.label) || t('noGroup')}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {down.map((line) => (
              <tr key={String(line.keys[0])}>
                <th scope="row">{text(line.labels[0]) || t('noGroup')}</th>
                {across.map((a) => {
                  const row = report.rows.find((r) => r.keys[0] === line.keys[0] && r.keys[1] === a.key);
                  const m = measure(row?.values[at], column, format);
                  const share = most > 0 ? Math.max(0, Number(row?.values[at] ?? 0)) / most : 0;
                  return (
                    <td key={a.key} className="num" title={m.exact} style={{ '--heat': `${Math.round(share * 48)}%` } as CSSProperties}>
                      {row ? (
                        <Open report={report} model={model} row={row} column={column}>
                          {m.shown}
                          <small>{m.unit}</small>
                        </Open>
                      ) : (
                        <span className="dim" aria-label={t('noData')}>
                          –
                        </span>
                      )}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function Table({ report, model }: { report: ReportResult; model: Model }) {
  const { t } = useTranslation('dashboard');
  const text = useText();
  const groups = report.columns.filter((c) => c.kind === 'group');
  const measures = report.columns.filter((c) => c.kind === 'measure');
  // A wide table without a link in it is moved by keyboard all the same.
  const opens = report.rows.some((row) => opened(report, row, undefined) !== undefined);
  if (report.rows.length === 0) return <p className="pad dim">{t('noData')}</p>;
  return (
    <div className="scroll-x" {...(opens ? {} : { role: 'group', 'aria-label': text(report.name, report.key), tabIndex: 0 })}>
      <table className="tbl">
        <thead>
          <tr>
            {groups.map((c) => (
              <th key={c.key}>{text(c.name, c.key)}</th>
            ))}
            <Heads measures={measures} />
          </tr>
        </thead>
        <tbody>
          {report.rows.map((row, i) => (
            <tr key={`${i}.${row.keys.join('.')}`}>
              {groups.map((c, at) => (
                <td key={c.key} className={/^\d{4}-\d\d(-\d\d)?$/.test(text(row.labels[at])) ? 'day' : undefined}>{text(row.labels[at]) || t('noGroup')}</td>
              ))}
              <Figures report={report} model={model} row={row} />
            </tr>
          ))}
        </tbody>
        {report.totals?.some((v) => v !== null) && report.rows.length > 1 ? (
          <tfoot>
            <tr>
              {groups.map((c, at) => (
                <td key={c.key}>{at === 0 ? <b>{t('total')}</b> : null}</td>
              ))}
              <Totals measures={measures} values={report.totals} />
            </tr>
          </tfoot>
        ) : null}
      </table>
    </div>
  );
}
