import type { Person } from '@/api/types';

/** One save of a draft. */
export interface Point {
  rev: number;
  savedAt: string;
  savedBy?: Person | null;
  digest: string;
}

/** How long a pause ends a sitting, in milliseconds. */
const PAUSE = 10 * 60_000;

/** The saves of one person without a long pause between, the newest first. */
export interface Sitting {
  points: Point[];
}

/** Puts the saves, which come by the second, together to sittings a person can look through. Points are newest first. */
export function sittings(points: readonly Point[]): Sitting[] {
  const out: Sitting[] = [];
  for (const p of points) {
    const last = out.at(-1)?.points.at(-1);
    const near = last && last.savedBy?.id === p.savedBy?.id && Date.parse(last.savedAt) - Date.parse(p.savedAt) < PAUSE;
    if (near) out.at(-1)?.points.push(p);
    else out.push({ points: [p] });
  }
  return out;
}
