export const UNITS = ['BD', 'D', 'W', 'BH', 'H', 'M'] as const;
export type Unit = (typeof UNITS)[number];

/** A duration of one unit as number and unit; undefined for anything composed. */
export function parseDuration(text: string): { n: number; unit: Unit } | undefined {
  const m = /^P(?:(\d{1,6})(BD|D|W)|T(\d{1,6})(BH|H|M))$/.exec(text);
  if (!m) return undefined;
  return { n: Number(m[1] ?? m[3]), unit: (m[2] ?? m[4]) as Unit };
}

export function formatDuration(n: number, unit: Unit): string {
  // Weeks are written in days: the spec knows days only.
  if (unit === 'W') return `P${n * 7}D`;
  return unit === 'BD' || unit === 'D' ? `P${n}${unit}` : `PT${n}${unit}`;
}
