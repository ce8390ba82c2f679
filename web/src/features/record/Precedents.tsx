import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '@/api/client';
import type { RecordFull, Text } from '@/api/types';
import { recordPath } from '@/records/actions';
import { Icon } from '@/ui/Icon';
import { useFormat } from '@/ui/locale';
import { useText } from '@/ui/text';
import './precedents.css';

/** How long so many stays took, in days: half no longer than median, nine of ten no longer than most. */
interface Took {
  n: number;
  median: string;
  most: string;
}

interface Precedents {
  enough: boolean;
  least: number;
  good?: 'won' | 'done';
  won: number;
  other: number;
  here?: string;
  ways: { to: string; name: Text; n: number; took: Took | null }[];
  wonTook: Took | null;
  otherTook: Took | null;
  habits: { kind: 'checklist' | 'activity'; key: string; name: Text; won: number; wonOf: number; other: number; otherOf: number }[];
  at: string;
  since: string;
  records: number;
}

/** As many ways as are worth a line each. */
const SHOWN = 3;

/** What closed records did that stood where this one stands; nothing where too few have closed. */
export function PrecedentsCard({ record }: { record: RecordFull }) {
  const { t } = useTranslation('record');
  const text = useText();
  const format = useFormat();
  const [why, setWhy] = useState(false);
  const { data } = useQuery({
    queryKey: ['precedents', record.id, record.stage],
    queryFn: ({ signal }) => api.get<Precedents>(`${recordPath(record.id)}/precedents`, { signal }),
    enabled: Boolean(record.open && record.stage),
    staleTime: 300_000,
    retry: false, // the page does without
  });
  if (!data?.enough || !record.open) return null;
  const good = data.good ?? 'won';
  const all = data.won + data.other;
  const days = (n: string) => (Number(n) < 1 ? t('past.underOneDay') : t('past.days', { days: n.replace(/\.\d+$/, '') }));
  const spell = (took: Took) => (days(took.median) === days(took.most) ? days(took.most) : t('past.spell', { median: days(took.median), most: days(took.most) }));
  const long = data.here !== undefined && data.wonTook !== null && Number(data.here) > Number(data.wonTook.most) && Number(data.here) >= 1;
  const isDone = (h: Precedents['habits'][number]) => (h.kind === 'checklist' ? record.checklist : record.activities)?.some((x) => x.key === h.key && x.done);
  const habits = data.habits.filter((h) => !isDone(h));
  return (
    <section className="card" aria-label={t('past.title')}>
      <header>
        <h2>{t('past.title')}</h2>
        <span className="sp" />
        <button type="button" className="link s" aria-expanded={why} onClick={() => setWhy(!why)}>
          {t('past.why')}
        </button>
      </header>
      <div className="past">
        <p>{t(`past.ended.${good}`, { n: data.won, of: all })}</p>
        {data.ways.length > 0 ? (
          <>
            <h3 className="s">{t(`past.ways.${good}`)}</h3>
            <ul aria-label={t(`past.ways.${good}`)}>
              {data.ways.slice(0, SHOWN).map((way) => (
                <li key={way.to}>
                  <span className="row">
                    <Icon name="arrow" size={14} className="dim" />
                    <b className="el sp">{text(way.name, way.to)}</b>
                    <span className="num">{t('past.of', { n: way.n, of: data.won })}</span>
                  </span>
                  <span className="bar4" aria-hidden="true">
                    <i style={{ width: `${(way.n / data.won) * 100}%` }} />
                  </span>
                  {way.took ? <span className="s">{t('past.after', { spell: spell(way.took) })}</span> : null}
                </li>
              ))}
            </ul>
          </>
        ) : null}
        {data.here !== undefined && data.wonTook ? (
          <p className={long ? 'warn' : 's'}>{t(long ? `past.long.${good}` : 'past.here', { days: days(data.here) })}</p>
        ) : null}
        {data.otherTook ? <p className="s">{t(`past.otherTook.${good}`, { spell: spell(data.otherTook) })}</p> : null}
        {habits.length > 0 ? (
          <>
            <h3 className="s">{t(`past.habits.${good}`)}</h3>
            <ul>
              {habits.map((h) => (
                <li key={`${h.kind}.${h.key}`}>
                  <span>{text(h.name, h.key)}</span>
                  <span className="s">{t(`past.habit.${good}`, { won: h.won, wonOf: h.wonOf, other: h.other, otherOf: h.otherOf })}</span>
                </li>
              ))}
            </ul>
          </>
        ) : null}
        {why ? <p className="s counted">{t(`past.counted.${good}`, { n: data.records, since: format.date(data.since), at: format.moment(data.at), least: data.least })}</p> : null}
      </div>
    </section>
  );
}
