import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Button } from 'antd';
import { useEffect, useMemo, useRef, type KeyboardEvent, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { present } from '@/api/base';
import { agendaQuery } from '@/api/queries';
import type { AgendaItem } from '@/api/types';
import { Icon } from '@/ui/Icon';
import { useFormat } from '@/ui/locale';
import { ErrorBox, Skeleton } from '@/ui/States';
import { useText } from '@/ui/text';
import { usePhone } from '@/ui/useMedia';
import { addDays, addMonths, dayByKey, isDay, monthDays, sevenDays } from './days';
import './agenda.css';

/** How many things a cell of the month shows; the day beside it shows all. */
const inCell = 3;

interface Props {
  day: string | undefined;
  onDay: (day: string) => void;
}

/** My work in time: a month with the day beside it at a desk, seven days from today on a phone. */
export function Agenda({ day, onDay }: Props) {
  const { t, i18n } = useTranslation('home');
  const format = useFormat();
  const phone = usePhone();
  const today = format.today();
  const chosen = isDay(day) ? day : today;
  const days = phone ? sevenDays(chosen) : monthDays(chosen);
  const { data, error, isPending, refetch } = useQuery({ ...agendaQuery(days[0]!, addDays(days.at(-1)!, 1)), placeholderData: keepPreviousData });
  const byDay = useMemo(() => {
    const map = new Map<string, AgendaItem[]>();
    for (const item of data?.items ?? []) {
      const on = item.at ? format.date(item.at) : (item.day ?? '');
      map.set(on, [...(map.get(on) ?? []), item]);
    }
    return map;
  }, [data, format]);
  const spoken = new Intl.DateTimeFormat(i18n.language, { month: 'long', day: 'numeric', weekday: 'short', timeZone: 'UTC' });
  const long = (d: string) => spoken.format(new Date(`${d}T00:00:00Z`));
  const title = phone
    ? t('agendaWeek', { from: long(days[0]!), to: long(days.at(-1)!) })
    : new Intl.DateTimeFormat(i18n.language, { year: 'numeric', month: 'long', timeZone: 'UTC' }).format(new Date(`${chosen}T00:00:00Z`));
  const step = (n: number) => onDay(phone ? addDays(chosen, 7 * n) : addMonths(chosen, n));
  return (
    <>
      <div className="agenda-bar">
        <Button aria-label={t(phone ? 'agendaWeekBefore' : 'agendaMonthBefore')} icon={<Icon name="left" />} onClick={() => step(-1)} />
        <Button aria-label={t(phone ? 'agendaWeekAfter' : 'agendaMonthAfter')} icon={<Icon name="right" />} onClick={() => step(1)} />
        <Button onClick={() => onDay(today)}>{t('agendaToday')}</Button>
        <h2 aria-live="polite">{title}</h2>
      </div>
      {error ? <ErrorBox error={error} onRetry={() => void refetch()} /> : null}
      {data?.more ? <p className="s">{t('agendaMore')}</p> : null}
      {phone ? (
        days.map((d) => (
          <Day key={d} title={<span className={d === today ? 'acc' : undefined}>{long(d)}</span>} label={long(d)} items={byDay.get(d) ?? []} pending={isPending} />
        ))
      ) : (
        <div className="agenda">
          <Month days={days} chosen={chosen} today={today} byDay={byDay} long={long} title={title} onDay={onDay} />
          <Day title={long(chosen)} label={long(chosen)} items={byDay.get(chosen) ?? []} pending={isPending} />
        </div>
      )}
    </>
  );
}

interface MonthProps {
  days: string[];
  chosen: string;
  today: string;
  byDay: ReadonlyMap<string, AgendaItem[]>;
  long: (day: string) => string;
  title: string;
  onDay: (day: string) => void;
}

/** Six weeks from Monday. The arrow keys go from day to day; what stands on a day can be opened with the mouse, and by keyboard in the list beside. */
function Month({ days, chosen, today, byDay, long, title, onDay }: MonthProps) {
  const { t, i18n } = useTranslation('home');
  const grid = useRef<HTMLTableElement>(null);
  const byKey = useRef(false);
  useEffect(() => {
    if (byKey.current) grid.current?.querySelector<HTMLElement>(`[data-day="${chosen}"]`)?.focus();
    byKey.current = false;
  }, [chosen]);
  const go = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const next = dayByKey(chosen, event.key);
    if (!next) return;
    event.preventDefault();
    byKey.current = true;
    onDay(next);
  };
  const weekday = new Intl.DateTimeFormat(i18n.language, { weekday: 'short', timeZone: 'UTC' });
  return (
    <div className="card agenda-month">
      <table role="grid" aria-label={title} ref={grid} onKeyDown={go}>
        <thead>
          <tr>
            {days.slice(0, 7).map((d) => (
              <th key={d} scope="col">
                {weekday.format(new Date(`${d}T00:00:00Z`))}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {[0, 7, 14, 21, 28, 35].map((w) => (
            <tr key={days[w]}>
              {days.slice(w, w + 7).map((d) => {
                const items = byDay.get(d) ?? [];
                return (
                  <td key={d} aria-selected={d === chosen} className={`${d.slice(0, 7) === chosen.slice(0, 7) ? '' : 'other'}${d === today ? ' today' : ''}`}>
                    <button type="button" data-day={d} tabIndex={d === chosen ? 0 : -1} aria-current={d === today ? 'date' : undefined} onClick={() => onDay(d)}>
                      <span aria-hidden="true">{Number(d.slice(8))}</span>
                      <span className="hide">{items.length > 0 ? t('agendaDay', { day: long(d), count: items.length }) : long(d)}</span>
                    </button>
                    {items.length > 0 ? (
                      <ul>
                        {items.slice(0, inCell).map((item, i) => (
                          <li key={i} className={`el ${item.kind}`}>
                            <To item={item} tabIndex={-1}>
                              <Title item={item} />
                            </To>
                          </li>
                        ))}
                        {items.length > inCell ? <li className="s">{t('agendaRest', { count: items.length - inCell })}</li> : null}
                      </ul>
                    ) : null}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Day({ title, label, items, pending }: { title: ReactNode; label: string; items: AgendaItem[]; pending: boolean }) {
  const { t } = useTranslation('home');
  return (
    <section className="card" aria-label={label}>
      <header>
        <h2>{title}</h2>
        <span className="s">{items.length || (pending ? '' : t('agendaNone'))}</span>
      </header>
      {pending ? <Skeleton rows={2} /> : null}
      <ul>
        {items.map((item, i) => (
          <One key={i} item={item} />
        ))}
      </ul>
    </section>
  );
}

function One({ item }: { item: AgendaItem }) {
  const { t } = useTranslation('home');
  const text = useText();
  const format = useFormat();
  const late = item.at ? Date.parse(item.at) < present() : (item.day ?? '') < format.today();
  const name = text(item.name);
  return (
    <li className="line two">
      <span className="sp">
        <To item={item}>
          <Title item={item} />
        </To>
        <span className="s el">{[item.kind === 'due' ? t('agendaDue') : name, text(item.record?.stage)].filter(Boolean).join(' · ')}</span>
      </span>
      {item.at ? <time dateTime={item.at} className={`s when${late ? ' bad' : ''}`}>{format.full(item.at).slice(11)}</time> : late ? <span className="s when bad">{t('agendaPast')}</span> : null}
    </li>
  );
}

function Title({ item }: { item: AgendaItem }) {
  const text = useText();
  return <>{item.record?.title || item.record?.number || text(item.name)}</>;
}

/** To where it is dealt with: a decision in the inbox, the rest on the record. */
function To({ item, tabIndex, children }: { item: AgendaItem; tabIndex?: number; children: ReactNode }) {
  const more = { className: 'el', ...(tabIndex === undefined ? {} : { tabIndex }) };
  if (item.task && item.taskKind !== 'todo' && item.taskKind !== 'activity') {
    return (
      <Link to="/inbox" search={{ task: item.task }} {...more}>
        {children}
      </Link>
    );
  }
  return item.record ? (
    <Link to="/r/$id" params={{ id: item.record.id }} {...more}>
      {children}
    </Link>
  ) : (
    <span className="el">{children}</span>
  );
}
