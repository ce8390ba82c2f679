import { useTranslation } from 'react-i18next';
import type { PathPreview, Person, Round, RoundStep, Text } from '@/api/types';
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

/** A round of approval with its people, from submission to its end. */
export function RoundPath({ round, me }: { round: Round; me: string }) {
  const { t } = useTranslation('record');
  const text = useText();
  const format = useFormat();
  const name = (p: Person) => (p.id === me ? t('you', { name: p.name }) : p.name);
  return (
    <ol className="pathv">
      <li>
        <Dot mark="done" />
        <span className="who">{t('submittedBy', { name: name(round.initiator) })}</span>
        <time className="s">{format.moment(round.openedAt)}</time>
        {round.comment ? <span className="sub">{round.comment}</span> : null}
      </li>
      {round.steps.map((step) => {
        const mark = markOf[step.state];
        return (
          <li key={step.key} className={mark === 'now' ? 'now' : step.state === 'skipped' ? 'skipped' : ''} aria-current={mark === 'now' ? 'step' : undefined}>
            <Dot mark={mark} />
            <span className="who">
              {text(step.name, step.key)}
              {step.slots.length > 0 ? ` · ${step.slots.map((s) => name(s.person)).join(t('listSeparator'))}` : ''}
            </span>
            <span className={`tag${mark === 'now' ? ' acc' : mark === 'bad' ? ' bad' : mark === 'done' ? ' ok' : ''}`}>{t(`step.${step.state}`)}</span>
            <StepFacts mode={step.slots.length > 1 ? step.mode : undefined} reason={step.reason} {...(mark === 'now' && step.dueAt ? { dueAt: step.dueAt } : {})} />
            {step.slots
              .filter((s) => s.state !== 'open' || s.comment)
              .map((s) => (
                <span className="sub" key={s.taskId ?? s.person.id}>
                  {name(s.person)} {t(`slot.${s.state}`)}
                  {s.at ? ` · ${format.moment(s.at)}` : ''}
                  {s.comment ? t('quoted', { text: s.comment }) : ''}
                </span>
              ))}
          </li>
        );
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

function StepFacts({ mode, reason, dueAt }: { mode: Text | undefined; reason: Text | undefined; dueAt?: string }) {
  const text = useText();
  const format = useFormat();
  const { t } = useTranslation('record');
  const facts = [text(mode), text(reason), dueAt ? t('dueAt', { when: format.due(dueAt) }) : ''].filter(Boolean);
  return facts.length > 0 ? <span className="sub">{facts.join(' · ')}</span> : null;
}

/** Who would be asked, before anything is submitted. */
export function PreviewPath({ preview, me, chain }: { preview: PathPreview; me: string; chain: string }) {
  const { t } = useTranslation('record');
  const text = useText();
  const name = (p: Person) => (p.id === me ? t('you', { name: p.name }) : p.name);
  if (preview.skipped) return <p className="pad dim">{t('noApprovalNeeded')}</p>;
  if (preview.steps.length === 0) return <p className="pad dim">{t('chainOpens', { chain })}</p>;
  return (
    <ol className="pathv">
      {preview.steps.map((step) => (
        <li key={step.key} className={step.state === 'skipped' ? 'skipped' : ''}>
          <Dot mark="ahead" />
          <span className="who">
            {text(step.name, step.key)}
            {step.people.length > 0 ? ` · ${step.people.map(name).join(t('listSeparator'))}` : ''}
          </span>
          {step.state === 'skipped' ? <span className="tag">{t('step.skipped')}</span> : null}
          <StepFacts mode={step.people.length > 1 ? step.mode : undefined} reason={step.reason} />
        </li>
      ))}
    </ol>
  );
}
