import { useTranslation } from 'react-i18next';
import { present } from '@/api/base';
import type { PathStage, RecordFull } from '@/api/types';
import type { Process } from '@/model/definition';
import { stageColor, stageOf, wholeDays } from '@/records/model';
import { daysSince } from '@/ui/format';
import { Icon } from '@/ui/Icon';
import { useText } from '@/ui/text';

/** The stages a record goes through, with where it stands and how long it may stay. */
export function StagePath({ record, process }: { record: RecordFull; process: Process | undefined }) {
  const { t } = useTranslation('record');
  const text = useText();
  // Of several ends only the one reached is drawn, or the good one that lies ahead.
  const good = record.path?.find((s) => s.end === 'won' || s.end === 'done');
  const stages = (record.path ?? []).filter((s) => !s.end || s.state === 'current' || (s === good && record.open));
  if (stages.length === 0) return null;
  const at = stages.findIndex((s) => s.state === 'current');
  const current = stages[at];
  return (
    <div className="stages">
      <ol aria-label={t('path')}>
        {stages.map((s, i) => (
          <Step key={s.key} stage={s} before={i < at} record={record} color={stageColor(process, s)} name={text(s.name, s.key)} />
        ))}
      </ol>
      {current ? <b className="narrow-only">{text(current.name, current.key)}{record.progress && record.progress.of > 0 && record.open ? ` ${record.progress.met}/${record.progress.of}` : ''}</b> : null}
      {record.open ? <Stay record={record} process={process} /> : null}
    </div>
  );
}

function Step({ stage, before, record, color, name }: { stage: PathStage; /** Earlier in the process, visited or not. */ before: boolean; record: RecordFull; color: string; name: string }) {
  const { t } = useTranslation('record');
  const now = stage.state === 'current';
  const lost = now && (stage.end === 'lost' || stage.end === 'cancelled');
  return (
    <li className={`${stage.state}${before ? ' before' : ''}${lost ? ' lost' : ''}`} aria-current={now ? 'step' : undefined} style={{ '--c': color } as React.CSSProperties}>
      <span className="ring" aria-hidden="true">
        {stage.state === 'done' || (now && stage.end && !lost) ? <Icon name="check" size={12} /> : lost ? <Icon name="close" size={12} /> : now ? <i /> : null}
      </span>
      <span className="el" title={name}>{name}</span>
      {now && record.progress && record.progress.of > 0 && !stage.end ? (
        <b className="acc" title={t('met', record.progress)}>
          {record.progress.met}/{record.progress.of}
        </b>
      ) : null}
      {stage.state === 'done' ? <span className="hide">{t('stageDone')}</span> : null}
    </li>
  );
}

/** "停留 6 天 / 21 天" with its bar. */
function Stay({ record, process }: { record: RecordFull; process: Process | undefined }) {
  const { t } = useTranslation('record');
  if (!record.since) return null;
  const days = daysSince(record.since, present());
  const limit = wholeDays(stageOf(process, record.stage)?.due);
  const share = limit > 0 ? days / limit : 0;
  const state = share > 1 ? 'bad' : share >= 0.8 ? 'warn' : '';
  return (
    <span className={`stay s ${state}`}>
      {limit > 0 ? t('stayLimit', { days, limit }) : t('stay', { days })}
      {limit > 0 ? (
        <span className={`bar4 ${state}`} aria-hidden="true">
          <i style={{ width: `${Math.min(100, share * 100)}%` }} />
        </span>
      ) : null}
    </span>
  );
}
