import { useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Button, Input } from 'antd';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, isApiError, operationKey } from '@/api/client';
import { meQuery, queryClient, taskQuery } from '@/api/queries';
import type { Data, RecordFull, Round, Task, TaskFull } from '@/api/types';
import { FieldEnvContext, isEmpty, stateOf } from '@/fields/kind';
import type { Form } from '@/model/definition';
import { putRecord } from '@/records/actions';
import { RoundPath } from '@/records/ApprovalPath';
import { FormSubset, useEnv } from '@/records/FormFields';
import { fieldOf, stageOf, titleField, useModel, type Model } from '@/records/model';
import { useForm } from '@/records/useForm';
import { Value } from '@/records/Value';
import { isMoney } from '@/ui/format';
import { Icon } from '@/ui/Icon';
import { useFormat } from '@/ui/locale';
import { useOwnBottomBar } from '@/ui/shellContext';
import { ErrorBox, Skeleton, useErrorText } from '@/ui/States';
import { useText } from '@/ui/text';
import { toast } from '@/ui/toast';

/** One task with all that is needed to decide it. */
export function TaskPanel({ id, onNext }: { id: string; onNext: () => void }) {
  const { data: task, error, isPending, refetch } = useQuery(taskQuery(id));
  const { model } = useModel(task?.recordFull?.app ?? task?.record?.app);
  useOwnBottomBar();
  if (error && !task) {
    return (
      <div className="task-panel">
        <ErrorBox error={error} onRetry={() => void refetch()} />
      </div>
    );
  }
  const record = task?.recordFull;
  const form = record && model?.form(record.form);
  if (isPending || (record && (!model || !form))) {
    return (
      <div className="task-panel">
        <Skeleton rows={7} />
      </div>
    );
  }
  if (!record || !model || !form) return <div className="task-panel" />;
  return <Panel task={task} record={record} model={model} form={form} onNext={onNext} />;
}

function Panel({ task, record, model, form, onNext }: { task: TaskFull; record: RecordFull; model: Model; form: Form; onNext: () => void }) {
  const { t } = useTranslation('inbox');
  const text = useText();
  const format = useFormat();
  const { data: me } = useSuspenseQuery(meQuery());
  const env = useEnv(model.app, model.definition, true, record.id);
  const state = useForm({ app: model.app, form, record });
  // The step lets its approvers write these, whatever they may do on the record otherwise.
  const own = { ...state, states: { ...state.states, ...Object.fromEntries((task.fields ?? []).map((k) => [k, { ...stateOf(state.states, k), visible: true, readOnly: false, masked: false }])) } };
  const round = task.round;
  const grounds = (round?.guarded ?? []).map((k) => fieldOf(form, k)).filter((f) => f !== undefined && !isEmpty(record.data[f.key]));
  const words = grounds.filter((f) => f?.type === 'longtext');
  const tables = grounds.filter((f) => f?.type === 'table');
  const comments = round?.steps.flatMap((s) => s.slots.filter((slot) => slot.comment).map((slot) => ({ slot, step: s }))) ?? [];
  const process = model.process(record.process);
  return (
    <div className="task-panel">
      <div className="task-body">
        <header className="task-head">
          <div>
            <h2>
              {record.title} · {text(task.name)}
            </h2>
            <p className="s">
              {[
                record.number,
                task.by ? t('submittedBy', { name: task.by.name }) : '',
                round ? t('roundN', { n: round.n }) : '',
                text(stageOf(process, record.stage)?.name),
                task.dueAt && task.state === 'open' ? t('due', { when: format.due(task.dueAt) }) : '',
              ]
                .filter(Boolean)
                .join(' · ')}
            </p>
          </div>
          <Link to="/r/$id" params={{ id: record.id }} className="open">
            {t('openRecord')}
          </Link>
        </header>
        <FieldEnvContext.Provider value={env}>
          <Facts record={record} form={form} model={model} round={round} />
          {round && round.guards.length > 0 ? <Changes round={round} form={form} /> : null}
          {words.length > 0 ? (
            <dl className="card pad words">
              {words.map((f) => (
                <div key={f?.key}>
                  <dt className="s">{text(f?.name, f?.key)}</dt>
                  <dd>{String(record.data[f?.key ?? ''])}</dd>
                </div>
              ))}
            </dl>
          ) : null}
        </FieldEnvContext.Provider>
        {tables.length > 0 ? (
          <section className="card" aria-label={t('grounds')}>
            <FormSubset app={model.app} definition={model.definition} form={form} state={state} keys={tables.map((f) => f?.key ?? '')} readOnly />
          </section>
        ) : null}
        {round ? (
          <section className="card" aria-label={t('pathTitle')}>
            <header>
              <h3>{text(round.name, round.chain)}</h3>
            </header>
            <RoundPath round={round} me={me.user.id} />
          </section>
        ) : null}
        {comments.length > 0 || round?.comment ? (
          <section className="card comments" aria-label={t('comments')}>
            {round?.comment ? (
              <div>
                <b>{round.initiator.name}</b> <span className="s">{t('submitWords')}</span>
                <p>{round.comment}</p>
              </div>
            ) : null}
            {comments.map(({ slot, step }) => (
              <div key={`${step.key}.${slot.person.id}`}>
                <b>{slot.person.name}</b> <span className="s">{text(step.name)}</span>
                <p>{slot.comment}</p>
              </div>
            ))}
          </section>
        ) : null}
        {task.fields?.length && task.state === 'open' ? (
          <section className="card" aria-label={t('yourFields')}>
            <header>
              <h3>{t('yourFields')}</h3>
            </header>
            <FormSubset app={model.app} definition={model.definition} form={form} state={own} keys={task.fields} />
          </section>
        ) : null}
      </div>
      {task.state === 'open' ? <Decide task={task} fields={() => state.changes(task.fields ?? [])} onNext={onNext} /> : <p className="pad dim">{t(`state.${task.state}`)}</p>}
    </div>
  );
}

/** The figures people look at first: the value, then guarded and listed fields. */
function Facts({ record, form, model, round }: { record: RecordFull; form: Form; model: Model; round: Round | null }) {
  const text = useText();
  const format = useFormat();
  const process = model.process(record.process);
  const data: Data = { ...record.data, ...round?.proposed };
  const keys = [...new Set([...(process?.value ? [process.value] : []), ...(round?.guarded ?? []), ...form.fields.filter((f) => f.list).map((f) => f.key)])];
  const shown = keys
    .map((k) => fieldOf(form, k))
    .filter((f) => f !== undefined)
    .filter((f) => f.type !== 'table' && f.type !== 'longtext' && f.key !== titleField(form) && !isEmpty(data[f.key]))
    .slice(0, 6);
  if (shown.length === 0) return null;
  return (
    <dl className="card facts">
      {shown.map((f) => {
        const value = data[f.key];
        const [figure, unit] = isMoney(value) ? format.short(value, 2) : ['', ''];
        return (
          <div key={f.key}>
            <dt className="s">{text(f.name, f.key)}</dt>
            <dd>
              {figure ? (
                <>
                  {figure}
                  <small>{unit}</small>
                </>
              ) : (
                <Value form={form} field={f.key} value={value} />
              )}
            </dd>
          </div>
        );
      })}
    </dl>
  );
}

/** What changed since it was last submitted: only guarded fields. */
function Changes({ round, form }: { round: Round; form: Form }) {
  const { t } = useTranslation('inbox');
  const text = useText();
  return (
    <section className="card" aria-label={t('changedTitle')}>
      <header>
        <h3>{t('changedTitle')}</h3>
        <span className="s">{t('changedCount', { count: round.guards.length })}</span>
      </header>
      {/* What scrolls must take the focus, or the keyboard cannot scroll it. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div className="scroll-x" tabIndex={0} role="group" aria-label={t('changedTitle')}>
        <table className="tbl">
          <thead>
            <tr>
              <th>{t('field')}</th>
              <th className="num">{t('before')}</th>
              <th className="num">{t('after')}</th>
            </tr>
          </thead>
          <tbody>
            {round.guards.map((g) => (
              <tr key={g.field}>
                <td>
                  <span className="row">
                    <Icon name="lock" size={14} className="dim" />
                    {text(g.name, g.field)}
                  </span>
                </td>
                <td className="num">
                  <del className="dim">
                    <Value form={form} field={g.field} value={g.before} />
                  </del>
                </td>
                <td className="num">
                  <b>
                    <Value form={form} field={g.field} value={g.after} />
                  </b>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

type Decision = 'approve' | 'reject' | 'return';

/** Approve, reject, return; a to-do is simply done. */
function Decide({ task, fields, onNext }: { task: TaskFull; fields: () => Data; onNext: () => void }) {
  const { t } = useTranslation('inbox');
  const errorText = useErrorText();
  const [comment, setComment] = useState('');
  const [busy, setBusy] = useState<Decision | 'done'>();
  const [error, setError] = useState<string>();
  const [stale, setStale] = useState(false);
  const key = useRef('');
  const box = useRef<HTMLDivElement>(null);
  const can = new Set(task.can);
  // A to-do or an activity is done, not decided.
  const decides = task.kind === 'approval';

  const decide = async (what: Decision | 'done') => {
    if ((what === 'reject' || what === 'return') && comment.trim() === '') {
      setError(t('commentNeeded'));
      box.current?.querySelector('textarea')?.focus();
      return;
    }
    setBusy(what);
    setError(undefined);
    key.current ||= operationKey();
    try {
      const data = fields();
      const body = what === 'done' ? {} : { comment: comment.trim(), hash: task.round?.hash, ...(Object.keys(data).length > 0 ? { data } : {}) };
      const answer = await api.post<{ task: Task; record: RecordFull }>(`/tasks/${encodeURIComponent(task.id)}/${what}`, body, { key: key.current });
      if (answer?.record) putRecord(answer.record);
      toast(t(`did.${what}`, { title: task.record?.title ?? '' }));
      onNext();
      await Promise.all(['tasks', 'me', 'home'].map((k) => queryClient.invalidateQueries({ queryKey: [k] })));
      queryClient.removeQueries({ queryKey: ['task', task.id] });
    } catch (caught) {
      if (!isApiError(caught) || caught.status !== 0) key.current = '';
      setStale(isApiError(caught) && caught.status === 409);
      setError(isApiError(caught) && caught.details.length > 0 ? [caught.message, ...caught.details.map((d) => d.message)].join(' ') : errorText(caught));
    } finally {
      setBusy(undefined);
    }
  };

  // A puts the focus on approve while nobody types; Enter then decides, so that no single key does.
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'a' || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.target instanceof HTMLElement && event.target.closest('input, textarea, select, [role="dialog"]')) return;
      box.current?.querySelector<HTMLButtonElement>('[data-decide="approve"]')?.focus();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);

  return (
    <div className="decide" ref={box}>
      {error ? (
        <p className="notice bad" role="alert">
          <span className="sp">{error}</span>
          {stale ? (
            <button
              type="button"
              className="link"
              onClick={() => {
                setError(undefined);
                setStale(false);
                void queryClient.invalidateQueries({ queryKey: ['task', task.id] });
                void queryClient.invalidateQueries({ queryKey: ['tasks'] });
              }}
            >
              {t('reload')}
            </button>
          ) : null}
        </p>
      ) : null}
      {!decides ? null : (
        <Input.TextArea value={comment} onChange={(e) => setComment(e.target.value)} placeholder={t('commentHint')} aria-label={t('comment')} autoSize={{ minRows: 1, maxRows: 5 }} maxLength={2000} />
      )}
      <div className="row">
        {can.has('approve') ? (
          <Button type="primary" data-decide="approve" loading={busy === 'approve'} disabled={busy !== undefined} icon={<Icon name="check" />} onClick={() => void decide('approve')}>
            {t('approve')}
          </Button>
        ) : null}
        {can.has('reject') ? (
          <Button danger loading={busy === 'reject'} disabled={busy !== undefined} icon={<Icon name="close" />} onClick={() => void decide('reject')}>
            {t('reject')}
          </Button>
        ) : null}
        {can.has('return') ? (
          <Button loading={busy === 'return'} disabled={busy !== undefined} icon={<Icon name="return" />} onClick={() => void decide('return')}>
            {t('return')}
          </Button>
        ) : null}
        {can.has('done') || (!decides && task.kind === 'todo') ? (
          <Button type="primary" loading={busy === 'done'} icon={<Icon name="check" />} onClick={() => void decide('done')}>
            {t('done')}
          </Button>
        ) : null}
        <span className="sp" />
        {!decides ? null : <span className="s wide-only">{t('commentRule')}</span>}
      </div>
    </div>
  );
}
