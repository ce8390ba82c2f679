import type { Due, DueStep } from './definition';
import { formatDuration, parseDuration } from './duration';

/** How the deadline of a stage is said: as a time from entry, as a time of day, or by a date. */
export const DUE_WAYS = ['for', 'at', 'date'] as const;
export type DueWay = (typeof DUE_WAYS)[number];

export function dueWay(due: Due | undefined): DueWay {
  if (due === undefined || typeof due === 'string') return 'for';
  return due.at === undefined ? 'date' : 'at';
}

/** The moment itself, as a rung around it is written. */
export const AT = 'P0D';

/**
 * The rungs of a stage when its deadline is said otherwise. A time counts its rungs from entry, a moment around itself: three days after entry of a
 * limit of three days is the moment itself. A rung in other units than the limit means nothing on the other side and goes.
 */
export function rungsMoved(ladder: readonly DueStep[] | undefined, from: Due | undefined, to: Due | undefined): DueStep[] | undefined {
  const around = (d: Due | undefined) => typeof d === 'object';
  if (!ladder || around(from) === around(to)) return ladder ? [...ladder] : undefined;
  const whole = parseDuration((around(from) ? to : from) as string);
  const moved = ladder.flatMap((rung) => {
    const before = rung.after.startsWith('-');
    const d = parseDuration(rung.after.replace('-', ''));
    if (!whole || !d || (rung.after !== AT && d.unit !== whole.unit)) return [];
    const n = (before ? -d.n : d.n) + (around(from) ? whole.n : -whole.n);
    if (around(from)) return n > 0 ? [{ ...rung, after: formatDuration(n, whole.unit) }] : [];
    return [{ ...rung, after: n === 0 ? AT : `${n < 0 ? '-' : ''}${formatDuration(Math.abs(n), whole.unit)}` }];
  });
  return moved.length > 0 ? moved : undefined;
}
