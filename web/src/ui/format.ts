/** How figures, dates and amounts are written. Pure: language and time zone come in. */
export interface Locale {
  language: string;
  timezone: string;
}

export interface Money {
  amount: string;
  currency: string;
}

export function isMoney(value: unknown): value is Money {
  return typeof value === 'object' && value !== null && typeof (value as Money).amount === 'string' && typeof (value as Money).currency === 'string';
}

/** "1234567.80" → "1,234,567.80"; minus is a real minus sign. Exact: the digits are never read as a float. */
export function groupDigits(decimal: string): string {
  const negative = decimal.startsWith('-');
  const [whole = '0', fraction] = (negative ? decimal.slice(1) : decimal).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ',');
  return `${negative ? '−' : ''}${grouped}${fraction === undefined ? '' : `.${fraction}`}`;
}

/** Rounds a decimal string half away from zero to places. Exact. */
export function roundDecimal(decimal: string, places: number): string {
  const match = /^(-?)(\d*)(?:\.(\d*))?$/.exec(decimal.trim());
  if (!match) return decimal;
  const [, sign = '', whole = '', fraction = ''] = match;
  const digits = (whole || '0') + fraction.padEnd(places + 1, '0').slice(0, places + 1);
  let scaled = BigInt(digits);
  scaled = scaled / 10n + (scaled % 10n >= 5n ? 1n : 0n);
  const text = scaled.toString().padStart(places + 1, '0');
  const head = text.slice(0, text.length - places);
  const tail = places > 0 ? `.${text.slice(text.length - places)}` : '';
  const zero = scaled === 0n;
  return `${zero ? '' : sign}${head}${tail}`;
}

/** Moves the decimal point: shift 2 turns "0.167" into "16.7". Exact. */
export function shiftDecimal(decimal: string, shift: number): string {
  const match = /^(-?)(\d*)(?:\.(\d*))?$/.exec(decimal.trim());
  if (!match) return decimal;
  const [, sign = '', whole = '', fraction = ''] = match;
  let digits = (whole || '0') + fraction;
  let point = (whole || '0').length + shift;
  if (point <= 0) {
    digits = '0'.repeat(1 - point) + digits;
    point = 1;
  }
  if (point > digits.length) digits = digits.padEnd(point, '0');
  const head = digits.slice(0, point).replace(/^0+(?=\d)/, '');
  const tail = digits.slice(point).replace(/0+$/, '');
  const text = tail ? `${head}.${tail}` : head;
  return text === '0' ? '0' : sign + text;
}

/** A percent stored as a fraction: "0.167" → "16.7%". */
export function percent(fraction: string): string {
  return `${groupDigits(shiftDecimal(fraction, 2))}%`;
}

/** Adds decimal strings exactly. */
export function addDecimals(values: readonly string[]): string {
  let places = 0;
  for (const v of values) places = Math.max(places, (v.split('.')[1] ?? '').length);
  let sum = 0n;
  for (const v of values) sum += BigInt(shiftDecimal(v, places).split('.')[0] ?? '0');
  const text = shiftDecimal(sum.toString(), -places);
  return places > 0 ? roundDecimal(text, places) : text;
}

/** A decimal times a whole number of percent, rounded to the places of the decimal, at least 2. Exact. */
export function percentOf(amount: string, percentage: number): string {
  const places = Math.max(2, (amount.split('.')[1] ?? '').length);
  const units = BigInt(shiftDecimal(roundDecimal(amount, places), places)) * BigInt(Math.round(percentage));
  return roundDecimal(shiftDecimal(units.toString(), -places - 2), places);
}

/** Whether amounts are written in 万 (Chinese) in overviews. */
export function usesWan(language: string): boolean {
  return language.startsWith('zh');
}

/**
 * An amount for overviews, figure and unit apart: ["44.0", "万"] in Chinese, ["440K", ""] in English. Small amounts stay
 * whole. `places` is the number of decimals in 万.
 */
export function shortAmount(amount: string, language: string, places = 1): [string, string] {
  const size = Math.abs(Number(amount));
  const wan = language === 'zh-TW' ? '萬' : '万';
  if (usesWan(language)) {
    if (size >= 1e12) return [groupDigits(roundDecimal(shiftDecimal(amount, -12), 2)), `${wan}${language === 'zh-TW' ? '億' : '亿'}`];
    if (size >= 1e8) return [groupDigits(roundDecimal(shiftDecimal(amount, -8), 2)), language === 'zh-TW' ? '億' : '亿'];
    if (size < 1e4) return [groupDigits(plainAmount(amount)), ''];
    return [groupDigits(roundDecimal(shiftDecimal(amount, -4), places)), wan];
  }
  if (size >= 1e9) return [groupDigits(roundDecimal(shiftDecimal(amount, -9), 2)), 'B'];
  if (size >= 1e6) return [groupDigits(roundDecimal(shiftDecimal(amount, -6), 2)), 'M'];
  if (size >= 1e4) return [groupDigits(roundDecimal(shiftDecimal(amount, -3), places)), 'K'];
  return [groupDigits(plainAmount(amount)), ''];
}

/** Cents are two figures or none: "12.50", and "3.00" → "3"; other decimals as they are needed. */
function plainAmount(amount: string): string {
  return /\.\d\d$/.test(amount) && !amount.endsWith('.00') ? amount : trimZeros(amount);
}

/** "12.50" → "12.5", "3.00" → "3". */
export function trimZeros(decimal: string): string {
  return decimal.includes('.') ? decimal.replace(/0+$/, '').replace(/\.$/, '') : decimal;
}

const parts = new Map<string, Intl.DateTimeFormat>();

function formatter(timezone: string): Intl.DateTimeFormat {
  let f = parts.get(timezone);
  if (!f) {
    f = new Intl.DateTimeFormat('en-CA', {
      timeZone: timezone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit',
    });
    parts.set(timezone, f);
  }
  return f;
}

/** The wall clock of an instant in a zone: date "2026-11-24" and time "14:20". */
export function wallClock(instant: string | number | Date, timezone: string): { date: string; time: string } {
  const map: Record<string, string> = {};
  for (const p of formatter(timezone).formatToParts(new Date(instant))) map[p.type] = p.value;
  return { date: `${map.year}-${map.month}-${map.day}`, time: `${map.hour}:${map.minute}` };
}

/** The instant at which a zone's clocks show a wall time, "2026-12-03 09:00". */
export function instantIn(zone: string, wall: string): string {
  const guess = Date.parse(`${wall.replace(' ', 'T')}:00Z`);
  const shown = wallClock(guess, zone);
  return new Date(guess - (Date.parse(`${shown.date}T${shown.time}:00Z`) - guess)).toISOString();
}

/** Whole days from date a to date b ("2026-11-24" form). */
export function daysBetween(a: string, b: string): number {
  return Math.round((Date.parse(`${b}T00:00:00Z`) - Date.parse(`${a}T00:00:00Z`)) / 86_400_000);
}

/** A date without its year when the year is this one: "11-26", else "2027-01-05". */
export function shortDate(date: string, today: string): string {
  return date.slice(0, 4) === today.slice(0, 4) ? date.slice(5) : date;
}

/** How many whole days an instant lies behind now, at least 0. */
export function daysSince(instant: string, now: number): number {
  return Math.max(0, Math.floor((now - Date.parse(instant)) / 86_400_000));
}
