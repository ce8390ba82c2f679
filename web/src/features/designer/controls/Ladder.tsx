import { Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { TASK_ACTIONS, type Due, type DueAction, type DueStep, type Who } from '@/model/definition';
import { AT } from '@/model/due';
import { formatDuration, parseDuration } from '@/model/duration';
import type { Path } from '@/model/path';
import { problemsUnder } from '@/model/problem';
import { useDurationText } from '@/ui/flowWords';
import { useDraft, useSlot } from '../context';
import { DurationInput } from './DurationInput';
import { AddButton, IconButton, Problems } from './Row';
import { useWhoText, WhoList } from './Who';

interface Props {
  at: Path;
  label: string;
  form: string;
  /** What a rung may do. */
  actions: readonly DueAction[];
  /** The rungs are about the owner of the record, who has its stage to see to. */
  owner?: boolean;
  /** They stand around a moment: before it, at it or after it. */
  around?: boolean;
}

/** What happens when something takes too long, one rung after the other: after how long, what, and who is told or takes over. */
export function Ladder({ at, label, form, actions, owner = false, around = false }: Props) {
  const { t } = useTranslation('designer');
  const all = useDraft((s) => s.problems);
  const known = useSlot<DueStep[] | string>(at).value;
  const list = Array.isArray(known) ? known : [];
  const slot = useSlot<DueStep[] | string>(
    at,
    list.map((_d, i) => String(i)),
  );
  const say = useRungText(form, owner, around);
  const put = (next: DueStep[]) => slot.set(next.length === 0 ? undefined : next);
  const change = (i: number, next: DueStep) => put(list.with(i, next));
  return (
    <>
      <ol className="d-ladder" aria-label={label}>
        {list.map((d, i) => (
          // A rung has no key; its order is its identity.
          // oxlint-disable-next-line react/no-array-index-key
          <li key={i} data-path={`${slot.path}/${i}`}>
            <div className="d-rung">
              {around ? (
                <AroundInput n={i + 1} value={d.after} onChange={(after) => change(i, { ...d, after })} onBlur={slot.settle} />
              ) : (
                <DurationInput
                  label={t('lateAfter', { n: i + 1 })}
                  value={d.after}
                  onChange={(after) => after && change(i, { ...d, after })}
                  onBlur={slot.settle}
                />
              )}
              <Select
                className="sp"
                aria-label={t('lateDo', { n: i + 1 })}
                value={d.do}
                options={actions.map((a) => ({ value: a, label: owner ? t(`lateOwner_${a}`) : t(`late_${a}`) }))}
                onChange={(v: DueAction) =>
                  change(i, v === 'transfer' ? { ...d, do: v, to: d.to ?? [{ managerOf: 'owner', level: 2 }] } : { after: d.after, do: v })
                }
              />
              <IconButton icon="close" label={t('remove')} onClick={() => put(list.toSpliced(i, 1))} />
            </div>
            {d.do === 'transfer' || d.do === 'escalate' ? (
              <WhoList
                label={t(d.do === 'transfer' ? 'lateTo' : owner ? 'lateTellOwner' : 'lateTell')}
                form={form}
                value={d.to}
                onChange={(to: Who[] | undefined) => change(i, to === undefined ? { after: d.after, do: d.do } : { ...d, to })}
              />
            ) : null}
            <p className="s">{say(d)}</p>
            <Problems list={problemsUnder(all, `${slot.path}/${i}`)} />
          </li>
        ))}
      </ol>
      <AddButton onClick={() => put([...list, next(list, around)])}>{t('addRung')}</AddButton>
      <Problems list={slot.problems} />
    </>
  );
}

/** Whether a rung comes before a moment, at it or after it, and by how much. */
function AroundInput({ n, value, onChange, onBlur }: { n: number; value: string; onChange: (after: string) => void; onBlur: () => void }) {
  const { t } = useTranslation('designer');
  const side = value === AT ? '' : value.startsWith('-') ? '-' : '+';
  const span = side === '' ? 'P1D' : value.replace(/^-/, '');
  const say = (s: string, d: string) => onChange(s === '' ? AT : s === '-' ? `-${d}` : d);
  return (
    <div className="d-around">
      <Select
        aria-label={t('lateSide', { n })}
        value={side}
        options={[
          { value: '-', label: t('lateBefore') },
          { value: '', label: t('lateAt') },
          { value: '+', label: t('latePast') },
        ]}
        onChange={(s) => say(s, span)}
      />
      {side === '' ? null : <DurationInput label={t('lateBy', { n })} value={span} onChange={(d) => d && say(side, d)} onBlur={onBlur} />}
    </div>
  );
}

/** A first rung reminds; each further one comes as long after the last as that one took, and goes up. */
function next(list: readonly DueStep[], around: boolean): DueStep {
  const last = parseDuration(list.at(-1)?.after ?? '');
  if (list.length === 0) return { after: around ? AT : 'P1BD', do: 'remind' };
  return { after: last && last.n > 0 ? formatDuration(last.n * 2, last.unit) : around ? 'P1BD' : 'P3BD', do: 'escalate' };
}

/** A rung as a sentence. */
function useRungText(form: string, owner: boolean, around: boolean): (d: DueStep) => string {
  const { t } = useTranslation('designer');
  const duration = useDurationText();
  const who = useWhoText(form);
  return (d) => {
    const people = who(d.to);
    const own = owner && (d.do === 'remind' || d.do === 'transfer' || (d.do === 'escalate' && people === ''));
    const what = own
      ? t(`rungOwner_${d.do}`, { who: people })
      : d.do === 'escalate'
        ? people === ''
          ? t('rung_escalate')
          : t('rung_tell', { who: people })
        : d.do === 'transfer'
          ? t('rung_transfer', { who: people })
          : t(`rung_${d.do}`);
    if (around && d.after === AT) return t('rungAt', { what });
    if (around && d.after.startsWith('-')) return t('rungBefore', { after: duration(d.after.slice(1)), what });
    return t(around ? 'rungPast' : 'rungText', { after: duration(d.after), what });
  };
}

/** The rungs of a task, beside its time: the usual ones until others are written. `at` is what has the time and the rungs. */
export function LadderPart({ at, form }: { at: Path; form: string }) {
  const { t } = useTranslation('designer');
  const due = useSlot<string>([...at, 'due']);
  const ladder = useSlot<DueStep[]>([...at, 'ladder']);
  if (due.value === undefined && ladder.value === undefined) return null;
  return (
    <div className="d-row" role="group" aria-label={t('late')}>
      <div className="d-label">
        <span>{t('late')}</span>
        {ladder.value === undefined ? null : (
          <span className="d-act">
            <button type="button" className="link" onClick={() => ladder.set(undefined)}>
              {t('ladderUsual')}
            </button>
          </span>
        )}
      </div>
      {ladder.value === undefined ? (
        <>
          <p className="s">{t('ladderHint')}</p>
          <AddButton onClick={() => ladder.set(spelled(due.value))}>{t('ladderOwn')}</AddButton>
          <Problems list={ladder.problems} />
        </>
      ) : (
        <Ladder at={[...at, 'ladder']} label={t('late')} form={form} actions={TASK_ACTIONS} />
      )}
    </div>
  );
}

function spelled(due: string | undefined): DueStep[] {
  const first: DueStep = { after: due ?? 'P1BD', do: 'remind' };
  return [first, next([first], false)];
}

/** The rungs of a stage: as its time goes by, or as nobody works on the record. Until some are written, its owner is reminded once. */
export function StageLadder({ at, of, form }: { at: Path; of: 'due' | 'idle'; form: string }) {
  const { t } = useTranslation('designer');
  const time = useSlot<Due>([...at, of]);
  const path = [...at, of === 'due' ? 'ladder' : 'idleLadder'];
  const ladder = useSlot<DueStep[]>(path);
  if (time.value === undefined && ladder.value === undefined) return null;
  const label = t(`stageLate_${of}`);
  const around = typeof time.value === 'object';
  return (
    <div className="d-row" role="group" aria-label={label}>
      <div className="d-label">
        <span>{label}</span>
        {ladder.value === undefined ? null : (
          <span className="d-act">
            <button type="button" className="link" onClick={() => ladder.set(undefined)}>
              {t('ladderUsual')}
            </button>
          </span>
        )}
      </div>
      {ladder.value === undefined ? (
        <>
          <p className="s">{t(`stageLateHint_${of}`)}</p>
          <AddButton onClick={() => ladder.set(around ? [{ after: AT, do: 'remind' }, next([{ after: AT, do: 'remind' }], true)] : spelled(time.value as string | undefined))}>
            {t('ladderOwn')}
          </AddButton>
          <Problems list={ladder.problems} />
        </>
      ) : (
        <Ladder at={path} label={label} form={form} actions={TASK_ACTIONS} owner around={around} />
      )}
    </div>
  );
}
