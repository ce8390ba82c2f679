import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { Button, Slider } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '@/api/client';
import { usePeople } from '@/api/people';
import { recordQuery } from '@/api/queries';
import type { Moment, RecordFull } from '@/api/types';
import { FieldEnvContext, isEmpty, stateOf } from '@/fields/kind';
import { kindOf } from '@/fields/registry';
import type { Field, Form } from '@/model/definition';
import { recordPath } from '@/records/actions';
import { EventReasons, useEventReason } from '@/records/EventWhy';
import { useEnv } from '@/records/FormFields';
import { stageOf, useModel, type Model } from '@/records/model';
import { Value } from '@/records/Value';
import { Icon } from '@/ui/Icon';
import { useFormat } from '@/ui/locale';
import { PageHead } from '@/ui/PageHead';
import { ErrorBox, Skeleton } from '@/ui/States';
import { useText } from '@/ui/text';
import { usePhone } from '@/ui/useMedia';
import './record.css';
import './history.css';

function useMoment(id: string, seq: number | undefined) {
  return useQuery({
    queryKey: ['record', id, 'at', seq ?? 'last'],
    queryFn: ({ signal }) => api.get<Moment>(`${recordPath(id)}/at`, { query: seq === undefined ? { time: '9999-12-31T00:00:00Z' } : { seq: String(seq) }, signal }),
    placeholderData: (before) => before,
  });
}

/** A record as it stood at any moment, and why it went on. */
export function HistoryPage() {
  const { id } = useParams({ from: '/signedIn/shell/r/$id/history' });
  const { data: record, error, refetch } = useQuery(recordQuery(id));
  const { model } = useModel(record?.app);
  const last = useMoment(id, undefined);
  const form = record && model?.form(record.form);
  const failed = error ?? last.error;
  if (failed) return <ErrorBox error={failed} onRetry={() => void (error ? refetch() : last.refetch())} />;
  if (!record || !model || !form || !last.data) {
    return (
      <div className="body">
        <div className="card">
          <Skeleton rows={7} />
        </div>
      </div>
    );
  }
  return <History record={record} model={model} form={form} steps={last.data.seq} />;
}

function History({ record, model, form, steps }: { record: RecordFull; model: Model; form: Form; steps: number }) {
  const { t } = useTranslation('history');
  const text = useText();
  const format = useFormat();
  const { nameOf } = usePeople();
  const phone = usePhone();
  const navigate = useNavigate();
  const search = useSearch({ from: '/signedIn/shell/r/$id/history' });
  const at = Math.min(steps, Math.max(1, search.seq ?? steps));
  const go = (seq: number) => void navigate({ to: '.', search: { seq }, replace: true });
  // While the thumb is dragged only the slider moves; the moment is fetched when it rests.
  const [dragged, setDragged] = useState<number>();
  const { data: moment, error, refetch } = useMoment(record.id, at);
  const reason = useEventReason(record.id, at);
  const env = useEnv(model.app, model.definition, true, record.id);
  const process = model.process(record.process);
  return (
    <>
      <PageHead
        title={t('title')}
        lead={
          <nav className="crumb" aria-label={t('title')}>
            <Link to="/r/$id" params={{ id: record.id }} className="el">
              {record.title || record.number || record.id}
            </Link>
            <Icon name="right" size={14} />
            <span>{t('title')}</span>
          </nav>
        }
      />
      <div className="band past-bar">
        <Button icon={<Icon name="left" />} aria-label={t('earlier')} disabled={at <= 1} onClick={() => go(at - 1)} />
        <div className="sp">
          <Slider min={1} max={steps} value={dragged ?? at} onChange={setDragged} onChangeComplete={(seq) => { setDragged(undefined); go(seq); }} tooltip={{ open: false }} ariaLabelForHandle={t('slider')} />
        </div>
        <Button icon={<Icon name="right" />} aria-label={t('later')} disabled={at >= steps} onClick={() => go(at + 1)} />
        <span className="s step">{t('step', { n: dragged ?? at, all: steps })}</span>
        <Button onClick={() => void navigate({ to: '/r/$id', params: { id: record.id } })}>{t('now')}</Button>
      </div>
      {error ? <ErrorBox error={error} onRetry={() => void refetch()} /> : null}
      <FieldEnvContext.Provider value={env}>
        <div className={phone ? 'record-body phone' : 'record-body'}>
          <div className="left">
            <p className="notice" role="status">
              <Icon name="clock" />
              {moment ? (moment.next ? t('asItStood', { when: format.full(moment.at) }) : t('latest')) : ''}
            </p>
            {moment ? (
              <>
                <section className="card" aria-label={moment.title}>
                  <header>
                    <h1 className="el past-title">{moment.title}</h1>
                    <span className="sp" />
                    {moment.stage ? <span className="tag">{text(stageOf(process, moment.stage)?.name, moment.stage)}</span> : null}
                    {moment.owner ? <span className="s">{t('owner')} {nameOf(moment.owner)}</span> : null}
                  </header>
                </section>
                <Values form={form} record={record} moment={moment} />
              </>
            ) : (
              <Skeleton rows={6} />
            )}
          </div>
          <aside className="rail" aria-label={t('why')}>
            <section className="card" aria-label={t('why')}>
              <header>
                <h2>{reason.data ? text(reason.data.text) || t('why') : t('why')}</h2>
              </header>
              <div className="pad">{reason.data ? <EventReasons reason={reason.data} form={form} /> : reason.error ? <ErrorBox error={reason.error} onRetry={() => void reason.refetch()} /> : <Skeleton rows={3} />}</div>
            </section>
            {moment?.next ? <Since form={form} record={record} moment={moment} /> : null}
          </aside>
        </div>
      </FieldEnvContext.Provider>
    </>
  );
}

/** The form as it was filled, section by section. */
function Values({ form, record, moment }: { form: Form; record: RecordFull; moment: Moment }) {
  const { t } = useTranslation('record');
  const text = useText();
  const parts = useMemo(() => {
    const byKey = new Map(form.fields.map((f) => [f.key, f]));
    const placed = new Set((form.sections ?? []).flatMap((s) => s.fields));
    const named = (form.sections ?? []).map((s) => ({ key: s.key, name: text(s.name, s.key), fields: s.fields.map((k) => byKey.get(k)) }));
    return [...named, { key: '', name: form.sections?.length ? t('moreFields') : text(form.name, form.key), fields: form.fields.filter((f) => !placed.has(f.key)) }]
      .map((p) => ({ ...p, fields: p.fields.filter((f): f is Field => f !== undefined && f.type !== 'static' && !isEmpty(moment.data[f.key]) && !stateOf(record.fields, f.key).masked) }))
      .filter((p) => p.fields.length > 0);
  }, [form, record, moment, text, t]);
  return parts.map((part) => (
    <section className="card" key={part.key} aria-label={part.name}>
      <header>
        <h2>{part.name}</h2>
      </header>
      <dl className="past-values">
        {part.fields.map((field) => (
          <div key={field.key} className={field.type === 'table' || kindOf(field.type).wide ? 'wide' : ''}>
            <dt className="s">{text(field.name, field.key)}</dt>
            <dd>{field.type === 'table' ? <Rows field={field} rows={moment.data[field.key]} /> : <Value form={form} field={field.key} value={moment.data[field.key]} />}</dd>
          </div>
        ))}
      </dl>
    </section>
  ));
}

function Rows({ field, rows }: { field: Field; rows: unknown }) {
  const text = useText();
  const columns = field.fields ?? [];
  const list = Array.isArray(rows) ? (rows as Record<string, unknown>[]) : [];
  return (
    <div className="past-table">
      <table aria-label={text(field.name, field.key)}>
        <thead>
          <tr>
            {columns.map((c) => (
              <th key={c.key} className={kindOf(c.type).numeric ? 'num' : ''}>
                {text(c.name, c.key)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {list.map((row, i) => (
            <tr key={i}>
              {columns.map((c) => {
                const { Cell, numeric } = kindOf(c.type);
                return <td key={c.key} className={numeric ? 'num' : ''} data-name={text(c.name, c.key)}>{isEmpty(row[c.key]) ? null : <Cell field={c} value={row[c.key]} />}</td>;
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** What is different now. */
function Since({ form, record, moment }: { form: Form; record: RecordFull; moment: Moment }) {
  const { t } = useTranslation('history');
  const text = useText();
  const changed = form.fields.filter((f) => f.type !== 'static' && JSON.stringify(moment.data[f.key] ?? null) !== JSON.stringify(record.data[f.key] ?? null));
  return (
    <section className="card" aria-label={t('changedSince')}>
      <header>
        <h2>{t('changedSince')}</h2>
      </header>
      <div className="pad">
        {changed.length === 0 ? <p className="s">{t('same')}</p> : null}
        <ul className="timeline since">
          {changed.map((f) => (
            <li key={f.key} className="chg">
              {text(f.name, f.key)}: <del><Value form={form} field={f.key} value={moment.data[f.key]} /></del> → <b><Value form={form} field={f.key} value={record.data[f.key]} /></b>
            </li>
          ))}
        </ul>
      </div>
    </section>
  );
}
