import { useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { meQuery, taskQuery } from '@/api/queries';
import type { Data, RecordFull, Round, TaskFull } from '@/api/types';
import { FieldEnvContext, isEmpty, stateOf } from '@/fields/kind';
import type { Form } from '@/model/definition';
import { RoundPath } from '@/records/ApprovalPath';
import { FormSubset, useEnv } from '@/records/FormFields';
import { AskedPart } from '@/records/LeaveList';
import { fieldOf, stageOf, titleField, useModel, type Model } from '@/records/model';
import { useForm } from '@/records/useForm';
import { useReadCopies } from '@/records/useReadCopies';
import { Value } from '@/records/Value';
import { isMoney } from '@/ui/format';
import { Icon } from '@/ui/Icon';
import { useFormat } from '@/ui/locale';
import { useOwnBottomBar } from '@/ui/shellContext';
import { ErrorBox, Skeleton } from '@/ui/States';
import { useText } from '@/ui/text';
import { Decide } from './Decide';

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
  const comments = saidOn(round, record.rounds);
  const process = model.process(record.process);
  useReadCopies(record, me.user.id);
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
        {task.kind === 'activity' && task.state === 'open' ? <AskedPart record={record} model={model} part={task.step?.split('.').at(-1) ?? ''} /> : null}
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
            {comments.map(({ slot, step }, i) => (
              <div key={slot.taskId ?? i}>
                <b>{slot.person.name}</b>{' '}
                <span className="s">
                  {text(step.name)}
                  {slot.state === 'returned' ? ` · ${t('return')}` : ''}
                </span>
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
      {task.kind === 'cc' ? <p className="pad dim">{t('copied')}</p> : <Decide task={task} model={model} fields={() => state.changes(task.fields ?? [])} onNext={onNext} />}
    </div>
  );
}

/** What was said in a round. Why the round before came back stands first: whoever is asked again, or anew, decides on it. */
export function saidOn(round: Round | null, before: RecordFull['rounds']) {
  const last = before?.[0];
  const back = round?.state === 'running' && last?.result === 'returned' && last.chain === round.chain ? last.steps : [];
  return [
    ...back.flatMap((step) => step.slots.filter((slot) => slot.state === 'returned' && slot.comment).map((slot) => ({ slot, step }))),
    ...(round?.steps ?? []).flatMap((step) => step.slots.filter((slot) => slot.comment).map((slot) => ({ slot, step }))),
  ];
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
