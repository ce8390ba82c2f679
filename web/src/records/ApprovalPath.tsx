import { useTranslation } from 'react-i18next';
import type { PathPreview, PathStep, Person, Round, RoundStep, Slot, Text } from '@/api/types';
import { Icon } from '@/ui/Icon';
import { useFormat } from '@/ui/locale';
import { useText } from '@/ui/text';

type Mark = 'done' | 'now' | 'bad' | 'ahead';

const markOf: Record<RoundStep['state'], Mark> = {
  waiting: 'ahead', active: 'now', passed: 'done', rejected: 'bad', returned: 'bad', skipped: 'ahead', blocked: 'bad', cancelled: 'ahead',
};

function Dot({ mark }: { mark: Mark }) {
  return (
    <span className={`mark ${mark}`} aria-hidden="true">
      {mark === 'done' ? <Icon name="check" size={10} /> : mark === 'bad' ? <Icon name="close" size={10} /> : null}
    </span>
  );
}

/** Names people, oneself as such and who stands in for whom as "X for Y". */
function useNames(me: string) {
  const { t } = useTranslation('record');
  const one = (p: Person) => (p.id === me ? t('you', { name: p.name }) : p.name);
  const full = (p: Person, away?: Person) => (away ? t('standsFor', { name: one(p), away: away.name }) : one(p));
  return { one, full, all: (list: readonly (Person & { for?: Person })[]) => list.map((p) => full(p, p.for)).join(t('listSeparator')) };
}

/** A round of approval with its people, from submission to its end. */
export function RoundPath({ round, me }: { round: Round; me: string }) {
  const { t } = useTranslation('record');
  const format = useFormat();
  const names = useNames(me);
  const ahead = new Map(round.state === 'running' ? round.next?.map((s) => [s.key, s]) : []);
  return (
    <ol className="pathv">
      <li>
        <Dot mark="done" />
        <span className="who">{t('submittedBy', { name: names.one(round.initiator) })}</span>
        <time className="s">{format.moment(round.openedAt)}</time>
        {round.comment ? <span className="sub">{round.comment}</span> : null}
      </li>
      {round.steps.map((step) => {
        const next = step.state === 'waiting' ? ahead.get(step.key) : undefined;
        return next ? <NextStep key={step.key} step={next} me={me} /> : <LiveStep key={step.key} step={step} me={me} />;
      })}
      {round.state !== 'running' ? (
        <li>
          <Dot mark={round.state === 'passed' ? 'done' : 'bad'} />
          <span className="who">{t(`round.${round.state}`)}</span>
        </li>
      ) : null}
    </ol>
  );
}

/** A step that was entered, passed by or is still to come. */
function LiveStep({ step, me }: { step: RoundStep; me: string }) {
  const { t } = useTranslation('record');
  const text = useText();
  const names = useNames(me);
  const mark = markOf[step.state];
  const holders = step.slots.filter((s) => s.state !== 'transferred');
  const now = mark === 'now' && !step.parallel;
  return (
    <li className={`${now ? 'now' : step.state === 'skipped' ? 'skipped' : ''}${step.in ? ' branch' : ''}`} aria-current={now ? 'step' : undefined}>
      <Dot mark={mark} />
      <span className="who">
        {text(step.name, step.key)}
        {holders.length > 0 ? ` · ${holders.map((s) => names.full(s.person, s.for)).join(t('listSeparator'))}` : ''}
      </span>
      <span className={`tag${mark === 'now' ? ' acc' : mark === 'bad' ? ' bad' : mark === 'done' ? ' ok' : ''}`}>{t(`step.${step.state}`)}</span>
      <StepFacts mode={step.slots.length > 1 || step.parallel ? step.mode : undefined} reason={step.reason} {...(now && step.dueAt ? { dueAt: step.dueAt } : {})} />
      {step.slots
        .filter((s) => s.state !== 'open' || s.comment || s.asked)
        .map((s, i) => (
          <SlotLine key={s.taskId ?? `${s.person.id}.${i}`} slot={s} me={me} />
        ))}
    </li>
  );
}

/** What became of one person's decision. */
function SlotLine({ slot, me }: { slot: Slot; me: string }) {
  const { t } = useTranslation('record');
  const text = useText();
  const format = useFormat();
  const names = useNames(me);
  const asked = slot.asked && slot.by ? t(`asked.${slot.asked}`, { name: names.one(slot.by) }) : '';
  return (
    <span className="sub">
      {names.full(slot.person, slot.for)} {t(`slot.${slot.state}`)}
      {asked}
      {slot.reason && slot.state !== 'approved' ? ` · ${text(slot.reason)}` : ''}
      {slot.at ? ` · ${format.moment(slot.at)}` : ''}
      {slot.comment ? t('quoted', { text: slot.comment }) : ''}
    </span>
  );
}

function StepFacts({ mode, reason, dueAt }: { mode: Text | undefined; reason: Text | undefined; dueAt?: string }) {
  const text = useText();
  const format = useFormat();
  const { t } = useTranslation('record');
  const facts = [text(mode), text(reason), dueAt ? t('dueAt', { when: format.due(dueAt) }) : ''].filter(Boolean);
  return facts.length > 0 ? <span className="sub">{facts.join(' · ')}</span> : null;
}

/** A step to come, with the people as things stand. */
function NextStep({ step, me }: { step: PathStep; me: string }) {
  const { t } = useTranslation('record');
  const text = useText();
  const names = useNames(me);
  return (
    <li className={`${step.state === 'skipped' ? 'skipped' : ''}${step.in ? ' branch' : ''}`}>
      <Dot mark={step.state === 'blocked' ? 'bad' : 'ahead'} />
      <span className="who">
        {text(step.name, step.key)}
        {step.people.length > 0 ? ` · ${names.all(step.people)}` : step.pick ? ` · ${t(`pick.${step.pick}`)}` : ''}
      </span>
      {step.state === 'skipped' ? <span className="tag">{t('step.skipped')}</span> : null}
      <StepFacts mode={step.people.length > 1 || step.parallel ? step.mode : undefined} reason={step.reason} />
    </li>
  );
}

/** Who would be asked, before anything is submitted. */
export function PreviewPath({ preview, me, chain }: { preview: PathPreview; me: string; chain: string }) {
  const { t } = useTranslation('record');
  if (preview.skipped) return <p className="pad dim">{t('noApprovalNeeded')}</p>;
  if (preview.steps.length === 0) return <p className="pad dim">{t('chainOpens', { chain })}</p>;
  return (
    <ol className="pathv">
      {preview.steps.map((step) => (
        <NextStep key={step.key} step={step} me={me} />
      ))}
    </ol>
  );
}

/** Whom an approval was copied to, and who has read it when. */
export function Copies({ copies }: { copies: { user: Person; read?: string | null }[] }) {
  const { t } = useTranslation('record');
  const format = useFormat();
  if (copies.length === 0) return null;
  return (
    <div className="copies s">
      <span>{t('copiedTo')}</span>
      {copies.map((c, i) => (
        <span key={`${c.user.id}.${i}`} className={`tag${c.read ? ' ok' : ''}`}>
          {c.user.name} · {c.read ? t('readAt', { when: format.moment(c.read) }) : t('unread')}
        </span>
      ))}
    </div>
  );
}
