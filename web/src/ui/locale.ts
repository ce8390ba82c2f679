import { createContext, useContext, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { present } from '@/api/base';
import { daysBetween, isMoney, percent, shortAmount, shortDate, wallClock, groupDigits, type Money } from './format';

export interface Company {
  timezone: string;
  currency: string;
  language: string;
  name: string;
}

export const CompanyContext = createContext<Company>({ timezone: 'Asia/Shanghai', currency: 'CNY', language: 'zh-CN', name: '' });

export function useCompany(): Company {
  return useContext(CompanyContext);
}

/** Formatting for the reader: their language, the company's time zone. */
export function useFormat() {
  const { timezone, currency } = useCompany();
  const { t, i18n } = useTranslation();
  const language = i18n.language;
  return useMemo(() => {
    const today = () => wallClock(present(), timezone).date;
    const dayName = (date: string) => {
      const days = daysBetween(today(), date);
      if (days === 0) return t('today');
      if (days === 1) return t('tomorrow');
      if (days === -1) return t('yesterday');
      return shortDate(date, today());
    };
    return {
      today,
      /** "2026-11-24" → "今天", "11-26". */
      day: dayName,
      /** The date only of an instant. */
      date: (instant: string) => wallClock(instant, timezone).date,
      /** "2026-11-24 14:20" */
      full: (instant: string) => {
        const w = wallClock(instant, timezone);
        return `${w.date} ${w.time}`;
      },
      /** Today "14:20", other days "11-20 14:20" or "昨天 14:20". */
      moment: (instant: string) => {
        const w = wallClock(instant, timezone);
        return w.date === today() ? w.time : `${dayName(w.date)} ${w.time}`;
      },
      /** A deadline: "逾期 3 小时", "今天 17:30", "11-26". */
      due: (instant: string) => {
        const left = Date.parse(instant) - present();
        if (left < 0) {
          const hours = Math.floor(-left / 3_600_000);
          return hours < 24 ? t('overdueHours', { count: Math.max(1, hours) }) : t('overdueDays', { count: Math.floor(hours / 24) });
        }
        const w = wallClock(instant, timezone);
        return daysBetween(today(), w.date) <= 1 ? `${dayName(w.date)} ${w.time}` : shortDate(w.date, today());
      },
      dueState: (instant: string): '' | 'warn' | 'bad' => {
        const left = Date.parse(instant) - present();
        if (left < 0) return 'bad';
        return wallClock(instant, timezone).date === today() ? 'warn' : '';
      },
      /** "1,234.50", with the currency when it is not the company's own. */
      money: (value: Money) => {
        const figure = groupDigits(value.amount);
        return value.currency === currency ? figure : `${value.currency} ${figure}`;
      },
      /** Figure and unit for overviews; accepts money or a decimal string. */
      short: (value: Money | string | null | undefined, places = 1): [string, string] => {
        const amount = isMoney(value) ? value.amount : (value ?? '0');
        const [figure, unit] = shortAmount(amount, language, places);
        // What is not in the company's own currency says so.
        return [figure, isMoney(value) && value.currency !== currency ? `${unit} ${value.currency}`.trim() : unit];
      },
      number: groupDigits,
      percent,
      weekday: (date: string) => new Intl.DateTimeFormat(language, { weekday: 'short', timeZone: 'UTC' }).format(new Date(`${date}T00:00:00Z`)),
      longDate: (instant: number) =>
        new Intl.DateTimeFormat(language, { month: 'long', day: 'numeric', weekday: 'short', timeZone: timezone }).format(new Date(instant)),
    };
  }, [timezone, currency, language, t]);
}

export type Format = ReturnType<typeof useFormat>;
