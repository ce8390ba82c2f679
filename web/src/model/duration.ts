export const UNITS = ['BD', 'D', 'W', 'BH', 'H', 'M'] as const;
export type Unit = (typeof UNITS)[number];

/** A duration of one unit as number and unit; undefined for anything composed. */
export function parseDuration(text: string): { n: number; unit: Unit } | undefined {
  const m = /^P(?:(\d{1,6})(BD|D|W)|T(\d{1,6})(BH|H|M))$/.exec(text);
  if (!m) return undefined;
  return { n: Number(m[1] ?? m[3]), unit: (m[2] ?? m[4]) as Unit };
}

/**
 * A composed length of time in parts, the largest first, hours that make whole days as days: PT2160H1S is 90 days and a second. Undefined for what is none. It is for words alone: where
 * the clocks change, a day is no 24 hours.
 */
export function durationParts(text: string): { n: number; unit: Unit | 'S' }[] | undefined {
  const m = /^P(?:(\d{1,6})D)?(?:T(?:(\d{1,8})H)?(?:(\d{1,8})M)?(?:(\d{1,8})S)?)?$/.exec(text);
  if (!m) return undefined;
  const [days, hours, minutes, seconds] = [1, 2, 3, 4].map((i) => Number(m[i] ?? 0)) as [number, number, number, number];
  const whole = hours >= 48 ? Math.floor(hours / 24) : 0;
  const parts = [
    { n: days + whole, unit: 'D' },
    { n: hours - whole * 24, unit: 'H' },
    { n: minutes, unit: 'M' },
    { n: seconds, unit: 'S' },
  ] as const;
  const said = parts.filter((p) => p.n > 0);
  return said.length > 0 ? said : undefined;
}

export function formatDuration(n: number, unit: Unit): string {
  // Weeks are written in days: the spec knows days only.
  if (unit === 'W') return `P${n * 7}D`;
  return unit === 'BD' || unit === 'D' ? `P${n}${unit}` : `PT${n}${unit}`;
}
