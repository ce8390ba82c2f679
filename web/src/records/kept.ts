// What was filled in and has not reached the server stays in this browser, for each person: half-filled new records, and what was sent while the
// line was down. Each of the latter has one operation key, so that sent again it is done once.
import { useSyncExternalStore } from 'react';
import { sandbox } from '@/api/base';
import { api, isApiError, type Detail } from '@/api/client';
import { recordsPath } from '@/api/queries';
import type { Data, RecordFull } from '@/api/types';
import { putRecord, recordPath } from './actions';

export interface Kept {
  /** Of a draft its form; of anything else the operation key. */
  id: string;
  /** A half-filled new record; one that is to be sent; one that was refused and has to be mended. */
  state: 'draft' | 'waiting' | 'refused';
  app: string;
  form: string;
  /** What it is called in the list of what is kept. */
  title: string;
  /** Of a changed record: which, and what the change is based on. */
  record?: string;
  rev?: number;
  /** Of a new record opened from another one. */
  via?: string;
  from?: string;
  /** The changed values as the screen has them, and as they are sent. */
  data: Data;
  wire: Data;
  /** When it was last changed, and when it was first sent, in milliseconds since 1970. */
  at: number;
  sentAt?: number;
  /** Why it was refused. */
  message?: string;
}

/** What became of something kept: the record, or why it was refused. */
export interface Outcome {
  kept: Kept;
  record?: RecordFull;
  message?: string;
  details?: readonly Detail[];
}

const day = 86_400_000;
/** Half-filled records are thrown away after this. */
const draftDays = 30;
/** The server remembers operation keys for 7 days; what may have been done longer ago is not sent again by itself. */
const sureDays = 6;

const prefix = (user: string) => `pipewright.kept.${user}.`;

const listeners = new Set<() => void>();
const hearing = new Set<(outcome: Outcome) => void>();
const lists = new Map<string, readonly Kept[]>();
const none: readonly Kept[] = [];

function changed(): void {
  lists.clear();
  for (const listener of listeners) listener();
}

function read(raw: string | null): Kept | undefined {
  try {
    const kept = JSON.parse(raw ?? '') as Kept;
    return typeof kept.id === 'string' && typeof kept.app === 'string' && typeof kept.form === 'string' && typeof kept.at === 'number' && kept.data && kept.wire ? kept : undefined;
  } catch {
    return undefined;
  }
}

/** What is kept of a person, the oldest first. */
export function keptOf(user: string): readonly Kept[] {
  const known = lists.get(user);
  if (known) return known;
  if (sandbox) return none; // what happens in a sandbox is gone with it
  const found: Kept[] = [];
  try {
    for (let i = localStorage.length - 1; i >= 0; i -= 1) {
      const key = localStorage.key(i);
      if (!key?.startsWith(prefix(user))) continue;
      const kept = read(localStorage.getItem(key));
      if (!kept || (kept.state === 'draft' && Date.now() - kept.at > draftDays * day)) localStorage.removeItem(key);
      else found.push(kept);
    }
  } catch {
    // A browser that keeps nothing: it goes without.
  }
  found.sort((a, b) => a.at - b.at);
  lists.set(user, found);
  return found;
}

/** Keeps something, in place of what had its id; false where the browser has no room for it. */
export function keep(user: string, kept: Kept): boolean {
  if (sandbox) return false;
  try {
    localStorage.setItem(prefix(user) + kept.id, JSON.stringify(kept));
  } catch {
    return false;
  }
  changed();
  return true;
}

/** Throws away what is kept under the ids; all of it without them. */
export function forget(user: string, ids?: readonly string[]): void {
  for (const id of ids ?? keptOf(user).map((k) => k.id)) {
    try {
      localStorage.removeItem(prefix(user) + id);
    } catch {
      // Nothing was kept.
    }
  }
  changed();
}

function subscribe(listener: () => void): () => void {
  const elsewhere = (event: StorageEvent) => {
    if (event.key === null || event.key.startsWith('pipewright.kept.')) changed();
  };
  listeners.add(listener);
  window.addEventListener('storage', elsewhere);
  return () => {
    listeners.delete(listener);
    window.removeEventListener('storage', elsewhere);
  };
}

/** What is kept of a person, as it changes, here or in another tab. */
export function useKept(user: string): readonly Kept[] {
  return useSyncExternalStore(subscribe, () => keptOf(user));
}

/** Hears what becomes of what is sent. */
export function onOutcome(listener: (outcome: Outcome) => void): () => void {
  hearing.add(listener);
  return () => hearing.delete(listener);
}

/** Whether it may have been done although no answer came: it is to be sent again as the same operation. */
export function isUnsure(error: unknown): boolean {
  return isApiError(error) && (error.status === 0 || error.status === 502 || error.status === 504 || error.code === 'outcome.unknown');
}

/** Whether it is worth sending again by itself. */
function isLater(error: unknown): boolean {
  return isUnsure(error) || (isApiError(error) && (error.status === 401 || error.status === 429 || error.status >= 500));
}

let running: Promise<boolean> | undefined;

/**
 * Sends what waits, one after the other, in one tab at a time; true when nothing waits any more. `stale` says why something is not sent by
 * itself: it was sent so long ago that nobody remembers whether it was done.
 */
export function sendKept(user: string, stale: string): Promise<boolean> {
  running ??= alone(() => send(user, stale)).finally(() => {
    running = undefined;
  });
  return running;
}

async function alone(work: () => Promise<boolean>): Promise<boolean> {
  // Only where the page is served safely is there a lock over tabs; without it the operation key alone sees to it that it is done once.
  const locks = navigator.locks as LockManager | null | undefined;
  if (!locks) return work();
  return locks.request('pipewright.kept', { ifAvailable: true }, async (lock) => (lock ? work() : false));
}

async function send(user: string, stale: string): Promise<boolean> {
  for (const kept of keptOf(user)) {
    if (kept.state !== 'waiting') continue;
    const now = Date.now();
    if (kept.sentAt !== undefined && now - kept.sentAt > sureDays * day) {
      tell(user, { kept, message: stale });
      continue;
    }
    keep(user, { ...kept, sentAt: kept.sentAt ?? now });
    try {
      const record = kept.record
        ? await api.patch<RecordFull>(recordPath(kept.record), { data: kept.wire }, { key: kept.id, ...(kept.rev === undefined ? {} : { ifMatch: kept.rev }) })
        : await api.post<RecordFull>(recordsPath(kept.app, kept.form), { data: kept.wire }, { key: kept.id });
      forget(user, [kept.id]);
      putRecord(record);
      for (const hear of hearing) hear({ kept, record });
    } catch (error) {
      if (isLater(error)) return false;
      const refusal = isApiError(error) ? { message: error.message, details: error.details } : { message: String(error) };
      tell(user, { kept, ...refusal });
    }
  }
  return true;
}

/** Something was refused: it stays to be mended. */
function tell(user: string, outcome: Outcome): void {
  keep(user, { ...outcome.kept, state: 'refused', message: outcome.message ?? '' });
  for (const hear of hearing) hear(outcome);
}
