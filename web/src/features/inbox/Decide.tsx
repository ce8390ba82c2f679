import { Button, Dropdown, Input, Select } from 'antd';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, isApiError, operationKey } from '@/api/client';
import { queryClient } from '@/api/queries';
import type { Data, RecordFull, Task, TaskFull } from '@/api/types';
import { putRecord } from '@/records/actions';
import { ResultDialog } from '@/records/Activities';
import type { Model } from '@/records/model';
import { People } from '@/records/People';
import { Icon } from '@/ui/Icon';
import { useErrorText } from '@/ui/States';
import { useText } from '@/ui/text';
import { toast } from '@/ui/toast';

type Decision = 'approve' | 'reject' | 'return';
type Hand = 'transfer' | 'delegate' | 'addSign';
type Doing = Decision | Hand | 'removeSign' | 'done';

const hands: readonly Hand[] = ['transfer', 'delegate', 'addSign'];

/** Approve, reject, return, or bring others in; a to-do is simply done. */
export function Decide({ task, model, fields, onNext }: { task: TaskFull; model?: Model; fields: () => Data; onNext: () => void }) {
  const { t } = useTranslation(['inbox', 'common']);
  const text = useText();
  const errorText = useErrorText();
  const [comment, setComment] = useState('');
  const [busy, setBusy] = useState<Doing>();
  const [error, setError] = useState<string>();
  const [stale, setStale] = useState(false);
  // What is being asked about before it is done: whom to hand it to, or where a return goes.
  const [asking, setAsking] = useState<Hand | 'return'>();
  const [people, setPeople] = useState<string[]>([]);
  const [position, setPosition] = useState<'before' | 'after'>('before');
  const [to, setTo] = useState('initiator');
  const [picks, setPicks] = useState<Record<string, string[]>>({});
  const key = useRef('');
  const box = useRef<HTMLDivElement>(null);
  const can = new Set(task.can);
  // A to-do or an activity is done, not decided.
  const decides = task.kind === 'approval';
  const open = task.state === 'open';
  // An activity may ask for a result; a part of the checklist is done by ticking.
  const part = task.kind === 'activity' ? task.step?.split('.').at(-1) : undefined;
  const activity = task.recordFull?.activities?.find((a) => a.key === part);
  const ticks = task.recordFull?.groups?.some((g) => g.key === part) ?? false;
  const asks = Boolean(activity?.fields?.length);
  const [saying, setSaying] = useState(false);

  // The keyboard goes along to what is asked, and back when it is not asked any more.
  const asked = useRef(asking);
  useEffect(() => {
    if (asking !== asked.current) box.current?.querySelector<HTMLElement>(asking ? '.asking input' : '[data-decide="others"]')?.focus();
    asked.current = asking;
  }, [asking]);

  const ask = (what: Hand | 'return' | undefined) => {
    setAsking(what);
    setPeople([]);
    setError(undefined);
  };

  const decide = async (what: Doing, whom: string[] = people) => {
    if ((what === 'reject' || what === 'return' || what === 'transfer') && comment.trim() === '') {
      setError(t('commentNeeded'));
      box.current?.querySelector('textarea')?.focus();
      return;
    }
    if (hands.includes(what as Hand) && whom.length === 0) {
      setError(t('peopleNeeded'));
      return;
    }
    setBusy(what);
    setError(undefined);
    key.current ||= operationKey();
    try {
      const data = fields();
      const body =
        what === 'done'
          ? {}
          : {
              comment: comment.trim(), hash: task.round?.hash,
              ...(Object.keys(data).length > 0 ? { data } : {}),
              ...(what === 'removeSign' || hands.includes(what as Hand) ? { people: whom } : {}),
              ...(what === 'addSign' ? { position } : {}),
              ...(what === 'return' ? { to } : {}),
              ...(what === 'approve' || what === 'addSign' ? { pick: Object.fromEntries(Object.entries(picks).filter(([, list]) => list.length > 0)) } : {}),
            };
      const answer = await api.post<{ task: Task; record: RecordFull }>(`/tasks/${encodeURIComponent(task.id)}/${what}`, body, { key: key.current });
      if (answer?.record) putRecord(answer.record);
      toast(t(`did.${what}`, { title: task.record?.title ?? '' }));
      if (what !== 'removeSign') onNext();
      await Promise.all(['tasks', 'me', 'home'].map((k) => queryClient.invalidateQueries({ queryKey: [k] })));
      if (what === 'removeSign') await queryClient.invalidateQueries({ queryKey: ['task', task.id] });
      else queryClient.removeQueries({ queryKey: ['task', task.id] });
    } catch (caught) {
      if (!isApiError(caught) || caught.status !== 0) key.current = '';
      setStale(isApiError(caught) && caught.status === 409);
      setError(isApiError(caught) && caught.details.length > 0 ? [...new Set([caught.message, ...caught.details.map((d) => d.message)])].join(' ') : errorText(caught));
    } finally {
      setBusy(undefined);
      if (what === 'removeSign') key.current = '';
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

  const removable = task.removable ?? [];
  if (!open && removable.length === 0) return <p className="pad dim">{t(`state.${task.result === 'read' ? 'read' : task.state}`)}</p>;
  const offered = hands.filter((h) => can.has(h));
  const notThese = [task.user, task.round?.initiator.id ?? '', ...(task.round?.steps.find((s) => s.key === task.step)?.slots ?? []).filter((s) => s.state === 'open').map((s) => s.person.id)];
  return (
    <div className="decide" ref={box}>
      {task.for || task.asked ? (
        <p className="s">
          {task.for ? t('standsFor', { name: task.for.name }) : ''}
          {task.asked ? t(`asked.${task.asked}`) : ''}
        </p>
      ) : null}
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
      {!open ? (
        <div className="row wrap">
          <span className="s">{t('waitsForAsked')}</span>
          {removable.map((p) => (
            <Button key={p.id} size="small" loading={busy === 'removeSign'} icon={<Icon name="close" size={12} />} onClick={() => void decide('removeSign', [p.id])}>
              {t('takeBack', { name: p.name })}
            </Button>
          ))}
        </div>
      ) : null}
      {open && asking && asking !== 'return' ? (
        <div className="asking">
          <b>{t(`${asking}Title`)}</b>
          <span className="s">{t(`${asking}Text`)}</span>
          <People label={t('toWhom')} value={people} onChange={setPeople} not={notThese} max={asking === 'addSign' ? 10 : 1} />
          {asking === 'addSign' ? (
            <div className="seg" role="group" aria-label={t('position')}>
              {(['before', 'after'] as const).map((p) => (
                <button key={p} type="button" aria-pressed={p === position} onClick={() => setPosition(p)}>
                  {t(`position.${p}`)}
                </button>
              ))}
            </div>
          ) : null}
        </div>
      ) : null}
      {open && asking === 'return' ? (
        <div className="asking">
          <b>{t('returnTitle')}</b>
          <Select
            aria-label={t('returnTitle')}
            style={{ width: '100%' }}
            value={to}
            onChange={setTo}
            options={[{ value: 'initiator', label: t('toInitiator', { name: task.round?.initiator.name ?? '' }) }, ...(task.returnTo ?? []).map((s) => ({ value: s.key, label: text(s.name, s.key) }))]}
          />
        </div>
      ) : null}
      {open && !asking
        ? (task.picks ?? []).map((step) => (
            <div className="asking" key={step.key}>
              <b>{t('pickNext', { step: text(step.name, step.key) })}</b>
              <People label={t('toWhom')} value={picks[step.key] ?? []} onChange={(list) => setPicks((now) => ({ ...now, [step.key]: list }))} from={step.from ?? null} not={[task.round?.initiator.id ?? '']} max={20} />
            </div>
          ))
        : null}
      {decides && open ? (
        <Input.TextArea value={comment} onChange={(e) => setComment(e.target.value)} placeholder={t('commentHint')} aria-label={t('comment')} autoSize={{ minRows: 1, maxRows: 5 }} maxLength={2000} />
      ) : null}
      {open && asking ? (
        <div className="row">
          <Button type="primary" loading={busy === asking} disabled={busy !== undefined} onClick={() => void decide(asking)}>
            {t(asking)}
          </Button>
          <Button onClick={() => ask(undefined)}>{t('common:cancel')}</Button>
          <span className="sp" />
        </div>
      ) : null}
      {open && !asking ? (
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
            <Button
              loading={busy === 'return'}
              disabled={busy !== undefined}
              icon={<Icon name="return" />}
              onClick={() => (task.returnTo?.length ? ask('return') : void decide('return'))}
            >
              {t('return')}
            </Button>
          ) : null}
          {offered.length > 0 ? (
            <Dropdown
              autoFocus
              trigger={['click']}
              menu={{
                items: offered.map((h) => ({ key: h, label: t(h) })),
                onClick: ({ key: h, domEvent }) => {
                  domEvent.preventDefault(); // the key that chooses presses nothing of what it brings
                  ask(h as Hand);
                },
              }}
            >
              <Button data-decide="others" disabled={busy !== undefined} icon={<Icon name="more" />}>
                {t('others')}
              </Button>
            </Dropdown>
          ) : null}
          {ticks ? <span className="s">{t('doneByTicks')}</span> : null}
          {!ticks && (can.has('done') || (!decides && task.kind === 'todo')) ? (
            <Button type="primary" loading={busy === 'done'} icon={<Icon name="check" />} onClick={() => (asks ? setSaying(true) : void decide('done'))}>
              {t('done')}
            </Button>
          ) : null}
          <span className="sp" />
          {!decides ? null : <span className="s wide-only">{t('commentRule')}</span>}
        </div>
      ) : null}
      {saying && activity && model && task.recordFull ? <ResultDialog record={task.recordFull} model={model} activity={activity} onClose={() => setSaying(false)} onDone={onNext} /> : null}
    </div>
  );
}
