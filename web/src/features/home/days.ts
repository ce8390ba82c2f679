/** Days as "2026-11-24", without clocks or zones. */
const at = (day: string) => Date.parse(`${day}T00:00:00Z`);
const dayOf = (ms: number) => new Date(ms).toISOString().slice(0, 10);

/** Whether a text is a day of the calendar. */
export function isDay(text: string | undefined): text is string {
  return text !== undefined && /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(at(text)) && dayOf(at(text)) === text;
}

export function addDays(day: string, n: number): string {
  return dayOf(at(day) + n * 86_400_000);
}

/** The same day of another month, or its last one. */
export function addMonths(day: string, n: number): string {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  const last = new Date(Date.UTC(year, month + n, 0)).getUTCDate();
  return dayOf(Date.UTC(year, month - 1 + n, Math.min(date, last)));
}

/** The Monday of a day's week. */
export function monday(day: string): string {
  return addDays(day, -((new Date(at(day)).getUTCDay() + 6) % 7));
}

/** The days of a month's weeks, six of them, so that the grid never changes its height. */
export function monthDays(day: string): string[] {
  const first = monday(`${day.slice(0, 7)}-01`);
  return Array.from({ length: 42 }, (_, i) => addDays(first, i));
}

export function sevenDays(day: string): string[] {
  return Array.from({ length: 7 }, (_, i) => addDays(day, i));
}

/** Where a key leads from a day; undefined for keys that lead nowhere. */
export function dayByKey(day: string, key: string): string | undefined {
  switch (key) {
    case 'ArrowLeft':
      return addDays(day, -1);
    case 'ArrowRight':
      return addDays(day, 1);
    case 'ArrowUp':
      return addDays(day, -7);
    case 'ArrowDown':
      return addDays(day, 7);
    case 'Home':
      return monday(day);
    case 'End':
      return addDays(monday(day), 6);
    case 'PageUp':
      return addMonths(day, -1);
    case 'PageDown':
      return addMonths(day, 1);
    default:
      return undefined;
  }
}
