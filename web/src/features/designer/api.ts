import { queryOptions } from '@tanstack/react-query';
import { api } from '@/api/client';
import type { Page, PathPreview, Person, Text } from '@/api/types';
import type { Definition, Rule } from '@/model/definition';
import type { Problem } from '@/model/problem';
import type { Point } from './drafts/points';

export interface Draft {
  definition: Definition;
  rev: number;
  /** The release the draft began from; 0 when nothing is published yet. */
  base: number;
  savedAt?: string;
  savedBy?: Person | null;
  problems?: Problem[];
}

export interface Saved {
  rev: number;
  savedAt?: string;
  problems?: Problem[];
}

export interface Checked {
  problems: Problem[];
  errors: number;
  warnings: number;
}

/** A place that names a thing: the path of the slot, what stands there, and what it becomes. */
export interface Use {
  path: string;
  before: string;
  after?: string;
}

export interface Renamed {
  uses: Use[];
  warnings: Problem[];
  definition: Definition;
}

export interface Release {
  n: number;
  digest: string;
  note: string;
  at: string;
  by?: Person | null;
  live: boolean;
  state?: string;
}

export interface DiffItem {
  path: string;
  kind: 'added' | 'removed' | 'changed';
  area: string;
  text: Text;
  before?: unknown;
  after?: unknown;
}

/** Another live app, with forms of it (or of this one, where it uses them). */
export interface Neighbour {
  key: string;
  name: Text;
  forms: { key: string; name: Text; fields: { key: string; name: Text; type: string }[] }[];
}

export const neighboursQuery = (app: string) =>
  queryOptions({
    queryKey: ['neighbours', app],
    queryFn: ({ signal }) => api.get<{ usable: Neighbour[]; usedBy: Neighbour[] }>(`/apps/${app}/neighbours`, { signal }),
  });

export const draftKey = (app: string) => ['draft', app];

export const getDraft = (app: string) => api.get<Draft>(`/apps/${app}/draft`);
export const putDraft = (app: string, definition: Definition, rev: number) =>
  api.put<Saved>(`/apps/${app}/draft`, definition, { ifMatch: rev });
/** Saves of the draft before a rev, the newest first; "" begins with the draft as it is. */
export const historyPage = (app: string, before: string, signal: AbortSignal) =>
  api.get<Page<Point>>(`/apps/${app}/draft/history`, { query: before ? { before } : {}, signal });
export const pastDraft = (app: string, rev: number) =>
  api.get<{ definition: Definition }>(`/apps/${app}/draft/history/${rev}`).then((p) => p.definition);
export const sayHere = (app: string, place: string, gone: boolean) =>
  api.post<{ items: { user: Person | null; place: string; at: string }[]; rev: number }>(`/apps/${app}/draft/here`, { place, gone });
export const checkDraft = (app: string, definition?: Definition) =>
  api.post<Checked>(`/apps/${app}/check`, definition === undefined ? {} : { definition });
/** What the definition becomes when the thing at a key path gets another key; nothing is saved. */
export const rename = (app: string, definition: Definition, path: string, to: string) =>
  api.post<Renamed>(`/apps/${app}/rename`, { definition, path, to, dryRun: true });
export const publish = (app: string, body: { note: string; acceptWarnings: boolean; rev: number }) =>
  api.post<{ release: number; digest: string; same: boolean }>(`/apps/${app}/publish`, body);
export const restore = (app: string, n: number) => api.post<{ release: number }>(`/apps/${app}/releases/${n}/restore`);

export const releasesQuery = (app: string) =>
  queryOptions({
    queryKey: ['releases', app],
    queryFn: ({ signal }) => api.get<Page<Release>>(`/apps/${app}/releases`, { signal }).then((p) => p.items),
  });

export const releaseQuery = (app: string, n: number) =>
  queryOptions({
    queryKey: ['release', app, n],
    queryFn: ({ signal }) => api.get<Release & { definition: Definition }>(`/apps/${app}/releases/${n}`, { signal }),
    staleTime: Infinity,
  });

export const diffQuery = (app: string, from: number | string, to: number | string, rev: number) =>
  queryOptions({
    queryKey: ['diff', app, from, to, rev],
    queryFn: ({ signal }) =>
      api.get<{ items: DiffItem[] }>(`/apps/${app}/diff`, { query: { from, to }, signal }).then((p) => p.items),
  });

/** A cell before and after, by the column as the sheet calls it: "if amount", "then level", "note en". */
export interface CellSwing {
  column: string;
  name: Text;
  before?: string;
  after?: string;
}

/** What a workbook would make of a decision table. */
export interface SheetRead {
  rule: Rule;
  changes: {
    kind: 'added' | 'removed' | 'changed' | 'moved' | 'hit' | 'columnAdded' | 'columnRemoved' | 'columnsMoved';
    /** The column, as the sheet calls it, and its name. */
    column?: string;
    name?: Text;
    row?: number;
    was?: number;
    sheetRow?: number;
    cells?: CellSwing[];
    before?: string;
    after?: string;
  }[];
  /** With the cell of the sheet, such as C7. */
  problems: (Problem & { cell?: string })[];
}

export const ruleSheet = (app: string, rule: string, definition: Definition) =>
  api.download(`/apps/${app}/draft/rules/${rule}/sheet`, { definition });
export const readRuleSheet = (app: string, rule: string, definition: Definition, file: string) =>
  api.post<SheetRead>(`/apps/${app}/draft/rules/${rule}/sheet/read`, { definition, file });

export type Side = 'mine' | 'theirs';

/** A place that the draft and the template changed, each otherwise. */
export interface MergeConflict {
  path: string;
  kind: 'changed' | 'removed' | 'order';
  place: Text;
  mineText: Text;
  theirsText: Text;
  /** The places within it where the three differ; without a name the conflict is one value. */
  lines: { name?: Text; base: Text; mine: Text; theirs: Text }[];
  chosen?: Side;
}

/** Where a draft and what somebody else saved changed the same since they parted, in words. */
export const clashesQuery = (app: string, base: number, theirs: number, mine: () => Definition) =>
  queryOptions({
    queryKey: ['clashes', app, base, theirs],
    queryFn: ({ signal }) => api.post<{ items: MergeConflict[] }>(`/apps/${app}/draft/clashes`, { base, theirs, definition: mine() }, { signal }),
    select: (found) => found.items,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });

/** What a newer version of the app's template would make of the draft. */
export interface Upgrade {
  available: boolean;
  name?: Text;
  to?: string;
  changes: DiffItem[];
  conflicts: MergeConflict[];
  rev: number;
  problems: Problem[];
}

export const upgradeQuery = (app: string, rev: number, choices: Record<string, Side>) =>
  queryOptions({
    queryKey: ['upgrade', app, rev, choices],
    queryFn: ({ signal }) => api.post<Upgrade>(`/apps/${app}/upgrade`, { choices, dryRun: true }, { signal }),
    retry: false,
  });

export const takeUpgrade = (app: string, rev: number, to: string, choices: Record<string, Side>) =>
  api.post<Upgrade>(`/apps/${app}/upgrade`, { to, choices }, { ifMatch: rev });

export interface PreviewInput {
  chain: string;
  data: Record<string, unknown>;
  initiator: string;
  owner: string;
  definition?: Definition;
}

export const previewChain = (app: string, input: PreviewInput, signal?: AbortSignal) =>
  api.post<PathPreview>(`/apps/${app}/preview-chain`, input, signal ? { signal } : {});

export interface AutomationInfo {
  key: string;
  nextFires?: string[];
  paused: boolean;
}

export interface RunAction {
  path: string;
  kind: string;
  skipped?: boolean;
  failed?: boolean;
  status?: number;
  /** The record it was done to. */
  record?: string;
  /** What it was done with. */
  input?: unknown;
  /** The beginning of what another system answered. */
  answer?: string;
}

export interface RunInfo {
  id: string;
  at: string;
  state: 'done' | 'failed' | 'skipped' | 'waiting' | 'stopped' | 'discarded';
  record?: string;
  title?: string;
  error: { code: string; message: string; path?: string; details?: { path: string; message: string }[] } | null;
  actions: RunAction[];
  until: string | null;
  /** To be retried or discarded. */
  job?: string;
  more?: number;
  /** What a webhook brought. */
  payload?: unknown;
}

export const runsQuery = (app: string, key: string) =>
  queryOptions({
    queryKey: ['automations', app, key, 'runs'],
    queryFn: ({ signal }) =>
      api.get<{ items: RunInfo[] }>(`/automations/${app}/${key}/runs?limit=20`, { signal }).then((p) => p.items),
    retry: false,
  });

export interface Hook {
  key: string;
  path: string;
  open: boolean;
  at?: string;
  /** Until when the secret that was replaced still counts. */
  before?: string;
}

export const hooksQuery = (app: string) =>
  queryOptions({
    queryKey: ['hooks', app],
    queryFn: ({ signal }) => api.get<{ items: Hook[] }>(`/hooks/${app}`, { signal }).then((p) => p.items),
    retry: false,
  });

export const newHookSecret = (app: string, key: string) => api.post<{ secret: string }>(`/hooks/${app}/${key}/secret`, {});

export const closeHook = (app: string, key: string) => api.delete<void>(`/hooks/${app}/${key}/secret`);

export const pauseAutomation = (app: string, key: string, paused: boolean) =>
  api.post(`/automations/${app}/${key}/${paused ? 'pause' : 'resume'}`);

export const automationsQuery = (app: string) =>
  queryOptions({
    queryKey: ['automations', app],
    queryFn: ({ signal }) => api.get<{ items: AutomationInfo[] }>(`/automations/${app}`, { signal }).then((p) => p.items),
    retry: false,
  });

/** The group robots that automations can speak through. */
export const robotsQuery = () =>
  queryOptions({ queryKey: ['robots', 'names'], queryFn: ({ signal }) => api.get<Page<{ key: string; name: string }>>('/robots', { signal }).then((p) => p.items), staleTime: 30_000 });
