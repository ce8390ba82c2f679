import type { Happening } from '@/api/sandbox';

/** Of what happened, the newest first: one that happened again and again with nothing in between, such as a pool's nightly look over months, is one line: the newest, and since when. */
export function together(list: readonly Happening[]): { last: Happening; times: number; first: string }[] {
  const out: { last: Happening; times: number; first: string }[] = [];
  const same = (a: Happening, b: Happening) => a.kind === b.kind && a.timer === b.timer && a.record === b.record && a.error === b.error && JSON.stringify(a.name) === JSON.stringify(b.name);
  for (const h of list) {
    const now = out.at(-1);
    if (now && same(now.last, h)) {
      now.times += 1;
      now.first = h.at;
    } else out.push({ last: h, times: 1, first: h.at });
  }
  return out;
}
