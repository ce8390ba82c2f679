import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { CalendarDay, CalendarYear } from '@/api/types';
import { useFormat } from '@/ui/locale';

const two = (n: number) => String(n).padStart(2, '0');

/** A year by months, weeks from Monday: days of rest, named days off and make-up days. */
export function YearGrid({ year, onDay }: { year: CalendarYear; onDay: (date: string) => void }) {
  const { t, i18n } = useTranslation('people');
  const today = useFormat().today();
  const names = useMemo(() => new Map(year.days.map((d) => [d.date, d])), [year.days]);
  const off = useMemo(() => new Set(year.off), [year.off]);
  const month = new Intl.DateTimeFormat(i18n.language, { month: 'long', timeZone: 'UTC' });
  const heads = [1, 2, 3, 4, 5, 6, 7].map((n) => new Intl.DateTimeFormat(i18n.language, { weekday: 'narrow', timeZone: 'UTC' }).format(Date.UTC(2024, 0, n)));
  return (
    <>
      <ul className="calendar-legend" aria-hidden="true">
        <li>
          <i className="off named">{t('mark.off')}</i>
          {t('legend.off')}
        </li>
        <li>
          <i className="work">{t('mark.work')}</i>
          {t('legend.work')}
        </li>
        <li>
          <i className="off">6</i>
          {t('legend.rest')}
        </li>
      </ul>
      <div className="calendar-months">
        {Array.from({ length: 12 }, (_, m) => {
          const first = new Date(Date.UTC(year.year, m, 1));
          const days = new Date(Date.UTC(year.year, m + 1, 0)).getUTCDate();
          return (
            <section key={m} aria-label={month.format(first)}>
              <h2>{month.format(first)}</h2>
              <div className="calendar-days">
                {heads.map((h, i) => (
                  <span key={i} className="head" aria-hidden="true">
                    {h}
                  </span>
                ))}
                {Array.from({ length: days }, (_, i) => {
                  const date = `${year.year}-${two(m + 1)}-${two(i + 1)}`;
                  return <Day key={date} date={date} column={i === 0 ? ((first.getUTCDay() + 6) % 7) + 1 : undefined} named={names.get(date)} off={off.has(date)} today={date === today} onDay={onDay} />;
                })}
              </div>
            </section>
          );
        })}
      </div>
    </>
  );
}

interface DayProps {
  date: string;
  column: number | undefined;
  named: CalendarDay | undefined;
  off: boolean;
  today: boolean;
  onDay: (date: string) => void;
}

function Day({ date, column, named, off, today, onDay }: DayProps) {
  const { t } = useTranslation('people');
  const worked = named !== undefined && !off;
  const kind = [off ? 'off' : '', off && named ? 'named' : '', worked ? 'work' : '', today ? 'today' : ''].filter(Boolean).join(' ');
  const label = [date, named?.name, off ? t('legend.off') : worked ? t('legend.work') : t('legend.common')].filter(Boolean).join(' · ');
  return (
    <button type="button" className={kind || undefined} style={column ? { gridColumnStart: column } : undefined} title={named?.name || undefined} onClick={() => onDay(date)}>
      <span aria-hidden="true">{Number(date.slice(8))}</span>
      <span className="hide">{label}</span>
      {named ? <small aria-hidden="true">{t(off ? 'mark.off' : 'mark.work')}</small> : null}
    </button>
  );
}
