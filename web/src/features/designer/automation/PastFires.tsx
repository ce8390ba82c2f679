import { Link } from '@tanstack/react-router';
import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '@/api/client';
import type { Automation } from '@/model/definition';
import type { Problem } from '@/model/problem';
import { useFormat } from '@/ui/locale';
import { useErrorText } from '@/ui/States';
import { useText } from '@/ui/text';
import { Part } from '../controls/Row';
import { useDefinition, useDraft } from '../context';

/** How often an automation of the draft would have run in the last 30 days. */
interface Replayed {
  /** By what it is held against the past; empty when it cannot be. */
  how: 'events' | 'dates' | 'schedule' | '';
  from: string;
  to: string;
  count: number;
  /** The count of each day, today's last. */
  days: number[];
  /** How many records there are, those one may not read included. */
  found: number;
  records: { id: string; title: string; number: string; times: number; last: string }[];
  looked: number;
  partial: boolean;
  withheld: number;
  failed: number;
  problem: Problem | null;
}

/** Holds the automation as it stands in the draft against what has happened: how often it would have run, on which days and records. */
export function PastFires({ auto }: { auto: Automation }) {
  const { t } = useTranslation('designer');
  const app = useDraft((s) => s.app);
  const def = useDefinition();
  const errorText = useErrorText();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState('');
  const [found, setFound] = useState<{ of: Automation; replayed: Replayed }>();
  const look = async () => {
    setBusy(true);
    setError('');
    try {
      const replayed = await api.post<Replayed>(`/apps/${app}/draft/replay`, { definition: def, automation: auto.key });
      if (replayed) setFound({ of: auto, replayed });
    } catch (caught) {
      setFound(undefined);
      setError(errorText(caught));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Part
      title={t('replay')}
      action={
        <Button size="small" loading={busy} onClick={() => void look()}>
          {t('replayRun')}
        </Button>
      }
    >
      {error ? <p className="notice warn">{error}</p> : null}
      {found ? <Outcome {...found} stale={found.of !== auto} /> : <p className="s">{t('replayHint')}</p>}
    </Part>
  );
}

function Outcome({ of, replayed: r, stale }: { of: Automation; replayed: Replayed; stale: boolean }) {
  const { t } = useTranslation('designer');
  const format = useFormat();
  const text = useText();
  if (r.how === '') return <p className="s">{t(of.on?.webhook === undefined ? 'replayNotTimers' : 'replayNotCalls')}</p>;
  const most = Math.max(1, ...r.days);
  const day = (i: number) => new Date(new Date(r.to).getTime() - (r.days.length - 1 - i) * 86_400_000).toISOString();
  return (
    <>
      <p role="status">
        <b className="d-figure">{format.number(String(r.count))}</b> {t(r.how === 'schedule' ? 'replayTicks' : 'replayTimes', { count: r.count, records: r.found })}
      </p>
      {stale ? <p className="notice warn">{t('replayStale')}</p> : null}
      <ol className="d-days" aria-label={t('replayDays')}>
        {r.days.map((n, i) => (
          // A day is its place in the row.
          // eslint-disable-next-line react/no-array-index-key
          <li key={i} title={t('replayDay', { day: format.date(day(i)), count: n })}>
            <i style={{ height: `${n === 0 ? 2 : Math.max(8, Math.round((n / most) * 100))}%` }} className={n === 0 ? 'none' : ''} />
            <span className="hide">{t('replayDay', { day: format.date(day(i)), count: n })}</span>
          </li>
        ))}
      </ol>
      {r.how === 'schedule' && of.each ? <p className="s">{t('replayNow', { count: r.found })}</p> : null}
      {r.records.length > 0 ? (
        <ul className="d-replayed">
          {r.records.map((one) => (
            <li key={one.id}>
              <Link to="/r/$id" params={{ id: one.id }} className="el">
                {one.title || one.number || one.id}
              </Link>
              {r.how === 'schedule' ? null : (
                <span className="s">
                  {one.times > 1 ? `${t('replayN', { count: one.times })} · ` : ''}
                  {format.moment(one.last)}
                </span>
              )}
            </li>
          ))}
        </ul>
      ) : null}
      {r.found > r.records.length ? <p className="s">{t('replayMore', { count: r.found - r.records.length })}</p> : null}
      {r.failed > 0 ? <p className="notice warn">{t('replayFailed', { count: r.failed, why: text(r.problem?.message) })}</p> : null}
      {r.withheld > 0 ? <p className="s">{t('replayWithheld', { count: r.withheld })}</p> : null}
      {r.partial ? <p className="notice warn">{t('replayPartial', { count: r.looked })}</p> : null}
      <p className="s">{t('replayAsNow')}</p>
    </>
  );
}
