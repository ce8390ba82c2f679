import { createStore, type StoreApi } from 'zustand/vanilla';
import { ApiError, isApiError } from '@/api/client';
import type { Person } from '@/api/types';
import type { Change } from '@/model/change';
import type { Definition } from '@/model/definition';
import { begin, make, redo, settle, undo, type History } from '@/model/history';
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
  /** Who saved meanwhile, and their rev. */
  readonly conflict: { by: Person | undefined; rev: number } | undefined;
  /** Why the last save did not work, in the reader's words. */
  readonly failure: string | undefined;
  readonly problems: readonly Problem[];
  /** The problems belong to an older text of the draft. */
  readonly stale: boolean;
}

export interface DraftActions {
  apply: (change: Change, mark?: string) => void;
  settle: () => void;
  undo: () => void;
  redo: () => void;
  /** Saves what is not saved yet; resolves when nothing is waiting any more, false when it could not be saved. */
  flush: () => Promise<boolean>;
  /** Ends a conflict: keep mine over theirs, or take theirs (which undo can take back). */
  keepMine: () => Promise<boolean>;
  takeTheirs: () => Promise<void>;
  setProblems: (problems: readonly Problem[]) => void;
  /** The draft is now based on this release. */
  setBase: (release: number) => void;
  /** Stops the timers. */
  close: () => void;
}

export interface DraftServer {
  get: () => Promise<Draft>;
  put: (definition: Definition, rev: number) => Promise<Saved>;
}

export type DraftStore = StoreApi<DraftState> & { actions: DraftActions };

/** The draft of one app in the editor. Its only state is the definition; everything else says how it stands with the server. */
export function openDraft(app: string, draft: Draft, server: DraftServer): DraftStore {
  const store = createStore<DraftState>(() => ({
    app,
    history: begin(draft.definition),
    rev: draft.rev,
    base: draft.base,
    savedAt: draft.savedAt,
    state: 'saved',
    conflict: undefined,
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
      set({
        rev: answer.rev,
        savedAt: answer.savedAt,
        state: current ? 'saved' : 'waiting',
        ...(current ? { problems: answer.problems ?? [], stale: false } : {}),
      });
      return true;
    } catch (error) {
      if (isApiError(error) && (error.status === 409 || error.status === 412)) {
        set({ state: 'conflict', conflict: conflictOf(error, rev) });
      } else {
        set({ state: 'failed', failure: error instanceof ApiError && error.status !== 0 ? error.message : undefined });
      }
      return false;
    }
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
    keepMine: () => {
      const { conflict } = get();
      if (conflict) set({ rev: conflict.rev, conflict: undefined, state: 'waiting' });
      // What is saved is theirs now, so mine has to be sent even if it did not change since.
      saved = { ...saved };
      return flush();
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
    },
    setProblems: (problems) => set({ problems, stale: false }),
    setBase: (base) => set({ base }),
    close: () => clearTimeout(timer),
  };
  return Object.assign(store, { actions });
}

function conflictOf(error: ApiError, rev: number): { by: Person | undefined; rev: number } {
  const current = error.current as { by?: Person; rev?: number } | undefined;
  return { by: current?.by, rev: current?.rev ?? rev };
}
