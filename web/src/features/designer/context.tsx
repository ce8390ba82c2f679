import { createContext, useCallback, useContext, useMemo } from 'react';
import { useStore } from 'zustand';
import { useShallow } from 'zustand/react/shallow';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useText } from '@/ui/text';
import type { Change } from '@/model/change';
import type { Definition, Lang } from '@/model/definition';
import type { Edit } from '@/model/edits';
import { typing } from '@/model/history';
import { keyPath, valueAt, type Path } from '@/model/path';
import { placeOf } from '@/model/place';
import { problemsFor, type Problem } from '@/model/problem';
import type { DraftState, DraftStore } from './draft';

export const DraftContext = createContext<DraftStore | undefined>(undefined);

export function useDraftStore(): DraftStore {
  const store = useContext(DraftContext);
  if (!store) throw new Error('no draft is open');
  return store;
}

export function useDraft<T>(select: (s: DraftState) => T): T {
  return useStore(useDraftStore(), select);
}

export function useDefinition(): Definition {
  return useDraft((s) => s.history.now);
}

/** The languages the app promises; none when it does not say. */
export function useLanguages(): Lang[] {
  return useDraft(useShallow((s) => s.history.now.languages ?? []));
}

/** The name of a thing in the reader's language, its key when it has none. */
export function useNameOf(): (thing: { key: string; name?: unknown } | undefined) => string {
  const text = useText();
  return useCallback((thing) => (thing === undefined ? '' : text(thing.name as Parameters<typeof text>[0], thing.key)), [text]);
}

export type PageKey =
  | 'app'
  | 'forms'
  | 'flow'
  | 'map'
  | 'compare'
  | 'approvals'
  | 'rules'
  | 'automations'
  | 'pools'
  | 'outside'
  | 'views'
  | 'tests'
  | 'json'
  | 'publish'
  | 'upgrade'
  | 'history';

/** Where one is in the designer: the page, and the key path of what is selected there. */
export function usePlaceInDesigner() {
  const navigate = useNavigate();
  const params = useParams({ strict: false }) as { app?: string; _splat?: string };
  const search = useSearch({ strict: false }) as { at?: string };
  const app = params.app ?? '';
  const page = (params._splat?.split('/')[0] || 'forms') as PageKey;
  // A page begins at its top, unless a place in it was asked for: its panel brings that into view.
  const go = useCallback(
    (next: PageKey, at?: string, replace = false) =>
      void navigate({ to: '/design/$app/$', params: { app, _splat: next }, search: (at ? { at } : {}) as never, replace, resetScroll: !at && !replace }),
    [navigate, app],
  );
  return { app, page, at: search.at ?? '', go };
}

/** What is selected on this page, and how to select something else. */
export function useSelection(): { at: string; select: (path: string | undefined) => void } {
  const { page, at, go } = usePlaceInDesigner();
  const select = useCallback((path: string | undefined) => go(page, path, true), [go, page]);
  return { at, select };
}

/** Goes to any place of the definition: the page that shows it, with it selected. */
export function useJump(): (path: string) => void {
  const { go } = usePlaceInDesigner();
  const store = useDraftStore();
  return useCallback((path: string) => go(placeOf(store.getState().history.now, path).page, path), [go, store]);
}

export function useActions() {
  const store = useDraftStore();
  const { select } = useSelection();
  return useMemo(
    () => ({
      apply: (change: Change) => store.actions.apply(change),
      set: (at: Path, value: unknown) => store.actions.apply({ op: 'set', at, value }),
      /** Makes an edit and selects what it made. */
      edit: (edit: Edit) => {
        store.actions.apply(edit.change);
        select(edit.select);
      },
      now: () => store.getState().history.now,
    }),
    [store, select],
  );
}

export interface Slot<T> {
  value: T | undefined;
  /** Sets the value; undefined and "" remove the member. */
  set: (value: T | undefined) => void;
  /** The same, while typing: the letters of one go are one step of undo. */
  type: (value: T | undefined) => void;
  settle: () => void;
  path: string;
  problems: Problem[];
}

/** One place of the definition, as a control uses it. */
export function useSlot<T>(at: Path, inner: readonly string[] = []): Slot<T> {
  const store = useDraftStore();
  const value = useDraft((s) => valueAt(s.history.now, at)) as T | undefined;
  const path = useDraft((s) => keyPath(s.history.now, at));
  const all = useDraft((s) => s.problems);
  const problems = useMemo(
    () =>
      problemsFor(
        all,
        path,
        inner.map((i) => `${path}/${i}`),
      ),
    // The list of inner members is written at the call and never changes there.
    // oxlint-disable-next-line react/exhaustive-deps
    [all, path],
  );
  const clean = (v: T | undefined) => ((v as unknown) === '' ? undefined : v);
  return {
    value,
    set: (v) => store.actions.apply({ op: 'set', at, value: clean(v) }),
    type: (v) => store.actions.apply({ op: 'set', at, value: clean(v) }, typing(at)),
    settle: store.actions.settle,
    path,
    problems,
  };
}
