/** A schedule that has a sentence of its own: at a time of every day, of working days, of a day of the week or of the month; or each hour. */
export type Cron =
  | { kind: 'daily' | 'workdays'; time: string }
  | { kind: 'weekly' | 'monthly'; time: string; day: number }
  | { kind: 'hourly'; minute: number };

const number = (part: string | undefined, from: number, to: number): number | undefined => {
  const n = /^\d{1,2}$/.test(part ?? '') ? Number(part) : -1;
  return n >= from && n <= to ? n : undefined;
};

/** What five fields say; undefined where only the fields themselves say it. A day of the week counts from 0, Sunday. */
export function readCron(spec: string): Cron | undefined {
  const [m, h, dom, month, dow, ...rest] = spec.trim().split(/\s+/);
  const minute = number(m, 0, 59);
  if (minute === undefined || month !== '*' || dow === undefined || rest.length > 0) return undefined;
  if (h === '*') return dom === '*' && dow === '*' ? { kind: 'hourly', minute } : undefined;
  const hour = number(h, 0, 23);
  if (hour === undefined) return undefined;
  const time = `${hour}:${String(minute).padStart(2, '0')}`;
  if (dom === '*' && dow === '*') return { kind: 'daily', time };
  if (dom === '*' && dow === '1-5') return { kind: 'workdays', time };
  const week = number(dow, 0, 7);
  if (dom === '*' && week !== undefined) return { kind: 'weekly', time, day: week % 7 };
  const day = number(dom, 1, 31);
  return dow === '*' && day !== undefined ? { kind: 'monthly', time, day } : undefined;
}
