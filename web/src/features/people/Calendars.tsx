import { useQuery } from '@tanstack/react-query';
import { Button, Select } from 'antd';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, isApiError } from '@/api/client';
import { calendarsQuery, calendarYearQuery, meQuery, queryClient, teamsQuery } from '@/api/queries';
import type { CalendarYear } from '@/api/types';
import { Icon } from '@/ui/Icon';
import { useCompany, useFormat } from '@/ui/locale';
import { ErrorBox, Skeleton, useErrorText } from '@/ui/States';
import { useText } from '@/ui/text';
import { toast } from '@/ui/toast';
import { CalendarChange, DayDialog, type Change } from './CalendarDialogs';
import { YearGrid } from './YearGrid';
import './calendars.css';

/** What a file may hold at most, in bytes; a real year has some 4 kB. */
const MAX_FILE = 256 * 1024;

/** The working calendars: a year as a grid, by team; whole years are uploaded, single days changed. */
export function Calendars() {
  const { t } = useTranslation(['people', 'common']);
  const text = useText();
  const format = useFormat();
  const errorText = useErrorText();
  const [team, setTeam] = useState('');
  const [year, setYear] = useState(() => Number(format.today().slice(0, 4)));
  const { data: teams } = useQuery(teamsQuery());
  const all = useQuery(calendarsQuery());
  const shown = useQuery(calendarYearQuery(team, year));
  const [day, setDay] = useState<string>();
  const [change, setChange] = useState<Change>();
  const [wrong, setWrong] = useState<string[]>([]);
  const file = useRef<HTMLInputElement>(null);
  const teamName = (key: string) => (key ? text(teams?.find((x) => x.key === key)?.name, key) : t('companyCalendar'));
  const own = (key: string) => all.data?.items.some((it) => it.team === key && (it.years.length > 0 || it.week));
  const y = shown.data;

  /** What is wrong with a file, and on which of its days. */
  const inFile = ({ path, message }: { path: string; message: string }, body: unknown) => {
    const at = /^\/days\/(\d+)/.exec(path)?.[1];
    if (at === undefined) return path === '/days' ? message : `${path} — ${message}`;
    const day = (body as { days?: { name?: unknown; date?: unknown }[] }).days?.[Number(at)];
    const said = [day?.name, day?.date].filter((v) => typeof v === 'string' && v !== '').join(' ');
    return said ? t('fileDay', { n: Number(at) + 1, day: said, why: message }) : t('fileDayNo', { n: Number(at) + 1, why: message });
  };

  const upload = async (chosen: File | undefined) => {
    setWrong([]);
    if (!chosen || !y) return;
    if (chosen.size > MAX_FILE) {
      setWrong([t('fileTooLarge')]);
      return;
    }
    let body: unknown;
    try {
      body = JSON.parse(await chosen.text());
      const next = await api.put<CalendarYear>('/calendars/year', body, { query: { team, version: y.version, preview: true } });
      setYear(next.year);
      setChange({ team, year: next.year, version: y.version, body, moves: next.moves });
    } catch (caught) {
      if (caught instanceof SyntaxError) setWrong([t('fileNoJson')]);
      else if (isApiError(caught) && caught.details.length > 0) setWrong(caught.details.slice(0, 5).map((d) => inFile(d, body)));
      else setWrong([errorText(caught)]);
    }
  };
  const prepare = async (next: Omit<Change, 'moves'>) => {
    try {
      const query = { team: next.team, version: next.version, year: next.year, preview: true };
      const asked =
        next.week === undefined
          ? next.body
            ? api.put<CalendarYear>('/calendars/year', next.body, { query })
            : api.delete<CalendarYear>('/calendars/year', { query })
          : api.put<CalendarYear>('/calendars/week', { week: next.week }, { query });
      setChange({ ...next, moves: (await asked).moves });
      setDay(undefined);
    } catch (caught) {
      toast(errorText(caught), { kind: 'bad' });
      if (isApiError(caught, 'calendar.changed')) await queryClient.invalidateQueries({ queryKey: ['calendars'] });
    }
  };

  return (
    <div className="body calendars">
      {all.data && all.data.missing.length > 0 ? (
        <p className="notice warn" role="status">
          {t('yearMissing', { years: all.data.missing.join(t('listSeparator')) })}
        </p>
      ) : null}
      {all.data?.recounting ? (
        <p className="notice" role="status">
          {t('recounting')}
        </p>
      ) : null}
      <section className="card" aria-label={t('tab.calendars')}>
        <header className="calendar-bar">
          <Select
            className="calendar-team"
            aria-label={t('calendarOf')}
            value={team}
            onChange={setTeam}
            options={['', ...(teams ?? []).map((x) => x.key)].map((key) => ({ value: key, label: own(key) && key ? `${teamName(key)} · ${t('ownCalendar')}` : teamName(key) }))}
          />
          <span className="calendar-year">
            <Button aria-label={t('yearBefore')} icon={<Icon name="caretLeft" size={14} />} onClick={() => setYear(year - 1)} />
            <b aria-live="polite">{year}</b>
            <Button aria-label={t('yearAfter')} icon={<Icon name="caretRight" size={14} />} onClick={() => setYear(year + 1)} />
          </span>
          <span className="sp" />
          {y?.source === 'own' ? <Button onClick={() => void prepare({ team, year, version: y.version })}>{t('dropYear')}</Button> : null}
          <Button type="primary" icon={<Icon name="plus" />} disabled={!y} onClick={() => file.current?.click()}>
            {t('uploadYear')}
          </Button>
          <input
            ref={file}
            type="file"
            hidden
            accept="application/json,.json"
            aria-label={t('uploadYear')}
            onChange={(e) => {
              const chosen = e.target.files?.[0];
              e.target.value = '';
              void upload(chosen);
            }}
          />
        </header>
        {wrong.length > 0 ? (
          <div className="notice bad calendar-wrong" role="alert">
            <div>
              <b>{t('fileWrong')}</b>
              <ul>
                {wrong.map((line) => (
                  <li key={line}>{line}</li>
                ))}
              </ul>
            </div>
          </div>
        ) : null}
        <p className="s pad">{t('calendarHelp')}</p>
        {shown.isPending ? <Skeleton rows={6} /> : null}
        {shown.isError ? <ErrorBox error={shown.error} onRetry={() => void shown.refetch()} /> : null}
        {y ? (
          <>
            <p className="pad calendar-source">
              <span className={y.source === 'missing' ? 'tag warn' : 'tag'}>{y.source === 'inherited' ? t('source.inherited', { from: teamName(y.from) }) : t(`source.${y.source}`)}</span>
              <label>
                <span className="s">{t('restDays')}</span>
                <Select
                  size="small"
                  value={y.weekOwn ? y.week.join() : ''}
                  onChange={(v: string) => void prepare({ team, year, version: y.version, week: v ? v.split(',').map(Number) : null })}
                  options={weeks(y, team, t)}
                  aria-label={t('restDays')}
                />
              </label>
            </p>
            <YearGrid year={y} onDay={setDay} />
          </>
        ) : null}
      </section>
      <Zone />
      {day && y ? <DayDialog day={day} year={y} onClose={() => setDay(undefined)} onChange={(body) => void prepare({ team, year, version: y.version, body })} /> : null}
      {change ? <CalendarChange change={change} name={teamName(change.team)} onClose={() => setChange(undefined)} /> : null}
    </div>
  );
}

/** The weeks to choose from: the usual ones, and the one there is. */
function weeks(y: CalendarYear, team: string, t: (key: string, values?: Record<string, unknown>) => string) {
  const known = ['6,7', '7', '5,6', '4,5'];
  if (y.weekOwn && !known.includes(y.week.join())) known.push(y.week.join());
  return [
    { value: '', label: t(team ? 'week.above' : 'week.usual') },
    ...known.map((k) => ({
      value: k,
      label: k
        .split(',')
        .map((n) => t(`weekday.${n}`))
        .join(t('listSeparator')),
    })),
  ];
}

/** Where the company is: the zone of quiet hours, mails of the day and days of absence. */
function Zone() {
  const { t } = useTranslation(['people', 'common']);
  const { timezone } = useCompany();
  const errorText = useErrorText();
  const zones = [...new Set([timezone, ...Intl.supportedValuesOf('timeZone'), 'UTC'])].sort();
  const save = async (zone: string) => {
    try {
      await api.patch('/company', { timezone: zone });
      await queryClient.invalidateQueries({ queryKey: meQuery().queryKey });
      toast(t('common:saved'));
    } catch (caught) {
      toast(errorText(caught), { kind: 'bad' });
    }
  };
  return (
    <section className="card calendar-zone" aria-label={t('companyZone')}>
      <label htmlFor="company-zone">
        <b>{t('companyZone')}</b>
        <span className="s">{t('companyZoneHelp')}</span>
      </label>
      <Select id="company-zone" showSearch value={timezone} onChange={(zone: string) => void save(zone)} options={zones.map((zone) => ({ value: zone, label: zone }))} />
    </section>
  );
}
