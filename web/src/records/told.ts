import type { EventItem } from '@/api/types';

/** A change that is only asked for has not been made. */
const asked = /propos|round/i;

/**
 * What each change of a timeline, newest first, took the place of: what the entry before it that has the field made it. Where that is
 * further back than the entries here, nothing is said of it; whole says that the first of all is among them.
 */
export function withFormer(items: readonly EventItem[], whole: boolean): EventItem[] {
  const known = new Map<string, unknown>();
  const out = [...items];
  for (let i = items.length - 1; i >= 0; i--) {
    const event = items[i]!;
    if (!event.changes || event.record) continue;
    out[i] = { ...event, changes: event.changes.map((c) => ({ ...c, from: known.has(c.field) ? known.get(c.field) : whole ? null : undefined })) };
    if (!asked.test(event.type)) for (const c of event.changes) known.set(c.field, c.to);
  }
  return out;
}
