import { useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Button, Input } from 'antd';
import { lazy, Suspense, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, operationKey } from '@/api/client';
import { meQuery, previewQuery, queryClient } from '@/api/queries';
import type { RecordFull, TransitionInfo } from '@/api/types';
import { FieldEnvContext } from '@/fields/kind';
import { recordPath } from '@/records/actions';
import { Copies, PreviewPath, RoundPath } from '@/records/ApprovalPath';
import { useEnv } from '@/records/FormFields';
import { LeaveList } from '@/records/LeaveList';
import { chainOf, stageOf, type Model } from '@/records/model';
import { Notes } from '@/records/Notes';
import { Timeline } from '@/records/Timeline';
import { Icon } from '@/ui/Icon';
import { useFormat } from '@/ui/locale';
import { Building, ErrorBox, Skeleton, useErrorText } from '@/ui/States';
import { useText } from '@/ui/text';
import { toast } from '@/ui/toast';

// With the list of people that it offers, it comes after the record.
const NoteInput = lazy(() => import('@/records/NoteInput'));

/** What is still missing to leave the stage, and what to say and do. */
export function LeaveCard({ record, model }: { record: RecordFull; model: Model }) {
  const { t } = useTranslation('record');
  const text = useText();
  const [open, setOpen] = useState(true);
  const conditions = record.conditions ?? [];
  const items = record.checklist ?? [];
  const listed = new Set(conditions.filter((c) => c.kind === 'checklist').map((c) => c.key));
  const extra = items.filter((i) => !listed.has(i.key));
  const script = text(record.script);
  const goal = text(record.goal);
  if (!record.open || (conditions.length === 0 && items.length === 0 && !script && !goal)) return null;
  return (
    <section className="card" aria-label={t('leaveStage')}>
      <header>
        <h2>{t('leaveStage')}</h2>
        {record.progress && record.progress.of > 0 ? <span className="s">{t('met', record.progress)}</span> : null}
        <span className="sp" />
        {script ? (
          <button type="button" className="link s" aria-expanded={open} onClick={() => setOpen(!open)}>
            {t('script')}
          </button>
        ) : null}
      </header>
      <div className="checks">
        {goal ? <p className="dim">{goal}</p> : null}
        <LeaveList record={record} model={model} conditions={[...conditions, ...extra.map((i) => ({ kind: 'checklist' as const, key: i.key, text: i.name, met: i.done, required: i.required }))]} />
        {script && open ? <p className="script">{script}</p> : null}
      </div>
    </section>
  );
}

/** The running round with its people, or who would be asked. */
export function ApprovalCard({ record, model, next }: { record: RecordFull; model: Model; next: TransitionInfo | undefined }) {
  const { t } = useTranslation('record');
  const text = useText();
  const { data: me } = useSuspenseQuery(meQuery());
  const mine = record.round?.steps.flatMap((s) => (s.state === 'active' ? s.slots : [])).find((s) => s.person.id === me.user.id && s.state === 'open');
  if (record.round) {
    return (
      <section className="card" aria-label={text(record.round.name)}>
        <header>
          <h2>{text(record.round.name, record.round.chain)}</h2>
          <span className="s">{t('roundN', { n: record.round.n })}</span>
          <span className="sp" />
          {mine?.taskId ? (
            <Link to="/inbox" search={{ task: mine.taskId }}>
              {t('decide')}
            </Link>
          ) : null}
        </header>
        <RoundPath round={record.round} me={me.user.id} />
        <Copies copies={(record.copies ?? []).filter((c) => c.round === record.round?.id)} />
      </section>
    );
  }
  const chain = next && chainOf(model.process(record.process), next);
  if (!chain) return <EndedRounds record={record} />;
  return (
    <>
      <PreviewCard record={record} transition={next} me={me.user.id} chain={text(model.definition.approvals?.find((a) => a.key === chain)?.name, chain)} />
      <EndedRounds record={record} />
    </>
  );
}

function PreviewCard({ record, transition, me, chain }: { record: RecordFull; transition: TransitionInfo; me: string; chain: string }) {
  const { t } = useTranslation('record');
  const text = useText();
  const { data, error, isPending, refetch } = useQuery(previewQuery(record.id, transition.key, record.rev));
  return (
    <section className="card" aria-label={t('whoWillApprove')}>
      <header>
        <h2>{t('whoWillApprove')}</h2>
        <span className="s el">{text(transition.name)}</span>
      </header>
      {isPending ? <Skeleton rows={2} /> : null}
      {error ? <ErrorBox error={error} onRetry={() => void refetch()} /> : null}
      {data ? <PreviewPath preview={data} me={me} chain={chain} /> : null}
    </section>
  );
}

/** How earlier rounds ended, with what was said: who got it back reads here why. */
function EndedRounds({ record }: { record: RecordFull }) {
  const { t } = useTranslation('record');
  const text = useText();
  const format = useFormat();
  if (!record.rounds?.length) return null;
  return (
    <section className="card" aria-label={t('earlierRounds')}>
      <header>
        <h2>{t('earlierRounds')}</h2>
      </header>
      <ul className="pad" style={{ display: 'grid', gap: 6 }}>
        {record.rounds.map((r) => (
          <li key={r.id}>
            <div className="row">
              <span className="sp">{t(`round.${r.result}` as 'round.passed')}</span>
              <time className="s">{format.moment(r.endedAt)}</time>
            </div>
            {r.steps.flatMap((step) =>
              step.slots
                .filter((s) => s.state === 'approved' || s.state === 'rejected' || s.state === 'returned')
                .map((s) => (
                  <p className="s" key={`${step.key}.${s.person.id}`}>
                    {s.person.name} · {text(step.name, step.key)} {t(`slot.${s.state}`)}
                    {s.comment ? t('quoted', { text: s.comment }) : ''}
                  </p>
                )),
            )}
            <Copies copies={(record.copies ?? []).filter((c) => c.round === r.id)} />
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Records that hang together with this one. */
export function RelatedCard({ record, model }: { record: RecordFull; model: Model }) {
  const { t } = useTranslation(['record', 'common']);
  const text = useText();
  const lists = record.related ?? [];
  // What a list below shows by its field need not be said twice.
  const links = (record.links ?? []).filter((l) => !lists.some((list) => list.items.some((i) => i.id === l.id)));
  if (links.length === 0 && lists.length === 0) return null;
  const stageName = (item: { form: string; stage?: string }) => text(stageOf(model.processOf(item.form), item.stage)?.name, item.stage);
  return (
    <section className="card" aria-label={t('related')}>
      <header>
        <h2>{t('related')}</h2>
      </header>
      <div className="related">
        {links.map((l) => (
          <div className="row" key={l.id}>
            <Icon name="link" size={14} className="dim" />
            <Link to="/r/$id" params={{ id: l.id }} className="el sp">
              {l.title || l.number}
            </Link>
            <span className="s">{t(`link.${l.why}`)}</span>
            <span className="tag">{stageName(l)}</span>
          </div>
        ))}
        {lists.map((list) => (
          <div key={`${list.form}.${list.via}`} className="related-list">
            <div className="row">
              <h3 className="s sp">{text(list.name) || text(model.form(list.form)?.name, list.form)}</h3>
              {model.mayCreate(list.form) ? (
                <Link className="s" to="/a/$app/new/$form" params={{ app: model.app, form: list.form }} search={{ via: list.via, from: record.id }}>
                  {t('common:add')}
                </Link>
              ) : null}
            </div>
            {list.items.map((item) => (
              <div className="row" key={item.id}>
                <Link to="/r/$id" params={{ id: item.id }} className="el sp">
                  {item.title || item.number}
                </Link>
                {item.stage ? <span className="tag">{stageName(item)}</span> : null}
              </div>
            ))}
            {list.building ? <Building text={text(list.building)} /> : list.items.length === 0 ? <p className="s">{t('common:none')}</p> : null}
          </div>
        ))}
      </div>
    </section>
  );
}

/** Notes and everything that happened. */
export function TimelineCard({ record, model, note: asked }: { record: RecordFull; model: Model; note?: number }) {
  const { t } = useTranslation(['record', 'common']);
  const errorText = useErrorText();
  const [only, setOnly] = useState<'' | 'notes' | 'changes'>(asked === undefined ? '' : 'notes');
  const [note, setNote] = useState('');
  // Whom one has chosen from the list while writing, by id with the name that was put in.
  const [called, setCalled] = useState<ReadonlyMap<string, string>>(new Map());
  const [busy, setBusy] = useState(false);
  const [key, setKey] = useState(operationKey);
  const env = useEnv(model.app, model.definition, true);
  const box = useRef<HTMLDivElement>(null);
  const write = async () => {
    setBusy(true);
    try {
      const mentions = [...called].filter(([, name]) => note.includes(`@${name}`)).map(([id]) => id);
      await api.post(`${recordPath(record.id)}/notes`, { text: note.trim(), ...(mentions.length > 0 ? { mentions } : {}) }, { key });
      setNote('');
      setCalled(new Map());
      setKey(operationKey());
      box.current?.querySelector('textarea')?.focus(); // the button goes away with the text
      await Promise.all([queryClient.invalidateQueries({ queryKey: ['events', record.id] }), queryClient.invalidateQueries({ queryKey: ['record', record.id] })]);
    } catch (error) {
      toast(errorText(error), { kind: 'bad' });
    } finally {
      setBusy(false);
    }
  };
  return (
    <section className="card" aria-label={t('timeline')}>
      <header>
        <h2>{t('timeline')}</h2>
        <span className="sp" />
        <div className="seg" role="group" aria-label={t('common:filter')}>
          {(['', 'notes', 'changes'] as const).map((k) => (
            <button key={k} type="button" aria-pressed={only === k} onClick={() => setOnly(k)}>
              {t(k === '' ? 'only.all' : `only.${k}`)}
            </button>
          ))}
        </div>
      </header>
      <div className="note-box" ref={box}>
        <Suspense fallback={<Input.TextArea disabled placeholder={t('noteHint')} aria-label={t('writeNote')} autoSize={{ minRows: 1, maxRows: 8 }} />}>
          <NoteInput value={note} onChange={setNote} onCalled={(id, name) => setCalled(new Map(called).set(id, name))} />
        </Suspense>
        {note.trim() ? (
          <Button type="primary" size="small" loading={busy} onClick={() => void write()}>
            {t('addNote')}
          </Button>
        ) : null}
      </div>
      <FieldEnvContext.Provider value={env}>
        {only === 'notes' ? (
          <Notes id={record.id} {...(asked === undefined ? {} : { at: asked })} />
        ) : (
          <Timeline id={record.id} form={model.form(record.form)} {...(only ? { only } : {})} />
        )}
      </FieldEnvContext.Provider>
    </section>
  );
}
