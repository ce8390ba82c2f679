import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useRouter, useSearch } from '@tanstack/react-router';
import { Button } from 'antd';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, isApiError, operationKey } from '@/api/client';
import { queryClient, recordQuery, recordsPath } from '@/api/queries';
import type { Data, RecordFull } from '@/api/types';
import type { Form } from '@/model/definition';
import { refreshAround } from '@/records/actions';
import { FormSections } from '@/records/FormFields';
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
import './record.css';

/** A new record of a form; opened from another record, it is linked to that one. */
export function CreatePage() {
  const { app, form: key } = useParams({ from: '/signedIn/shell/a/$app/new/$form' });
  const { via, from } = useSearch({ from: '/signedIn/shell/a/$app/new/$form' });
  const { model, error, refetch } = useModel(app);
  const parent = useQuery({ ...recordQuery(from ?? ''), enabled: Boolean(via && from) });
  const form = model?.form(key);
  const { t } = useTranslation('record');
  const text = useText();
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
  return <CreateBody key={`${app}.${key}.${from ?? ''}`} model={model} form={form} initial={initial} />;
}

function CreateBody({ model, form, initial }: { model: Model; form: Form; initial: Data }) {
  const { t } = useTranslation(['record', 'common']);
  const text = useText();
  const errorText = useErrorText();
  const format = useFormat();
  const navigate = useNavigate();
  const router = useRouter();
  const state = useForm({ app: model.app, form, initial });
  const [busy, setBusy] = useState(false);
  const [message, setMessage] = useState<string>();
  const [wrong, setWrong] = useState(false);
  const key = useRef('');
  useOwnBottomBar();
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
      queryClient.setQueryData(['record', record.id], record);
      refreshAround(record);
      toast(t('created', { name: record.number ? `${name} ${record.number}` : name }));
      await navigate({ to: '/r/$id', params: { id: record.id }, replace: true });
    } catch (error) {
      if (!isApiError(error) || error.status !== 0) key.current = '';
      if (isApiError(error) && error.details.length > 0) state.refuse(error.details, error.message);
      setMessage(errorText(error));
    } finally {
      setBusy(false);
    }
  };
  // The hint stands only as long as something is still marked.
  const problem = message ?? (state.general.length > 0 ? state.general.join(' ') : wrong && state.problems.size > 0 ? t('fixFirst') : undefined);
  return (
    <>
      <PageHead title={t('common:newOf', { name })} />
      <KeyedForm className="create" onSend={() => void create()}>
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
            ) : figure ? (
              <span className="amount">
                {figure}
                <small>{unit}</small>
              </span>
            ) : null}
          </span>
          <Button onClick={() => router.history.back()}>{t('common:cancel')}</Button>
          <Button type="primary" aria-keyshortcuts="Control+Enter" title="Ctrl+Enter" loading={busy} disabled={!state.ready} onClick={() => void create()}>
            {t('create')}
          </Button>
        </div>
      </KeyedForm>
    </>
  );
}
