import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { Button, Input, Modal, Select } from 'antd';
import { useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, isApiError, operationKey } from '@/api/client';
import { meQuery, previewQuery, recordQuery } from '@/api/queries';
import type { PathPreview, RecordFull, TransitionInfo } from '@/api/types';
import type { Form } from '@/model/definition';
import { Icon } from '@/ui/Icon';
import { ErrorBox, Skeleton, useErrorText } from '@/ui/States';
import { useText } from '@/ui/text';
import { useClearable } from '@/ui/clearable';
import { move, putRecord, recordPath } from './actions';
import { PreviewPath } from './ApprovalPath';
import { People } from './People';
import { FormSubset } from './FormFields';
import { chainOf, stageOf, type Model } from './model';
import { neededFields } from './needs';
import { fieldPath, topField } from './paths';
import { useForm } from './useForm';

interface Props {
  model: Model;
  record: RecordFull;
  transition: TransitionInfo;
  onClose: () => void;
  onDone: (record: RecordFull) => void;
}

/** Asks for just what a transition needs, shows who will have to agree, and takes it. */
export function TransitionDialog({ model, record, transition, onClose, onDone }: Props) {
  const { t } = useTranslation('record');
  const text = useText();
  const form = model.form(record.form);
  const process = model.process(record.process);
  const to = text(stageOf(process, transition.to)?.name, transition.to);
  const title = text(transition.name) || t('moveTo', { stage: to });
  return (
    <Modal open onCancel={onClose} title={title} footer={null} width={520} destroyOnHidden>
      {form ? <Body model={model} form={form} record={record} transition={transition} to={to} title={title} onClose={onClose} onDone={onDone} /> : null}
    </Modal>
  );
}

function Body({ model, form, record: given, transition: taken, to, title, onClose, onDone }: Props & { form: Form; to: string; title: string }) {
  const { t } = useTranslation(['record', 'common']);
  const clearable = useClearable();
  const text = useText();
  const errorText = useErrorText();
  // What is missing shrinks as items are ticked, so the newest record counts, not the one the dialog was opened with. It is read anew at the
  // opening: a condition may look at another record, whose change tells this page nothing.
  const { data: record } = useQuery({ ...recordQuery(given.id), initialData: given, refetchOnMount: 'always' });
  const transition = record.transitions?.find((w) => w.key === taken.key) ?? taken;
  const [keys, setKeys] = useState(() => neededFields(form, transition));
  const state = useForm({ app: model.app, form, record, transition: transition.key });
  const [comment, setComment] = useState('');
  const [owner, setOwner] = useState<string>();
  const [picks, setPicks] = useState<Record<string, string[]>>({});
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const must = useMemo(() => new Set(keys), [keys]);
  const key = useRef('');
  const chain = chainOf(model.process(record.process), transition);
  const preview = useQuery({ ...previewQuery(record.id, transition.key, record.rev), enabled: chain !== undefined });

  // Steps that leave the choice of their people to whoever submits.
  const mine = preview.data?.skipped ? [] : (preview.data?.steps ?? []).filter((s) => s.pick === 'initiator' && s.state === 'will');
  const open = transition.missing.filter((m) => fieldPath(m.path) === undefined);
  // Fields asked here may make a condition true; nothing here completes a checklist or an activity but its own box.
  const blocked = open.some((m) => /^\/(checklist|activities)\//.test(m.path)) || (open.length > 0 && keys.length === 0);
  const take = async () => {
    setBusy(true);
    setError(undefined);
    state.showAll();
    try {
      if (await state.settle(new Set(keys))) return;
      key.current ||= operationKey();
      const body = { data: state.changes(keys.filter((k) => state.dirty.has(k))), ...(comment.trim() ? { comment: comment.trim() } : {}), ...(owner ? { owner } : {}),
        ...(mine.length > 0 ? { pick: Object.fromEntries(mine.map((s) => [s.key, picks[s.key] ?? []]).filter(([, list]) => list!.length > 0)) } : {}) };
      onDone(await move(record.id, transition.key, body, key.current));
    } catch (caught) {
      // A refusal is final for this key; only a lost answer is asked again under it.
      if (!isApiError(caught) || caught.status !== 0) key.current = '';
      if (isApiError(caught) && caught.details.length > 0) {
        const more = caught.details.map((d) => fieldPath(d.path)).filter((p) => p !== undefined).map(topField);
        setKeys((now) => [...new Set([...now, ...more])].filter((k) => form.fields.some((f) => f.key === k)));
        state.refuse(caught.details);
        setError(caught.details.filter((d) => fieldPath(d.path) === undefined).map((d) => d.message).join(' ') || caught.message);
      } else setError(errorText(caught));
    } finally {
      setBusy(false);
    }
  };

  return (
    <>
      <p className="s" style={{ marginBottom: 8 }}>
        {record.title}
        {record.number ? ` · ${record.number}` : ''}
        {` → ${to}`}
      </p>
      {open.length > 0 ? (
        <ul className="todo" aria-label={t('stillMissing')}>
          {open.map((m) => (
            <OpenPoint key={m.path + m.code} record={record} path={m.path} message={text(m.message)} />
          ))}
        </ul>
      ) : null}
      {keys.length > 0 ? (
        state.ready ? <FormSubset app={model.app} definition={model.definition} form={form} state={state} keys={keys} must={must} /> : <Skeleton rows={keys.length} height={56} />
      ) : null}
      {transition.pick ? (
        <div className="setting" style={{ padding: '8px 0' }}>
          <label htmlFor="next-owner">
            {t('nextOwner')}
            {transition.pick.stays ? null : <span className="bad"> *</span>}
          </label>
          <Select
            id="next-owner"
            style={{ width: '100%' }}
            value={owner ?? null}
            allowClear={clearable(transition.pick.stays)}
            options={transition.pick.people.map((p) => ({ value: p.id, label: p.name }))}
            showSearch={{ optionFilterProp: 'label' }}
            placeholder={transition.pick.stays ? t('ownerStays') : t('common:choose')}
            onChange={(v: string | null | undefined) => setOwner(v ?? undefined)}
          />
        </div>
      ) : null}
      {transition.confirm ? <p style={{ padding: '8px 0' }}>{text(transition.confirm)}</p> : null}
      {chain ? <Preview model={model} preview={preview} chain={chain} /> : null}
      {mine.map((step) => (
        <div className="setting" style={{ padding: '0 0 8px' }} key={step.key}>
          <b>
            {t('pickFor', { step: text(step.name, step.key) })}
            <span className="bad"> *</span>
          </b>
          <People label={t('pickFor', { step: text(step.name, step.key) })} value={picks[step.key] ?? []} onChange={(list) => setPicks((now) => ({ ...now, [step.key]: list }))} from={step.from ?? null} max={20} />
        </div>
      ))}
      {chain || transition.back ? (
        <Input.TextArea
          value={comment}
          onChange={(e) => setComment(e.target.value)}
          placeholder={t(chain ? 'submitComment' : 'backComment')}
          aria-label={t('comment')}
          autoSize={{ minRows: 2, maxRows: 6 }}
          maxLength={2000}
        />
      ) : null}
      {error || state.general.length > 0 ? (
        <p className="notice bad" role="alert" style={{ marginTop: 12 }}>
          {[error, ...state.general].filter(Boolean).join(' ')}
        </p>
      ) : null}
      <div className="row" style={{ marginTop: 16, justifyContent: 'flex-end' }}>
        <Button onClick={onClose}>{t('common:cancel')}</Button>
        <Button type="primary" danger={transition.end === 'lost' || transition.end === 'cancelled'} loading={busy} disabled={blocked || mine.some((s) => !picks[s.key]?.length) || (transition.pick !== undefined && !transition.pick.stays && owner === undefined)} onClick={() => void take()}>
          {chain && !preview.data?.skipped ? t('submitForApproval') : title}
        </Button>
      </div>
    </>
  );
}

/** Something to be met first. A checklist item can be ticked right here. */
function OpenPoint({ record, path, message }: { record: RecordFull; path: string; message: string }) {
  const text = useText();
  const errorText = useErrorText();
  const [error, setError] = useState<string>();
  const [ticked, setTicked] = useState(false);
  const [, what, key = ''] = path.split('/');
  const item = what === 'checklist' ? record.checklist?.find((c) => c.key === key) : undefined;
  const tick = async () => {
    setTicked(true);
    try {
      putRecord(await api.post<RecordFull>(`${recordPath(record.id)}/checklist/${key}`, { done: true }, { key: operationKey() }));
    } catch (caught) {
      setTicked(false);
      setError(errorText(caught));
    }
  };
  return (
    <li>
      {item ? (
        <label className="row">
          <input type="checkbox" checked={ticked || item.done} disabled={!record.can.edit} onChange={() => void tick()} />
          {text(item.name, key)}
        </label>
      ) : (
        <>
          <Icon name="alert" className="warn" />
          <span>{message}</span>
        </>
      )}
      {error ? <span className="bad">{error}</span> : null}
    </li>
  );
}

/** Who will approve; a section without a name, and so no region: the record below the dialog may show one of this name. */
function Preview({ model, preview, chain }: { model: Model; preview: UseQueryResult<PathPreview>; chain: string }) {
  const { t } = useTranslation('record');
  const text = useText();
  const { data: me } = useQuery(meQuery());
  const { data, error, isPending, refetch } = preview;
  return (
    <section className="card" style={{ margin: '8px 0 12px' }}>
      <header>
        <h2>{t('whoWillApprove')}</h2>
      </header>
      {isPending ? <Skeleton rows={2} /> : null}
      {error ? <ErrorBox error={error} onRetry={() => void refetch()} /> : null}
      {data ? <PreviewPath preview={data} me={me?.user.id ?? ''} chain={text(model.definition.approvals?.find((a) => a.key === chain)?.name, chain)} /> : null}
      {data?.problems?.map((p) => (
        <p key={p.path + p.code} className="pad warn">
          {text(p.message)}
        </p>
      ))}
    </section>
  );
}
