import { useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useRouter, useSearch } from '@tanstack/react-router';
import { Button } from 'antd';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, isApiError, operationKey } from '@/api/client';
import { meQuery, queryClient, recordQuery, recordsPath } from '@/api/queries';
import type { Data, RecordFull } from '@/api/types';
import type { Form } from '@/model/definition';
import { refreshAround } from '@/records/actions';
import { FormSections } from '@/records/FormFields';
import { forget, isUnsure, keep, keptOf, type Kept } from '@/records/kept';
import { KeyedForm } from '@/records/KeyedForm';
import { useModel, type Model } from '@/records/model';
import { useForm } from '@/records/useForm';
import { isMoney } from '@/ui/format';
import { Icon } from '@/ui/Icon';
import { useFormat } from '@/ui/locale';
import { PageHead } from '@/ui/PageHead';
import { useOwnBottomBar } from '@/ui/shellContext';
import { Empty, ErrorBox, Skeleton, useErrorText } from '@/ui/States';
import { useText } from '@/ui/text';
import { toast } from '@/ui/toast';
import { useKeepDraft } from './useKeepDraft';
import './record.css';

/** A new record of a form; opened from another record, it is linked to that one. */
export function CreatePage() {
  const { app, form: key } = useParams({ from: '/signedIn/shell/a/$app/new/$form' });
  const { via, from, kept: keptId } = useSearch({ from: '/signedIn/shell/a/$app/new/$form' });
  const { model, error, refetch } = useModel(app);
  const parent = useQuery({ ...recordQuery(from ?? ''), enabled: Boolean(via && from) });
  const form = model?.form(key);
  const { t } = useTranslation('record');
  const text = useText();
  const { data: me } = useSuspenseQuery(meQuery());
  // Where one has left off, or what was refused; looked up once, for it is written while one goes on.
  const slot = keptId ?? `${app}.${key}.${from ?? ''}`;
  const [begun, setBegun] = useState<{ slot: string; kept: Kept | undefined; n: number }>();
  const now = begun?.slot === slot ? begun : { slot, kept: keptOf(me.user.id).find((k) => k.id === slot && k.state !== 'waiting' && !k.record), n: 0 };
  if (now !== begun) setBegun(now);
  if (error) return <ErrorBox error={error} onRetry={refetch} />;
  if (!model || (via && from && parent.isPending)) {
    return (
      <div className="body">
        <div className="card">
          <Skeleton rows={6} />
        </div>
      </div>
    );
  }
  if (!form) return <ErrorBox error={new Error()} />;
  if (!model.mayCreate(key)) {
    return (
      <div className="body">
        <Empty title={t('mayNotCreate', { name: text(form.name, key) })} text={t('mayNotCreateText')} />
      </div>
    );
  }
  const initial: Data = via && parent.data && form.fields.some((f) => f.key === via) ? { [via]: { id: parent.data.id, title: parent.data.title } } : {};
  const start = { slot, title: text(form.name, key), ...(via ? { via } : {}), ...(from ? { from } : {}) };
  return (
    <CreateBody key={`${slot} ${now.n}`} model={model} form={form} initial={initial} user={me.user.id} start={start} kept={now.kept}
      onAnew={() => setBegun({ slot, kept: undefined, n: now.n + 1 })} />
  );
}

interface BodyProps {
  model: Model;
  form: Form;
  initial: Data;
  user: string;
  /** Under what it is kept while it is being filled in. */
  start: { slot: string; title: string; via?: string; from?: string };
  /** Where one has left off. */
  kept: Kept | undefined;
  onAnew: () => void;
}

function CreateBody({ model, form, initial, user, start, kept, onAnew }: BodyProps) {
  const { t } = useTranslation(['record', 'common']);
  const text = useText();
  const errorText = useErrorText();
  const format = useFormat();
  const navigate = useNavigate();
  const router = useRouter();
  const state = useForm({ app: model.app, form, initial: { ...initial, ...kept?.data } });
  const draft = useKeepDraft({ user, app: model.app, form, state, start, initial, kept });
  const [busy, setBusy] = useState(false);
  const [message, setMessage] = useState<string>();
  const [wrong, setWrong] = useState(false);
  const key = useRef('');
  // It is on its way, and nothing of it is to be changed any more.
  const [sentLater, setSentLater] = useState(false);
  useOwnBottomBar(!sentLater);
  const process = model.processOf(form.key);
  const name = text(form.name, form.key);
  const value = process?.value ? state.data[process.value] : undefined;
  const [figure, unit] = isMoney(value) ? format.short(value, 2) : ['', ''];

  const create = async () => {
    if (busy || !state.ready) return;
    setBusy(true);
    setMessage(undefined);
    state.showAll();
    try {
      if (await state.settle()) {
        setWrong(true);
        requestAnimationFrame(() => document.querySelector<HTMLElement>('.field.wrong input, .field.wrong textarea')?.focus());
        return;
      }
      key.current ||= operationKey();
      const record = await api.post<RecordFull>(recordsPath(model.app, form.key), { data: state.changes() }, { key: key.current });
      draft.end();
      queryClient.setQueryData(['record', record.id], record);
      refreshAround(record);
      toast(t('created', { name: record.number ? `${name} ${record.number}` : name }));
      await navigate({ to: '/r/$id', params: { id: record.id }, replace: true });
    } catch (error) {
      // Nobody knows whether it was done: it goes again by itself, as the same operation.
      const waiting: Kept = { ...draft.origin, id: key.current, state: 'waiting', app: model.app, form: form.key, title: draft.title(), data: draft.data(), wire: state.changes(), at: Date.now(), sentAt: Date.now() };
      if (key.current && isUnsure(error) && keep(user, waiting)) {
        draft.end();
        setSentLater(true);
        return;
      }
      if (!isUnsure(error)) key.current = '';
      if (isApiError(error) && error.details.length > 0) state.refuse(error.details, error.message);
      setMessage(errorText(error));
    } finally {
      setBusy(false);
    }
  };
  if (sentLater) {
    return (
      <>
        <PageHead title={t('common:newOf', { name })} />
        <div className="body">
          <Empty title={t('keptNewTitle')} text={t('keptNew', { name })}>
            <Button type="primary" onClick={onAnew}>
              {t('keptMore')}
            </Button>
            <Button onClick={() => void navigate({ to: '/a/$app/list/$form', params: { app: model.app, form: form.key } })}>{t('keptList')}</Button>
          </Empty>
        </div>
      </>
    );
  }
  // The hint stands only as long as something is still marked.
  const anew = () => {
    draft.end();
    onAnew();
  };
  const problem = message ?? (state.general.length > 0 ? state.general.join(' ') : wrong && state.problems.size > 0 ? t('fixFirst') : undefined);
  return (
    <>
      <PageHead title={t('common:newOf', { name })} />
      <KeyedForm className="create" onSend={() => void create()}>
        {kept ? (
          <p className={`notice ${kept.state === 'refused' ? 'bad' : ''}`} role="status">
            <Icon name={kept.state === 'refused' ? 'alert' : 'clock'} />
            <span className="sp">{kept.state === 'refused' ? t('keptRefused', { why: kept.message ?? '' }) : t('keptGoOn', { when: format.moment(new Date(kept.at).toISOString()) })}</span>
            <button type="button" className="link" onClick={anew}>
              {t('keptAnew')}
            </button>
          </p>
        ) : null}
        {state.ready ? (
          <FormSections app={model.app} definition={model.definition} form={form} state={state} />
        ) : (
          <div className="card">
            <Skeleton rows={6} height={56} />
          </div>
        )}
        <div className="bottom-bar always">
          <span className="sp">
            {problem ? (
              <span className="bad row" role="alert">
                <Icon name="alert" />
                {problem}
              </span>
            ) : state.offline ? (
              <span className="dim">{t('offlineHere')}</span>
            ) : figure ? (
              <span className="amount">
                {figure}
                <small>{unit}</small>
              </span>
            ) : null}
          </span>
          <Button
            onClick={() => {
              if (draft.write()) toast(t('keptDraft'), { action: { text: t('keptDrop'), run: () => forget(user, [start.slot]) } });
              router.history.back();
            }}
          >{t('common:cancel')}</Button>
          <Button type="primary" aria-keyshortcuts="Control+Enter" title="Ctrl+Enter" loading={busy} disabled={!state.ready} onClick={() => void create()}>
            {t('create')}
          </Button>
        </div>
      </KeyedForm>
    </>
  );
}
