import { infiniteQueryOptions, onlineManager, QueryClient, queryOptions } from '@tanstack/react-query';
import { stopClock } from './base';
import { api, isApiError, seeAs, type Query } from './client';
import type { Absence, AgendaItem, AppModel, AppSummary, Belongings, BinnedItem, Board, Calendars, CalendarYear, DashboardResult, EventItem, Handover, Home, Me, NoteItem, Notice, Page, PathPreview, PoolPage, Rate, RecordFull, RecordItem, ReportResult, RoleInfo, SavedView, SearchHit, SessionInfo, SetupState, Task, TaskFull, Team, Template, User } from './types';

/** When what is still being built is asked for again. */
const buildingAgain = 3000;

/** What is wrong with a query: its error, or that it waits for something that is being built; and whether there is nothing to say yet. */
export function standing(query: { error: Error | null; failureReason: Error | null; isPending: boolean }): { wrong: Error | null; pending: boolean } {
  const waits = isApiError(query.failureReason, 'index.building') ? query.failureReason : null;
  return { wrong: query.error ?? waits, pending: query.isPending && !waits };
}

// A page that starts without a line waits for it, but for what the service worker answers (kept).
onlineManager.setOnline(navigator.onLine);
/** What is asked for also while the line is down. */
const kept = { networkMode: 'offlineFirst' } as const;

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      // What is still being built on the server is asked for until it is there.
      retry: (count, error) => isApiError(error, 'index.building') || (count < 2 && navigator.onLine && (!isApiError(error) || error.status === 0 || error.status >= 502)),
      retryDelay: (count, error) => (isApiError(error, 'index.building') ? buildingAgain : Math.min(1000 * 2 ** count, 30_000)),
      refetchOnWindowFocus: true,
    },
    mutations: { retry: false },
  },
});

/** As whom the last answer was for; '' for oneself. */
let seen: string | undefined;

/** Notes whether an admin sees as somebody else. When that changed in another window, nothing on this page holds any more. */
function noteSeeing(me: Me) {
  const now = me.seeing ? me.user.id : '';
  if (seen !== undefined && seen !== now) window.location.reload();
  seen = now;
  seeAs(now || undefined);
}

export const meQuery = () =>
  queryOptions({
    ...kept,
    queryKey: ['me'],
    queryFn: async ({ signal }) => {
      const me = await api.get<Me>('/me', { signal });
      stopClock(me.now);
      noteSeeing(me);
      return me;
    },
    staleTime: 60_000,
  });

export const setupQuery = () =>
  queryOptions({ queryKey: ['setup'], queryFn: ({ signal }) => api.get<SetupState>('/setup', { signal }), staleTime: Infinity });

export const appsQuery = () =>
  queryOptions({ ...kept, queryKey: ['apps'], queryFn: ({ signal }) => api.get<Page<AppSummary>>('/apps', { signal }).then((p) => p.items) });

export const modelQuery = (app: string) =>
  queryOptions({ ...kept, queryKey: ['model', app], queryFn: ({ signal }) => api.get<AppModel>(`/apps/${app}/model`, { signal }), staleTime: 300_000 });

export const templatesQuery = () =>
  queryOptions({ queryKey: ['templates'], queryFn: ({ signal }) => api.get<Page<Template>>('/templates', { signal }).then((p) => p.items) });

export const homeQuery = () => queryOptions({ queryKey: ['home'], queryFn: ({ signal }) => api.get<Home>('/home', { signal }) });

export const agendaQuery = (from: string, to: string) =>
  queryOptions({ queryKey: ['home', 'agenda', from, to], queryFn: ({ signal }) => api.get<{ items: AgendaItem[]; more: boolean }>('/agenda', { query: { from, to }, signal }) });

/** What selects records of one form; empty members are left out. */
export interface RecordsFilter {
  where?: string;
  sort?: string;
  stage?: string;
  owner?: string;
  view?: string;
  q?: string;
  limit?: number;
}

export const recordsPath = (app: string, form: string) => `/apps/${app}/forms/${form}/records`;

export const savedViewsPath = (app: string, form: string) => `/apps/${app}/forms/${form}/views`;

export const savedViewsQuery = (app: string, form: string) =>
  queryOptions({ queryKey: ['savedViews', app, form], queryFn: ({ signal }) => api.get<Page<SavedView>>(savedViewsPath(app, form), { signal }).then((p) => p.items) });

export const recordsQuery = (app: string, form: string, filter: RecordsFilter) =>
  infiniteQueryOptions({
    queryKey: ['records', app, form, filter],
    queryFn: ({ pageParam, signal }) =>
      api.get<Page<RecordItem>>(recordsPath(app, form), { query: { ...filter, after: pageParam } as Query, signal }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next || undefined,
  });

export const recordQuery = (id: string) =>
  queryOptions({
    queryKey: ['record', id],
    queryFn: ({ signal }) => api.get<RecordFull>(`/records/${encodeURIComponent(id)}`, { signal }),
    refetchInterval: (query) => (query.state.data?.related?.some((list) => list.building) ? buildingAgain : false),
  });

export const eventsQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: ['events', id],
    queryFn: ({ pageParam, signal }) =>
      api.get<Page<EventItem>>(`/records/${encodeURIComponent(id)}/events`, { query: { after: pageParam }, signal }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next || undefined,
  });

export const previewQuery = (id: string, transition: string, rev: number) =>
  queryOptions({
    queryKey: ['preview', id, transition, rev],
    queryFn: ({ signal }) => api.get<PathPreview>(`/records/${encodeURIComponent(id)}/transitions/${transition}/preview`, { signal }),
  });

export const tasksQuery = (filter: { kind?: string; state?: string; mine?: number }) =>
  infiniteQueryOptions({
    queryKey: ['tasks', filter],
    queryFn: ({ pageParam, signal }) => api.get<Page<Task>>('/tasks', { query: { ...filter, after: pageParam }, signal }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next || undefined,
  });

export const taskQuery = (id: string) =>
  queryOptions({ queryKey: ['task', id], queryFn: ({ signal }) => api.get<TaskFull>(`/tasks/${encodeURIComponent(id)}`, { signal }) });

export const boardQuery = (app: string, view: string, where: string) =>
  queryOptions({
    queryKey: ['board', app, view, where],
    queryFn: ({ signal }) => api.get<Board>(`/apps/${app}/boards/${view}`, { query: { where }, signal }),
  });

export const poolQuery = (app: string, key: string, q: string) =>
  infiniteQueryOptions({
    queryKey: ['pool', app, key, q],
    queryFn: ({ pageParam, signal }) => api.get<PoolPage>(`/apps/${app}/pools/${key}`, { query: { q, after: pageParam }, signal }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next || undefined,
  });

export const notesQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: ['events', id, 'notes'],
    queryFn: ({ pageParam, signal }) => api.get<Page<NoteItem>>(`/records/${encodeURIComponent(id)}/notes`, { query: { around: '1', after: pageParam }, signal }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next || undefined,
  });

export const binQuery = (app: string, form: string, q: string) =>
  infiniteQueryOptions({
    queryKey: ['bin', app, form, q],
    queryFn: ({ pageParam, signal }) => api.get<Page<BinnedItem>>(`/apps/${app}/forms/${form}/bin`, { query: { q, after: pageParam }, signal }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next || undefined,
  });

export const dashboardQuery = (app: string, key: string) =>
  queryOptions({
    queryKey: ['dashboard', app, key],
    queryFn: ({ signal }) => api.get<DashboardResult>(`/apps/${app}/dashboards/${key}`, { signal }),
    refetchInterval: (query) => (query.state.data?.cards.some((card) => card.building) ? buildingAgain : false),
  });

export const reportQuery = (app: string, key: string, where: string) =>
  queryOptions({
    queryKey: ['report', app, key, where],
    queryFn: ({ signal }) => api.get<ReportResult>(`/apps/${app}/reports/${key}`, { query: { where }, signal }),
  });

export const searchQuery = (q: string) =>
  queryOptions({ queryKey: ['search', q], queryFn: ({ signal }) => api.get<Page<SearchHit>>('/search', { query: { q }, signal }).then((p) => p.items) });

export const noticesQuery = () =>
  infiniteQueryOptions({
    queryKey: ['notices'],
    queryFn: ({ pageParam, signal }) => api.get<Page<Notice>>('/notices', { query: { after: pageParam }, signal }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next || undefined,
  });

export const usersQuery = () =>
  queryOptions({ queryKey: ['users'], queryFn: ({ signal }) => api.get<Page<User>>('/users', { signal }).then((p) => p.items), staleTime: 300_000 });

export const teamsQuery = () =>
  queryOptions({ queryKey: ['teams'], queryFn: ({ signal }) => api.get<Page<Team>>('/teams', { signal }).then((p) => p.items) });

export const belongingsQuery = (user: string) =>
  queryOptions({ queryKey: ['belongings', user], queryFn: ({ signal }) => api.get<Belongings>(`/users/${encodeURIComponent(user)}/belongings`, { signal }) });

/** Looked at again while one of them runs. */
export const handoversQuery = () =>
  queryOptions({
    queryKey: ['handovers'],
    queryFn: async ({ signal }) => {
      const { items } = await api.get<Page<Handover>>('/handovers', { signal });
      // How far one is, is counted only where it is asked for by itself.
      return Promise.all(items.map((h) => (h.state === 'running' ? api.get<Handover>(`/handovers/${encodeURIComponent(h.id)}`, { signal }) : h)));
    },
    refetchInterval: (query) => (query.state.data?.some((h) => h.state === 'running') ? 2000 : false),
  });

/** Looked at again while timers are counted anew. */
export const calendarsQuery = () =>
  queryOptions({
    queryKey: ['calendars'],
    queryFn: ({ signal }) => api.get<Calendars>('/calendars', { signal }),
    refetchInterval: (query) => (query.state.data?.recounting ? 2000 : false),
  });

export const calendarYearQuery = (team: string, year: number) =>
  queryOptions({ queryKey: ['calendars', 'year', team, year], queryFn: ({ signal }) => api.get<CalendarYear>('/calendars/year', { query: { team, year }, signal }) });

export const rolesQuery = () =>
  queryOptions({ queryKey: ['roles'], queryFn: ({ signal }) => api.get<Page<RoleInfo>>('/roles', { signal }).then((p) => p.items) });

export const sessionsQuery = () =>
  queryOptions({ queryKey: ['sessions'], queryFn: ({ signal }) => api.get<Page<SessionInfo>>('/sessions', { signal }).then((p) => p.items) });

export const ratesQuery = () =>
  infiniteQueryOptions({
    queryKey: ['rates'],
    queryFn: ({ signal, pageParam }) => api.get<Page<Rate>>(`/rates?limit=20${pageParam ? `&after=${encodeURIComponent(pageParam)}` : ''}`, { signal }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next || undefined,
  });

export const absencesQuery = () =>
  queryOptions({ queryKey: ['absences'], queryFn: ({ signal }) => api.get<Page<Absence>>('/absences', { signal }).then((p) => p.items) });
