import { useQuery } from '@tanstack/react-query';
import { Input, Select } from 'antd';
import { useDeferredValue, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '@/api/client';
import { recordQuery, recordsPath } from '@/api/queries';
import type { Data, Page, RecordItem } from '@/api/types';
import { openForm } from '@/rules/client';
import { Icon } from '@/ui/Icon';
import type { Definition, Field, Rule } from '@/model/definition';
import { readValue } from '../approval/Preview';
import { useDefinition, useDraft, useNameOf } from '../context';
import { Part } from '../controls/Row';
import { useLexica } from '../controls/useLexica';
import { benchOf, fieldsOf, type Bench } from './bench';

/** What the rule gives for the values on the bench, computed in this browser; server names results it cannot compute here. */
export interface Tried {
  bench: Bench;
  data: Data;
  server: ReadonlySet<string>;
}

interface State {
  fields: Field[];
  record: string | undefined;
  setRecord: (id: string | undefined) => void;
  typed: Record<string, string>;
  type: (key: string, text: string) => void;
  tried: Tried | undefined;
  failed: boolean;
  /** The rows or items that apply. */
  hits: ReadonlySet<number>;
}

/** Tries a rule on a real record or on typed values, as the draft stands. Nothing is kept. */
export function useBench(rule: Rule): State {
  const def = useDefinition();
  const form = rule.form ?? '';
  const lexica = useLexica(form);
  const fields = useMemo(() => fieldsOf(def, rule, lexica), [def, rule, lexica]);
  const [record, setRecord] = useState<string>();
  const [typed, setTyped] = useState<Record<string, string>>({});
  const full = useQuery({ ...recordQuery(record ?? ''), enabled: record !== undefined });
  const base = record === undefined ? undefined : full.data?.data;
  const asked = useDeferredValue(useMemo(() => ({ def, rule, typed, base }), [def, rule, typed, base]));
  const { data, error } = useQuery({
    queryKey: ['bench', asked.def, asked.rule, asked.typed, asked.base],
    gcTime: 1000,
    retry: false,
    placeholderData: (previous) => previous,
    queryFn: () => attempt(asked.def, asked.rule, asked.typed, asked.base ?? {}),
  });
  const hits = useMemo(
    () => new Set((data?.bench.parts ?? []).flatMap((p, i) => (data?.data[p] === true ? [i] : []))),
    [data],
  );
  return {
    fields,
    record,
    setRecord: (id) => {
      setRecord(id);
      setTyped({});
    },
    typed,
    type: (key, text) => setTyped({ ...typed, [key]: text }),
    tried: data,
    failed: error !== null,
    hits,
  };
}

async function attempt(def: Definition, rule: Rule, typed: Record<string, string>, base: Data): Promise<Tried> {
  const fields = def.forms?.find((f) => f.key === rule.form)?.fields ?? [];
  const given = Object.keys(typed).filter((k) => typed[k] !== '');
  const bench = benchOf(def, rule, given);
  const values: Data = { ...base };
  for (const key of Object.keys(typed)) {
    const field = fields.find((f) => f.key === key);
    const value = field && readValue(field, typed[key] ?? '', def.currency ?? 'CNY');
    if (value === undefined) delete values[key];
    else values[key] = value;
  }
  const live = await openForm(bench.definition, rule.form ?? '', []);
  const found = await live.evaluate(null, values);
  return { bench, data: found.data, server: new Set(live.reach.server) };
}

export function BenchPart({ rule, state }: { rule: Rule; state: State }) {
  const { t } = useTranslation('designer');
  const nameOf = useNameOf();
  const { tried, fields } = state;
  const hits = [...state.hits];
  const resultName = (key: string) => {
    if (rule.kind === 'table') return nameOf(rule.out?.find((o) => o.key === key));
    if (rule.kind === 'scorecard') return t(key === 'total' ? 'score_total' : 'score_band');
    return nameOf(rule);
  };
  return (
    <Part title={t('bench')} note={t('benchNote')}>
      <div className="d-bench">
        <RecordChoice form={rule.form ?? ''} value={state.record} onChange={state.setRecord} />
        {fields.map((f) => (
          <label key={f.key}>
            <span className="s">{nameOf(f)}</span>
            <TypedValue field={f} value={state.typed[f.key] ?? ''} shown={shownValue(tried?.data[f.key])} onChange={(v) => state.type(f.key, v)} />
          </label>
        ))}
      </div>
      {state.failed ? (
        <p className="s" role="status">
          <Icon name="alert" size={14} /> {t('benchFailed')}
        </p>
      ) : (
        <dl className="d-benchresults" aria-live="polite">
          {tried?.bench.results.map((r) => (
            <div key={r.field}>
              <dt>{resultName(r.key)}</dt>
              <dd>
                {tried.server.has(r.field) ? <span className="s">{t('benchServer')}</span> : <ResultValue rule={rule} name={r.key} value={tried.data[r.field]} />}
              </dd>
            </div>
          ))}
        </dl>
      )}
      {rule.kind === 'table' && tried && !state.failed ? (
        <p className={hits.length === 0 ? 'warn' : 's'}>
          {hits.length === 0
            ? t('benchNoRow')
            : t('benchRows', { rows: hits.map((i) => String(i + 1)).join(t('listSeparator')) })}
        </p>
      ) : null}
    </Part>
  );
}

function ResultValue({ rule, name, value }: { rule: Rule; name: string; value: unknown }) {
  const { t } = useTranslation('designer');
  const nameOf = useNameOf();
  if (rule.kind === 'scorecard' && name === 'band') {
    const band = rule.bands?.find((b) => b.key === value);
    return band ? <b>{nameOf(band)}</b> : <span className="s">{t('none')}</span>;
  }
  if (typeof value === 'boolean') return <b>{value ? t('yes') : t('no')}</b>;
  const text = shownValue(value);
  return text === '' ? <span className="s">{t('none')}</span> : <b>{text}</b>;
}

/** A value as it travels, in few letters. */
function shownValue(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'object' && 'amount' in value) return String(value.amount);
  return typeof value === 'object' ? '' : String(value);
}

function RecordChoice({ form, value, onChange }: { form: string; value: string | undefined; onChange: (id: string | undefined) => void }) {
  const { t } = useTranslation('designer');
  const app = useDraft((s) => s.app);
  const [q, setQ] = useState('');
  const search = useDeferredValue(q);
  const { data } = useQuery<RecordItem[]>({
    queryKey: ['bench-records', app, form, search],
    retry: false,
    placeholderData: (previous) => previous,
    queryFn: ({ signal }) =>
      api.get<Page<RecordItem>>(recordsPath(app, form), { query: { limit: 20, ...(search ? { q: search } : {}) }, signal }).then((p) => p.items),
  });
  return (
    <label className="wide">
      <span className="s">{t('benchRecord')}</span>
      <Select
        aria-label={t('benchRecord')}
        value={value ?? ''}
        options={[{ value: '', label: t('benchTyped') }, ...(data ?? []).map((r) => ({ value: r.id, label: `${r.title} · ${r.number}` }))]}
        showSearch={{ onSearch: setQ, filterOption: false }}
        onChange={(id: string) => onChange(id === '' ? undefined : id)}
      />
    </label>
  );
}

function TypedValue({ field, value, shown, onChange }: { field: Field; value: string; shown: string; onChange: (value: string) => void }) {
  const { t } = useTranslation('designer');
  const nameOf = useNameOf();
  const def = useDefinition();
  if (field.type === 'select' || field.type === 'bool') {
    const items =
      field.type === 'bool'
        ? [
            { value: 'true', label: t('yes') },
            { value: 'false', label: t('no') },
          ]
        : (def.options?.find((o) => o.key === field.options)?.items ?? []).map((o) => ({ value: o.key, label: nameOf(o) }));
    const now = items.find((i) => i.value === (value || shown));
    return (
      <Select
        aria-label={nameOf(field)}
        value={now?.value ?? ''}
        options={[{ value: '', label: t('none') }, ...items]}
        onChange={onChange}
      />
    );
  }
  return (
    <Input
      aria-label={nameOf(field)}
      value={value}
      placeholder={shown || (field.type === 'percent' ? '24%' : field.type === 'money' ? t('moneyExample') : field.type === 'date' ? '2026-12-31' : '')}
      onChange={(e) => onChange(e.target.value)}
    />
  );
}
