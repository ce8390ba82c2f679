import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { api, isApiError } from '@/api/client';
import { usePeople } from '@/api/people';
import { recordsPath } from '@/api/queries';
import type { Page, RecordItem, ReportResult } from '@/api/types';
import { FieldEnvContext, isEmpty } from '@/fields/kind';
import type { Report, View } from '@/model/definition';
import { useEnv } from '@/records/FormFields';
import { fieldOf, stageColor, useModel, type Model } from '@/records/model';
import { ReportCard } from '@/records/ReportCard';
import { Value } from '@/records/Value';
import { useFormat } from '@/ui/locale';
import { Skeleton, useErrorText } from '@/ui/States';
import { useText } from '@/ui/text';
import { Part } from '../controls/Row';
import { useDefinition, useDraft } from '../context';

/** The draft as it is saved: previews follow it, and not every keystroke. */
function useSaved(): { app: string; rev: number; saved: boolean } {
  const app = useDraft((s) => s.app);
  const rev = useDraft((s) => s.rev);
  const saved = useDraft((s) => s.state) === 'saved';
  return { app, rev, saved };
}

/** The frame of a preview; without a live release it says what is missing. */
function Shown({ model, children }: { model: { model: Model | undefined; error: Error | null }; children: (model: Model) => ReactNode }) {
  const { t } = useTranslation('designer');
  return (
    <Part title={t('preview')} note={t('previewReal')}>
      {model.error ? <p className="s">{t('previewNoRecord')}</p> : model.model ? children(model.model) : <Skeleton rows={3} />}
    </Part>
  );
}

/** A report of the draft over the records there are. */
export function ReportPreview({ report }: { report: Report }) {
  const { app } = useSaved();
  const live = useModel(app);
  return <Shown model={live}>{(model) => <OneReport report={report} model={model} />}</Shown>;
}

function OneReport({ report, model }: { report: Report; model: Model }) {
  const errorText = useErrorText();
  const { app, rev, saved } = useSaved();
  const query = useQuery<ReportResult>({
    queryKey: ['preview-report', app, report.key, JSON.stringify(report), rev],
    enabled: saved,
    retry: false,
    gcTime: 10_000,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => api.post<ReportResult>(`/apps/${app}/preview-report`, { report: report.key }, { signal }),
  });
  if (query.error) return <Refused text={errorText(query.error)} error={query.error} />;
  return query.data ? <ReportCard report={query.data} model={model} preview /> : <Skeleton rows={3} />;
}

function Refused({ text, error }: { text: string; error: Error }) {
  return (
    <div className="notice warn" role="status">
      {text}
      {isApiError(error) ? error.details.slice(0, 3).map((d) => <p key={`${d.path} ${d.message}`}>{d.message}</p>) : null}
    </div>
  );
}

/** The cards of a dashboard as they will stand. */
export function DashboardPreview({ cards }: { cards: readonly string[] }) {
  const def = useDefinition();
  const { app } = useSaved();
  const live = useModel(app);
  const reports = cards.flatMap((key) => def.reports?.find((r) => r.key === key) ?? []);
  if (reports.length === 0) return null;
  return (
    <Shown model={live}>
      {(model) => (
        <div className="d-dash">
          {reports.map((r) => (
            <div key={r.key} className={r.chart === 'number' ? 'tile' : 'half'}>
              <OneReport report={r} model={model} />
            </div>
          ))}
        </div>
      )}
    </Shown>
  );
}

/** How many records a preview shows: rows of a list, and cards of a board in each stage, of so many. */
const FEW = 6;
const A_STAGE = 2;
const MANY = 60;

/** The first records of a view: rows of a list, cards of a board. */
export function ViewPreview({ view, form }: { view: View; form: string }) {
  const { app } = useSaved();
  const live = useModel(app);
  return <Shown model={live}>{(model) => <Records view={view} form={form} model={model} />}</Shown>;
}

function Records({ view, form, model }: { view: View; form: string; model: Model }) {
  const { t } = useTranslation('designer');
  const errorText = useErrorText();
  const { app, saved } = useSaved();
  const env = useEnv(app, model.definition, true);
  const sort = view.sort?.join(',');
  const where = view.where === '' ? undefined : view.where;
  const list = useQuery<Page<RecordItem>>({
    queryKey: ['preview-view', app, form, view.kind, where, sort],
    enabled: saved && form !== '',
    retry: false,
    gcTime: 10_000,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => api.get<Page<RecordItem>>(recordsPath(app, form), { query: { where, sort, limit: view.kind === 'board' ? MANY : FEW }, signal }),
  });
  if (list.error) return <Refused text={errorText(list.error)} error={list.error} />;
  if (!list.data) return <Skeleton rows={3} />;
  if (list.data.items.length === 0) return <p className="s">{t('previewEmpty')}</p>;
  return (
    <FieldEnvContext.Provider value={env}>
      {view.kind === 'board' ? <Cards view={view} model={model} items={list.data.items} /> : <Rows view={view} model={model} items={list.data.items} />}
    </FieldEnvContext.Provider>
  );
}

interface ItemsProps {
  view: View;
  model: Model;
  items: readonly RecordItem[];
}

function Rows({ view, model, items }: ItemsProps) {
  const { t } = useTranslation('designer');
  const columns = view.columns ?? [];
  const form = model.form(items[0]?.form ?? '');
  const text = useText();
  const named = (key: string) => {
    const field = fieldOf(form, key);
    return field ? text(field.name, key) : t(`name_${key}` as 'name_stage', { defaultValue: key });
  };
  return (
    <div className="scroll-x">
      <table className="tbl">
        <thead>
          <tr>
            {['title', ...columns.filter((c) => c !== 'title')].map((c) => (
              <th key={c}>{named(c)}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {items.map((r) => (
            <tr key={r.id}>
              <td>{r.title || r.number || r.id}</td>
              {columns
                .filter((c) => c !== 'title')
                .map((c) => (
                  <td key={c}>
                    <Shows record={r} column={c} model={model} />
                  </td>
                ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Cards({ view, model, items }: ItemsProps) {
  const text = useText();
  const process = model.process(items[0]?.process);
  const stages = (process?.stages ?? []).filter((s) => items.some((r) => r.stage === s.key));
  return (
    <div className="d-boardpreview">
      {stages.map((s) => (
        <section key={s.key} aria-label={text(s.name, s.key)}>
          <h4 style={{ borderColor: stageColor(process, s) }}>{text(s.name, s.key)}</h4>
          {items
            .filter((r) => r.stage === s.key)
            .slice(0, A_STAGE)
            .map((r) => (
              <div key={r.id} className="card">
                <b className="el">{r.title || r.number || r.id}</b>
                {(view.card ?? []).filter((c) => !fieldOf(model.form(r.form), c) || !isEmpty(r.data[c])).map((c) => (
                  <span key={c} className="s el">
                    <Shows record={r} column={c} model={model} />
                  </span>
                ))}
              </div>
            ))}
        </section>
      ))}
    </div>
  );
}

/** What a record shows in a column: a field, or what the system keeps of it. */
function Shows({ record, column, model }: { record: RecordItem; column: string; model: Model }) {
  const text = useText();
  const format = useFormat();
  const { nameOf } = usePeople();
  const form = model.form(record.form);
  if (fieldOf(form, column)) return <Value form={form} field={column} value={record.data[column]} />;
  switch (column) {
    case 'stage': {
      const stage = model.process(record.process)?.stages.find((s) => s.key === record.stage);
      return <>{text(stage?.name, record.stage)}</>;
    }
    case 'owner':
      return <>{nameOf(record.owner)}</>;
    case 'number':
      return <>{record.number}</>;
    case 'createdAt':
    case 'updatedAt':
    case 'since':
      return <>{record[column] ? format.moment(record[column]) : ''}</>;
    default:
      return <span className="dim">…</span>;
  }
}
