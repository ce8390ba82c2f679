import { createStore, type StoreApi } from 'zustand/vanilla';
import { ApiError, isApiError } from '@/api/client';
import type { Person } from '@/api/types';
import type { Change } from '@/model/change';
import type { Definition } from '@/model/definition';
import { begin, make, rebase, redo, settle, undo, type History } from '@/model/history';
import { changedPlaces, merge3, same, type Clash } from '@/model/threeWay';
import type { Problem } from '@/model/problem';
import type { Draft, Saved } from './api';

/** How long after the last change the draft is saved, in milliseconds. */
export const SAVE_AFTER = 700;

export type SaveState = 'saved' | 'waiting' | 'saving' | 'failed' | 'conflict';

export interface DraftState {
  readonly app: string;
  readonly history: History<Definition>;
  readonly rev: number;
  readonly base: number;
  readonly savedAt: string | undefined;
  readonly state: SaveState;
  /** Who saved meanwhile, and where both changed the same. */
  readonly conflict: Conflict | undefined;
  /** Whose changes were put together with mine last, and when that was said. */
  readonly joined: { by: Person | undefined; n: number } | undefined;
  /** Why the last save did not work, in the reader's words. */
  readonly failure: string | undefined;
  readonly problems: readonly Problem[];
  /** The problems belong to an older text of the draft. */
  readonly stale: boolean;
}

export interface Conflict {
  by: Person | undefined;
  rev: number;
  clashes: readonly Clash[];
  /** What both began from, and what the other made of it. */
  base: Definition;
  theirs: Draft;
}

export interface DraftActions {
  apply: (change: Change, mark?: string) => void;
  settle: () => void;
  undo: () => void;
  redo: () => void;
  /** Saves what is not saved yet; resolves when nothing is waiting any more, false when it could not be saved. */
  flush: () => Promise<boolean>;
  /** Ends a conflict: says for each place whose counts. What only one changed is kept of both. */
  resolve: (choose: (at: readonly string[]) => 'mine' | 'theirs') => Promise<boolean>;
  /** Ends a conflict: takes theirs as it is, which undo can take back. */
  takeTheirs: () => Promise<void>;
  /** Fetches what others saved and puts it together with mine. */
  pull: () => Promise<void>;
  /** Takes up what an editor that was closed too early did not save. */
  recover: () => Promise<boolean>;
  setProblems: (problems: readonly Problem[]) => void;
  /** The draft is now based on this release. */
  setBase: (release: number) => void;
  /** Stops the timers. */
  close: () => void;
}

export interface DraftServer {
  get: () => Promise<Draft>;
  put: (definition: Definition, rev: number) => Promise<Saved>;
  /** The draft as it was saved with a rev. */
  past: (rev: number) => Promise<Definition>;
}

/** What is not saved yet, kept where it outlives the editor. */
export interface Unsaved {
  read: () => { rev: number; definition: Definition } | undefined;
  write: (what: { rev: number; definition: Definition } | undefined) => void;
}

export type DraftStore = StoreApi<DraftState> & { actions: DraftActions };

/** The draft of one app in the editor. Its only state is the definition; everything else says how it stands with the server. */
export function openDraft(app: string, draft: Draft, server: DraftServer, unsaved?: Unsaved): DraftStore {
  const store = createStore<DraftState>(() => ({
    app,
    history: begin(draft.definition),
    rev: draft.rev,
    base: draft.base,
    savedAt: draft.savedAt,
    state: 'saved',
    conflict: undefined,
    joined: undefined,
    failure: undefined,
    problems: draft.problems ?? [],
    stale: false,
  }));
  const { getState: get, setState: set } = store;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running: Promise<boolean> | undefined;
  let saved = draft.definition;

  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(() => void flush(), SAVE_AFTER);
  };
  const move = (history: History<Definition>) => {
    if (history === get().history) return;
    if (history.now === get().history.now) {
      set({ history });
      return;
    }
    const state = get().state === 'conflict' ? 'conflict' : 'waiting';
    set({ history, state, stale: true });
    unsaved?.write({ rev: get().rev, definition: history.now });
    if (state === 'waiting') later();
  };

  async function save(): Promise<boolean> {
    const { history, rev } = get();
    const sent = history.now;
    set({ state: 'saving', failure: undefined });
    try {
      const answer = await server.put(sent, rev);
      saved = sent;
      const current = get().history.now === sent;
      unsaved?.write(current ? undefined : { rev: answer.rev, definition: get().history.now });
      set({
        rev: answer.rev,
        savedAt: answer.savedAt,
        state: current ? 'saved' : 'waiting',
        ...(current ? { problems: answer.problems ?? [], stale: false } : {}),
      });
      return true;
    } catch (error) {
      if (isApiError(error) && (error.status === 409 || error.status === 412)) {
        // Somebody saved first: both changes are put together, and saved with the newest rev.
        const by = (error.current as { by?: Person } | undefined)?.by;
        return await server.get().then((theirs) => join(saved, theirs, by), failed);
      }
      return failed(error);
    }
  }

  function failed(error: unknown): false {
    set({ state: 'failed', failure: error instanceof ApiError && error.status !== 0 ? error.message : undefined });
    return false;
  }

  /** Puts mine and theirs together; false when a person has to choose first. */
  function join(base: Definition, theirs: Draft, by: Person | undefined): boolean {
    const { value, clashes } = merge3(base, get().history.now, theirs.definition);
    if (clashes.length > 0) {
      set({ state: 'conflict', conflict: { by, rev: theirs.rev, clashes, base, theirs } });
      return false;
    }
    adopt(base, theirs, value);
    set({ joined: { by: by ?? theirs.savedBy ?? undefined, n: (get().joined?.n ?? 0) + 1 } });
    return true;
  }

  /** Goes on from theirs with a definition that holds both. */
  function adopt(base: Definition, theirs: Draft, value: Definition): void {
    const done = same(value, theirs.definition);
    saved = done ? value : theirs.definition;
    set({
      history: rebase(get().history, value, changedPlaces(base, theirs.definition)),
      rev: theirs.rev,
      base: theirs.base,
      savedAt: theirs.savedAt,
      conflict: undefined,
      failure: undefined,
      ...(done ? { state: 'saved', problems: theirs.problems ?? [], stale: false } : { state: 'waiting', stale: true }),
    });
    unsaved?.write(done ? undefined : { rev: theirs.rev, definition: value });
  }

  async function flush(): Promise<boolean> {
    clearTimeout(timer);
    if (running) {
      await running;
      return flush();
    }
    if (get().state === 'conflict') return false;
    if (get().history.now === saved) {
      if (get().state !== 'saved') set({ state: 'saved', stale: false, failure: undefined });
      unsaved?.write(undefined);
      return true;
    }
    running = save().finally(() => {
      running = undefined;
    });
    const ok = await running;
    return ok && get().history.now !== saved ? flush() : ok;
  }

  const actions: DraftActions = {
    apply: (change, mark) => move(make(get().history, change, mark)),
    settle: () => move(settle(get().history)),
    undo: () => move(undo(get().history)),
    redo: () => move(redo(get().history)),
    flush,
    resolve: (choose) => {
      const { conflict, history } = get();
      if (conflict) adopt(conflict.base, conflict.theirs, merge3(conflict.base, history.now, conflict.theirs.definition, choose).value);
      return flush();
    },
    pull: async () => {
      await running;
      if (get().state === 'conflict') return;
      const theirs = await server.get();
      // A save of one's own may have gone out while theirs was on its way.
      if (running || theirs.rev <= get().rev || get().state === 'conflict') return;
      if (join(saved, theirs, theirs.savedBy ?? undefined) && get().state === 'waiting') later();
    },
    recover: async () => {
      const left = unsaved?.read();
      if (!left || same(left.definition, get().history.now)) {
        unsaved?.write(undefined);
        return false;
      }
      const now: Draft = { ...draft, definition: get().history.now, rev: get().rev };
      const base = left.rev === now.rev ? now.definition : await server.past(left.rev);
      set({ history: begin(left.definition), state: 'waiting', stale: true });
      if (join(base, now, now.savedBy ?? undefined)) later();
      return true;
    },
    takeTheirs: async () => {
      const theirs = await server.get();
      saved = theirs.definition;
      set({
        history: make(get().history, { op: 'set', at: [], value: theirs.definition }),
        rev: theirs.rev,
        base: theirs.base,
        savedAt: theirs.savedAt,
        problems: theirs.problems ?? [],
        stale: false,
        state: 'saved',
        conflict: undefined,
      });
      saved = get().history.now;
      unsaved?.write(undefined);
    },
    setProblems: (problems) => set({ problems, stale: false }),
    setBase: (base) => set({ base }),
    close: () => clearTimeout(timer),
  };
  return Object.assign(store, { actions });
}
