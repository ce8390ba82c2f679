import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { Button, Radio, Select } from 'antd';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, operationKey } from '@/api/client';
import { usePeople } from '@/api/people';
import { queryClient, recordQuery, recordsPath } from '@/api/queries';
import type { MergeInfo, Page, RecordFull, RecordItem } from '@/api/types';
import { FieldEnvContext, isEmpty, stateOf } from '@/fields/kind';
import type { Field, Form } from '@/model/definition';
import { recordPath, refreshAround } from '@/records/actions';
import { useEnv } from '@/records/FormFields';
import { useModel, type Model } from '@/records/model';
import { Value } from '@/records/Value';
import { Icon } from '@/ui/Icon';
import { useFormat } from '@/ui/locale';
import { PageHead } from '@/ui/PageHead';
import { ErrorBox, Skeleton, useErrorText } from '@/ui/States';
import { useText } from '@/ui/text';
import { toast } from '@/ui/toast';
import { settled } from './merges';
import './merge.css';

/** Two records of a form side by side, to become one: which stays, and whose value each field takes. */
export function MergePage() {
  const { id } = useParams({ from: '/signedIn/shell/r/$id/merge' });
  const { with: other } = useSearch({ from: '/signedIn/shell/r/$id/merge' });
  const { t } = useTranslation('record');
  const stays = useQuery(recordQuery(id));
  const goes = useQuery({ ...recordQuery(other ?? ''), enabled: Boolean(other) });
  const { model } = useModel(stays.data?.app);
  const form = stays.data && model?.form(stays.data.form);
  const failed = stays.error ?? goes.error;
  if (failed) return <ErrorBox error={failed} onRetry={() => void (stays.error ? stays.refetch() : goes.refetch())} />;
  if (!stays.data || !model || !form || (other && !goes.data)) {
    return (
      <div className="body">
        <div className="card">
          <Skeleton rows={7} />
        </div>
      </div>
    );
  }
  return (
    <>
      <PageHead
        title={t('merge.title')}
        lead={
          <nav className="crumb" aria-label={t('merge.title')}>
            <Link to="/r/$id" params={{ id }} className="el">
              {stays.data.title || stays.data.number || id}
            </Link>
            <Icon name="right" size={14} />
            <span className="el">{t('merge.title')}</span>
          </nav>
        }
      />
      <div className="body merge">
        <h1>{t('merge.title')}</h1>
        <p className="s">{t('merge.intro')}</p>
        <Other model={model} form={form} record={stays.data} other={goes.data} />
        {goes.data ? <Compare key={`${id}.${goes.data.id}`} model={model} form={form} stays={stays.data} goes={goes.data} /> : null}
      </div>
    </>
  );
}

/** Looks for the record that goes. */
function Other({ model, form, record, other }: { model: Model; form: Form; record: RecordFull; other: RecordFull | undefined }) {
  const { t } = useTranslation('record');
  const navigate = useNavigate();
  const [q, setQ] = useState('');
  const { data, isFetching } = useQuery({
    queryKey: ['records', model.app, form.key, 'merge', q],
    queryFn: ({ signal }) => api.get<Page<RecordItem>>(recordsPath(model.app, form.key), { query: { q, limit: 20 }, signal }),
    placeholderData: (before) => before,
  });
  const found = (data?.items ?? []).filter((r) => r.id !== record.id).map((r) => ({ value: r.id, label: [r.title, r.number].filter(Boolean).join(' · ') || r.id }));
  const chosen = other && !found.some((o) => o.value === other.id) ? [{ value: other.id, label: [other.title, other.number].filter(Boolean).join(' · ') }] : [];
  return (
    <div className="setting merge-other">
      <label htmlFor="merge-other">{t('merge.other')}</label>
      <Select
        id="merge-other"
        value={other?.id ?? null}
        placeholder={t('merge.find')}
        showSearch={{ filterOption: false, onSearch: setQ }}
        loading={isFetching}
        options={[...chosen, ...found]}
        onChange={(id) => void navigate({ to: '.', search: { with: id }, replace: true })}
      />
    </div>
  );
}

const computed = (field: Field) => field.calc !== undefined || ['lookup', 'rollup', 'autonumber', 'static'].includes(field.type);

function Compare({ model, form, stays, goes }: { model: Model; form: Form; stays: RecordFull; goes: RecordFull }) {
  const { t } = useTranslation(['record', 'common']);
  const text = useText();
  const format = useFormat();
  const { nameOf } = usePeople();
  const navigate = useNavigate();
  const errorText = useErrorText();
  const env = useEnv(model.app, model.definition, true, stays.id);
  const shown = form.fields.filter((f) => f.type !== 'static' && !stateOf(stays.fields, f.key).masked && !stateOf(goes.fields, f.key).masked);
  const differ = shown.filter((f) => JSON.stringify(stays.data[f.key] ?? null) !== JSON.stringify(goes.data[f.key] ?? null));
  const free = (f: Field) => !computed(f) && !stateOf(stays.fields, f.key).readOnly;
  const [take, setTake] = useState<Record<string, boolean>>(() => Object.fromEntries(differ.filter((f) => free(f) && isEmpty(stays.data[f.key])).map((f) => [f.key, true])));
  const [busy, setBusy] = useState(false);
  const [message, setMessage] = useState('');
  const key = useRef('');

  const undo = async (merge: MergeInfo) => {
    try {
      const after = await settled(await api.post<MergeInfo>(`/merges/${merge.id}/undo`, {}));
      await queryClient.invalidateQueries({ queryKey: ['record'] });
      refreshAround(stays);
      toast(after.state === 'undone' ? t('merge.undone') : text(after.message), after.state === 'undone' ? {} : { kind: 'bad' });
    } catch (error) {
      toast(errorText(error), { kind: 'bad' });
    }
  };
  const merge = async () => {
    setBusy(true);
    setMessage('');
    key.current ||= operationKey();
    try {
      const body = { other: goes.id, take: Object.keys(take).filter((k) => take[k]), rev: stays.rev, otherRev: goes.rev };
      const done = await settled(await api.post<MergeInfo>(`${recordPath(stays.id)}/merge`, body, { key: key.current }));
      if (done.state === 'failed') {
        key.current = '';
        setMessage(text(done.message));
        return;
      }
      await queryClient.invalidateQueries({ queryKey: ['record'] });
      refreshAround(stays);
      toast(t('merge.done', { title: goes.title }), { undo: () => void undo(done) });
      await navigate({ to: '/r/$id', params: { id: stays.id }, replace: true });
    } catch (error) {
      key.current = '';
      setMessage(errorText(error));
    } finally {
      setBusy(false);
    }
  };

  const heads = [
    { record: stays, name: t('merge.stays') },
    { record: goes, name: t('merge.goes') },
  ];
  return (
    <FieldEnvContext.Provider value={env}>
      <div className="merge-heads">
        {heads.map(({ record, name }) => (
          <section className="card pad" key={record.id} aria-label={name}>
            <span className={record === stays ? 'tag ok' : 'tag'}>{name}</span>
            <h2 className="el">{record.title || record.number || record.id}</h2>
            <p className="s">
              {[record.number, nameOf(record.owner), t('merge.created', { date: format.date(record.createdAt) })].filter(Boolean).join(' · ')}
            </p>
          </section>
        ))}
        <Button icon={<Icon name="swap" />} onClick={() => void navigate({ to: '/r/$id/merge', params: { id: goes.id }, search: { with: stays.id }, replace: true })}>
          {t('merge.swap')}
        </Button>
      </div>
      <section className="card" aria-label={t('merge.fields')}>
        <header>
          <h2>{t('merge.fields')}</h2>
          <span className="sp" />
          <span className="s">{t('merge.same', { count: shown.length - differ.length })}</span>
        </header>
        {differ.length === 0 ? <p className="pad s">{t('merge.noDifference')}</p> : null}
        {differ.map((f) => {
          const name = text(f.name, f.key);
          return (
            <fieldset key={f.key} className="merge-field" disabled={!free(f)}>
              <legend>{name}</legend>
              <Radio.Group name={`merge-${f.key}`} aria-label={name} value={take[f.key] ? 'goes' : 'stays'} onChange={(e) => setTake((old) => ({ ...old, [f.key]: e.target.value === 'goes' }))} disabled={!free(f)}>
                {heads.map(({ record, name: whose }) => (
                  <Radio key={record.id} value={record === stays ? 'stays' : 'goes'} aria-label={`${name}: ${whose}`}>
                    <MergeValue form={form} field={f} value={record.data[f.key]} />
                  </Radio>
                ))}
              </Radio.Group>
              {free(f) ? null : <span className="s">{t('merge.fixed')}</span>}
            </fieldset>
          );
        })}
      </section>
      <p className="s">{t('merge.rest')}</p>
      {message ? (
        <p className="notice bad" role="alert">
          <Icon name="alert" />
          {message}
        </p>
      ) : null}
      <div className="merge-acts">
        <Button onClick={() => void navigate({ to: '/r/$id', params: { id: stays.id } })}>{t('common:cancel')}</Button>
        <Button type="primary" loading={busy} disabled={!goes.can.merge || !stays.can.edit} onClick={() => void merge()}>
          {t('merge.go')}
        </Button>
        {!goes.can.merge || !stays.can.edit ? <span className="s">{t('merge.mayNot')}</span> : null}
      </div>
    </FieldEnvContext.Provider>
  );
}

function MergeValue({ form, field, value }: { form: Form; field: Field; value: unknown }) {
  const { t } = useTranslation('record');
  if (field.type === 'table' && Array.isArray(value)) return <>{t('merge.rows', { count: value.length })}</>;
  return <Value form={form} field={field.key} value={value} />;
}
