import { Select } from 'antd';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { toast } from '@/ui/toast';
import type { Dashboard, FieldType, Measure, Report, View } from '@/model/definition';
import { boundText, readBounds } from '@/model/bounds';
import { freshKey, keysOf } from '@/model/keys';
import { splitKeyPath } from '@/model/path';
import { countedOf, rowColumn } from '@/model/reportRows';
import { useActions, useDefinition, useDraftStore, useNameOf, useSelection, useSlot } from '../context';
import { useFieldChoices, useNewText } from '../controls/choices';
import { FormulaSlot } from '../controls/FormulaSlot';
import { AddButton, IconButton, Part, Problems, Row } from '../controls/Row';
import { ChoiceSlot, ChoicesSlot, NumberSlot, TextSlot, type Choice } from '../controls/slots';
import { SidePage } from '../SidePage';
import { DashboardPreview, ReportPreview, ViewPreview } from './Preview';

const LISTS = ['views', 'reports', 'dashboards'] as const;
type ListName = (typeof LISTS)[number];

/** Views, reports and dashboards: how records are shown and counted. */
export function ViewsPage() {
  const { t } = useTranslation('designer');
  const def = useDefinition();
  const nameOf = useNameOf();
  const newText = useNewText();
  const { at } = useSelection();
  const { edit } = useActions();
  const lists = { views: def.views ?? [], reports: def.reports ?? [], dashboards: def.dashboards ?? [] };
  const parts = splitKeyPath(at);
  const first = LISTS.find((l) => lists[l].length > 0) ?? 'views';
  const list = LISTS.find((l) => l === parts[0]) ?? first;
  const index = Math.max(0, parts[0] === list ? lists[list].findIndex((x) => x.key === parts[1]) : 0);
  const shown = lists[list][index];
  const process = def.processes?.[0];
  const make = (where: ListName, base: string, value: (key: string) => unknown) => () => {
    const key = freshKey(base, keysOf(lists[where]));
    edit({ change: { op: 'insert', at: [where], index: lists[where].length, value: value(key) }, select: `/${where}/${key}` });
  };
  const form = process?.form ?? def.forms?.[0]?.key ?? '';
  const makers = [
    ...(process
      ? [
          {
            label: t('newBoard'),
            run: make(
              'views',
              'board',
              (key) => ({ key, name: newText(t('newBoard')), process: process.key, kind: 'board' }) satisfies View,
            ),
          },
        ]
      : []),
    {
      label: t('newList'),
      run: make(
        'views',
        'list',
        (key) =>
          ({
            key,
            name: newText(t('newList')),
            form,
            kind: 'list',
            columns: [def.forms?.find((f) => f.key === form)?.fields[0]?.key ?? 'title'],
          }) satisfies View,
      ),
    },
    {
      label: t('newReport'),
      run: make(
        'reports',
        'report',
        (key) =>
          ({
            key,
            name: newText(t('newReport')),
            ...(process ? { process: process.key } : { form }),
            measures: [{ key: 'n', count: true }],
            chart: 'bar',
          }) satisfies Report,
      ),
    },
    {
      label: t('newDashboard'),
      run: make(
        'dashboards',
        'dashboard',
        (key) =>
          ({ key, name: newText(t('newDashboard')), cards: lists.reports[0] ? [lists.reports[0].key] : [] }) satisfies Dashboard,
      ),
    },
  ];
  const note = (x: View | Report) =>
    nameOf(def.processes?.find((p) => p.key === x.process) ?? def.forms?.find((f) => f.key === x.form) ?? { key: '' });
  return (
    <SidePage
      title={t('tab_views')}
      groups={[
        {
          title: t('area_views'),
          items: lists.views.map((v) => ({
            path: `/views/${v.key}`,
            name: nameOf(v),
            note: `${t(`view_${v.kind}`)} · ${note(v)}`,
          })),
        },
        {
          title: t('area_reports'),
          items: lists.reports.map((r) => ({ path: `/reports/${r.key}`, name: nameOf(r), note: note(r) })),
        },
        {
          title: t('area_dashboards'),
          items: lists.dashboards.map((d) => ({
            path: `/dashboards/${d.key}`,
            name: nameOf(d),
            note: t('cardCount', { count: d.cards.length }),
          })),
        },
      ]}
      makers={makers}
      emptyTitle={t('noViews')}
      emptyText={t('noViewsText')}
      shown={shown && `/${list}/${shown.key}`}
    >
      {shown ? (
        <One key={`${list}/${shown.key}`} list={list} index={index} name={nameOf(shown)}>
          {list === 'views' ? <ViewParts at={['views', index]} view={shown as View} /> : null}
          {list === 'reports' ? <ReportParts at={['reports', index]} report={shown as Report} /> : null}
          {list === 'dashboards' ? <DashboardParts at={['dashboards', index]} cards={(shown as Dashboard).cards} /> : null}
        </One>
      ) : null}
    </SidePage>
  );
}

function One({ list, index, name, children }: { list: ListName; index: number; name: string; children: ReactNode }) {
  const { t } = useTranslation('designer');
  const { apply } = useActions();
  const { select } = useSelection();
  const { actions } = useDraftStore();
  const rest = useSlot(
    [list, index],
    ['name', 'process', 'form', 'kind', 'weeks', 'rows', 'where', 'columns', 'sort', 'sum', 'card', 'group', 'measures', 'chart', 'cards'],
  );
  return (
    <div className="card d-one">
      <header>
        <h2 className="el">{name}</h2>
        <span className="sp" />
        <IconButton
          icon="trash"
          label={t('remove')}
          onClick={() => {
            apply({ op: 'remove', at: [list], index });
            select(undefined);
            toast(t('removed', { name }), { undo: actions.undo });
          }}
        />
      </header>
      <Part>
        <TextSlot at={[list, index, 'name']} label={t('name')} />
        <Problems list={rest.problems} />
      </Part>
      {children}
    </div>
  );
}

/** The form a view or report reads, and the fields and system names it may show. */
function useColumns(x: View | Report): { form: string; fields: Choice[]; columns: Choice[] } {
  const { t } = useTranslation('designer');
  const def = useDefinition();
  const process = def.processes?.find((p) => p.key === x.process) ?? def.processes?.find((p) => p.form === x.form);
  const form = x.form ?? process?.form ?? '';
  const fields = useFieldChoices(form);
  const system = (
    process
      ? (['number', 'stage', 'owner', 'createdAt', 'updatedAt', 'since', 'idleDays'] as const)
      : (['number', 'owner', 'createdAt', 'updatedAt'] as const)
  ).map((k) => ({
    value: k as string,
    label: t(`name_${k}`),
  }));
  const forecast = process?.value ? [{ value: 'weighted', label: t('weighted') }] : [];
  return { form, fields, columns: [...fields, ...system, ...forecast] };
}

function ViewParts({ at, view }: { at: (string | number)[]; view: View }) {
  const { t } = useTranslation('designer');
  const { form, columns } = useColumns(view);
  const sorts = columns.flatMap((c) => [
    { value: c.value, label: `${c.label} ↑` },
    { value: `-${c.value}`, label: `${c.label} ↓` },
  ]);
  return (
    <>
      <Part title={t('whichRecords')}>
        <FormulaSlot at={[...at, 'where']} form={form} label={t('whereLabel')} placeholder="owner == me and open" />
        <ChoicesSlot at={[...at, 'sort']} label={t('sortBy')} choices={sorts} placeholder={t('none')} />
      </Part>
      <Part title={t('whatShown')}>
        {view.kind === 'list' ? <ChoicesSlot at={[...at, 'columns']} label={t('tableColumns')} choices={columns} /> : null}
        {view.kind === 'board' ? (
          <>
            <ChoicesSlot at={[...at, 'card']} label={t('onCard')} choices={columns} placeholder={t('none')} />
            <ChoicesSlot at={[...at, 'sum']} label={t('sums')} choices={columns} placeholder={t('none')} />
          </>
        ) : null}
      </Part>
      <ViewPreview view={view} form={form} />
    </>
  );
}

const CHARTS = ['number', 'bar', 'line', 'pie', 'funnel', 'heat', 'table'] as const;
/** Kinds whose group and measures are fixed. */
const FIXED = new Set(['snapshot', 'forecast', 'quota', 'velocity', 'stay', 'ageing']);
const UNITS = ['day', 'week', 'month', 'year'] as const;

function ReportParts({ at, report }: { at: (string | number)[]; report: Report }) {
  const { t } = useTranslation('designer');
  const def = useDefinition();
  const nameOf = useNameOf();
  const { form, columns: own } = useColumns(report);
  const rows = useRowChoices(form, report.rows);
  const columns = [...rows.columns, ...own];
  const group = useSlot<Report['group']>([...at, 'group'], ['0', '1', '2']);
  const measures = useSlot<Measure[]>(
    [...at, 'measures'],
    (report.measures ?? []).map((m) => m.key),
  );
  const list = measures.value ?? [];
  const groups = group.value ?? [];
  const typeOf = (by: string): string => rows.types.get(by) ?? def.forms?.find((f) => f.key === form)?.fields.find((f) => f.key === by)?.type ?? '';
  const isDate = (by: string) => ['createdAt', 'updatedAt', 'since', 'closing', 'closedAt'].includes(by) || ['date', 'datetime'].includes(typeOf(by));
  const isFigure = (by: string) => ['value', 'weighted'].includes(by) || RANGED.has(typeOf(by));
  return (
    <>
      <Part title={t('whichRecords')}>
        {report.form === undefined ? (
          <ChoiceSlot
            at={[...at, 'process']}
            label={t('word_process')}
            choices={(def.processes ?? []).map((p) => ({ value: p.key, label: nameOf(p) }))}
          />
        ) : (
          <ChoiceSlot
            at={[...at, 'form']}
            label={t('word_form')}
            choices={(def.forms ?? []).map((f) => ({ value: f.key, label: nameOf(f) }))}
          />
        )}
        <FormulaSlot at={[...at, 'where']} form={form} label={t('whereLabel')} placeholder="open" />
      </Part>
      <Part title={t('howCounted')}>
        <div className="d-two">
          <ChoiceSlot
            at={[...at, 'kind']}
            label={t('reportKind')}
            unset={t('report_summary')}
            unsetAs="summary"
            choices={[
              { value: 'funnel', label: t('report_funnel') },
              { value: 'snapshot', label: t('report_snapshot') },
              { value: 'forecast', label: t('report_forecast') },
              { value: 'quota', label: t('report_quota') },
              { value: 'velocity', label: t('report_velocity') },
              { value: 'stay', label: t('report_stay') },
              { value: 'ageing', label: t('report_ageing') },
            ]}
          />
          <ChoiceSlot
            at={[...at, 'chart']}
            label={t('chart')}
            unset={t('chart_table')}
            unsetAs="table"
            choices={CHARTS.filter((c) => c !== 'table').map((c) => ({ value: c, label: t(`chart_${c}`) }))}
          />
        </div>
        {FIXED.has(report.kind ?? '') || report.kind === 'funnel' || (rows.tables.length === 0 && report.rows === undefined) ? null : <CountedSlot at={at} report={report} tables={rows.tables} />}
        {report.kind === 'snapshot' || report.kind === 'velocity' || report.kind === 'stay' ? (
          <NumberSlot at={[...at, 'weeks']} label={t('weeksBack')} hint={t(report.kind === 'velocity' ? 'weeksPaceHint' : report.kind === 'stay' ? 'weeksStayHint' : 'weeksBackHint')} placeholder={report.kind === 'snapshot' ? '1' : '13'} min={1} max={104} />
        ) : null}
        {report.kind === 'forecast' ? (
          <NumberSlot at={[...at, 'months']} label={t('monthsAhead')} hint={t('monthsAheadHint')} placeholder="1" min={1} max={24} />
        ) : null}
      </Part>
      {report.kind === 'funnel' || (FIXED.has(report.kind ?? '') && !report.group && !report.measures) ? null : (
        <>
          <Part
            title={t('groupBy')}
            action={
              groups.length < 2 ? (
                <AddButton onClick={() => group.set([...groups, { by: columns[0]?.value ?? 'owner' }])}>{t('add')}</AddButton>
              ) : null
            }
          >
            {groups.map((g, i) => (
              // A level of grouping is known by its place.
              // oxlint-disable-next-line react/no-array-index-key
              <div key={i} className="d-assign">
                <div className="d-two">
                  <ChoiceSlot at={[...at, 'group', i, 'by']} label={t('groupLevel', { n: i + 1 })} choices={columns} />
                  {isDate(g.by) ? (
                    <ChoiceSlot
                      at={[...at, 'group', i, 'unit']}
                      label={t('groupUnit')}
                      unset={t('group_day')}
                      unsetAs="day"
                      choices={UNITS.slice(1).map((u) => ({ value: u, label: t(`group_${u}`) }))}
                    />
                  ) : isFigure(g.by) || g.bounds ? (
                    <BoundsSlot at={[...at, 'group', i, 'bounds']} percent={typeOf(g.by) === 'percent'} minutes={typeOf(g.by) === 'duration'} />
                  ) : null}
                </div>
                <IconButton
                  icon="close"
                  label={t('remove')}
                  onClick={() => group.set(groups.length === 1 ? undefined : groups.toSpliced(i, 1))}
                />
              </div>
            ))}
            <Problems list={group.problems} />
          </Part>
          <Part
            title={t('measures')}
            action={
              <AddButton onClick={() => measures.set([...list, { key: freshKey('figure', keysOf(list)), count: true }])}>
                {t('add')}
              </AddButton>
            }
          >
            {list.map((m, i) => (
              <div key={m.key} className="d-condition" role="group" aria-label={nameOf(m)}>
                <TextSlot at={[...at, 'measures', i, 'name']} label={t('name')} />
                <MeasureParts at={[...at, 'measures', i]} measure={m} all={list} columns={report.rows === undefined ? columns : rows.figures} form={form} ofRows={report.rows !== undefined} onChange={(next) => measures.set(list.with(i, next))} />
                <IconButton icon="trash" label={t('remove')} onClick={() => measures.set(list.toSpliced(i, 1))} />
              </div>
            ))}
            <Problems list={measures.problems} />
          </Part>
        </>
      )}
      <ReportPreview report={report} />
    </>
  );
}

/** What a lookup shows may be a figure: the check knows. */
const FIGURES = new Set<FieldType>(['money', 'number', 'percent', 'rating', 'slider', 'lookup']);
/** What may be split into ranges. */
const RANGED = new Set<string>([...FIGURES, 'duration', 'rollup']);
/** What is written at length, or is a file or a place, is no value that could be grouped by. */
const LOOSE = new Set<FieldType>(['longtext', 'richtext', 'attachment', 'image', 'signature', 'address', 'location', 'static']);

/** The tables of a form, and of the one whose rows are counted the columns: all that group, the figures, the dates. */
function useRowChoices(form: string, table: string | undefined): { tables: Choice[]; columns: Choice[]; figures: Choice[]; types: Map<string, string> } {
  const def = useDefinition();
  const nameOf = useNameOf();
  const tables = (def.forms?.find((f) => f.key === form)?.fields ?? []).filter((f) => f.type === 'table');
  const counted = tables.find((f) => f.key === table);
  const fields = (counted?.fields ?? []).filter((f) => !LOOSE.has(f.type));
  // A column may be called as a field of the record is.
  const choice = (f: (typeof fields)[number]) => ({ value: rowColumn(f.key), label: counted ? `${nameOf(counted)} · ${nameOf(f)}` : nameOf(f) });
  return {
    tables: tables.map((f) => ({ value: f.key, label: nameOf(f) })),
    columns: fields.map(choice),
    figures: fields.filter((f) => FIGURES.has(f.type)).map(choice),
    types: new Map(fields.map((f) => [rowColumn(f.key), f.type])),
  };
}

/** Where the ranges of a figure begin: a word for each bound, typed as people write figures. */
function BoundsSlot({ at, percent, minutes }: { at: (string | number)[]; percent: boolean; minutes: boolean }) {
  const { t } = useTranslation('designer');
  const slot = useSlot<number[]>(at, ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
  const [wrong, setWrong] = useState<string[]>([]);
  return (
    <Row label={t('groupBounds')} hint={t(percent ? 'groupBoundsPercent' : minutes ? 'groupBoundsMinutes' : 'groupBoundsHint')} path={slot.path} problems={slot.problems}>
      {(id) => (
        <>
          <Select
            id={id}
            mode="tags"
            open={false}
            suffixIcon={null}
            className="d-wide"
            aria-label={t('groupBounds')}
            tokenSeparators={[';', '；', '、', '，', ' ']}
            placeholder={t('groupEach')}
            value={(slot.value ?? []).map((b) => boundText(b, percent))}
            onChange={(texts: string[]) => {
              const read = readBounds(texts);
              setWrong(read.wrong);
              slot.set(read.bounds.length === 0 ? undefined : read.bounds);
            }}
          />
          {wrong.length > 0 ? (
            <p className="s warn" role="alert">
              {t('groupBoundsWrong', { text: wrong.join(' ') })}
            </p>
          ) : null}
        </>
      )}
    </Row>
  );
}

/** What is counted: the records, or the rows of a table of theirs. */
function CountedSlot({ at, report, tables }: { at: (string | number)[]; report: Report; tables: readonly Choice[] }) {
  const { t } = useTranslation('designer');
  const { apply } = useActions();
  const slot = useSlot<string>([...at, 'rows']);
  const options = [
    { value: '', label: t('countRecords') },
    ...tables.map((x) => ({ value: x.value, label: t('countRows', { name: x.label }) })),
    ...(report.rows === undefined || tables.some((x) => x.value === report.rows) ? [] : [{ value: report.rows, label: report.rows }]),
  ];
  return (
    <Row label={t('countOf')} hint={t('countOfHint')} path={slot.path} problems={slot.problems}>
      {(id) => (
        <Select
          id={id}
          className="d-wide"
          aria-label={t('countOf')}
          value={report.rows ?? ''}
          options={options}
          onChange={(v) => apply({ op: 'set', at, value: countedOf(report, v === '' ? undefined : v) })}
        />
      )}
    </Row>
  );
}

const MEASURES = ['count', 'sum', 'avg', 'min', 'max', 'ratio'] as const;

/** How a figure is computed: of what, and of which records. */
function MeasureParts({ at, measure, all, columns, form, ofRows, onChange }: { at: (string | number)[]; measure: Measure; all: readonly Measure[]; columns: { value: string; label: string }[]; form: string; ofRows: boolean; onChange: (next: Measure) => void }) {
  const { t } = useTranslation('designer');
  const nameOf = useNameOf();
  const kind = MEASURES.find((k) => measure[k] !== undefined) ?? 'count';
  const others = all.filter((m) => m.key !== measure.key && !m.ratio).map((m) => ({ value: m.key, label: nameOf(m) }));
  const choose = (next: (typeof MEASURES)[number]) => {
    const { sum, min, max, avg, count: _count, ratio: _ratio, where, ...rest } = measure;
    const field = sum ?? min ?? max ?? avg ?? columns[0]?.value ?? '';
    if (next === 'ratio') onChange({ ...rest, ratio: { part: others[0]?.value ?? '', whole: others[1]?.value ?? others[0]?.value ?? '' } });
    else onChange({ ...rest, ...(where === undefined ? {} : { where }), ...(next === 'count' ? { count: true } : { [next]: field }) });
  };
  return (
    <>
      <div className="d-two">
        <Row label={t('counting')}>
          {(id) => (
            <Select id={id} value={kind} options={MEASURES.map((k) => ({ value: k, label: t(`measure_${k}`) }))} onChange={choose} />
          )}
        </Row>
        {kind === 'count' || kind === 'ratio' ? null : <ChoiceSlot at={[...at, kind]} label={t('word_field')} choices={columns} />}
      </div>
      {kind === 'ratio' ? (
        <>
          <div className="d-two">
            <ChoiceSlot at={[...at, 'ratio', 'part']} label={t('ratioPart')} choices={others} />
            <ChoiceSlot at={[...at, 'ratio', 'whole']} label={t('ratioWhole')} choices={others} />
          </div>
          <NumberSlot at={[...at, 'ratio', 'times']} min={1} max={10000} label={t('ratioTimes')} hint={t('ratioTimesHint')} />
        </>
      ) : (
        <FormulaSlot at={[...at, 'where']} form={form} label={t(ofRows ? 'measureWhereRows' : 'measureWhere')} placeholder="won" />
      )}
    </>
  );
}

function DashboardParts({ at, cards }: { at: (string | number)[]; cards: readonly string[] }) {
  const { t } = useTranslation('designer');
  const def = useDefinition();
  const nameOf = useNameOf();
  return (
    <>
      <Part title={t('cards')}>
        <ChoicesSlot
          at={[...at, 'cards']}
          label={t('cardsLong')}
          choices={(def.reports ?? []).map((r) => ({ value: r.key, label: nameOf(r) }))}
        />
      </Part>
      <DashboardPreview cards={cards} />
    </>
  );
}
