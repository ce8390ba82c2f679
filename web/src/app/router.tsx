import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet, redirect } from '@tanstack/react-router';
import { base } from '@/api/base';
import { isApiError } from '@/api/client';
import { meQuery, queryClient, setupQuery } from '@/api/queries';
import { Crash, NotFound } from './shell/Crash';
import { PagePending } from './shell/PagePending';
import { Frame, Shell } from './shell/Shell';

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFound, errorComponent: Crash });

/** Search parameters that are text; anything else is dropped. */
function texts<K extends string>(...names: K[]) {
  return (search: Record<string, unknown>): { [name in K]?: string } => {
    const out: { [name in K]?: string } = {};
    for (const name of names) {
      const value = search[name];
      if (typeof value === 'string' && value !== '') out[name] = value;
      else if (typeof value === 'number' || typeof value === 'boolean') out[name] = String(value);
    }
    return out;
  };
}

const login = createRoute({
  getParentRoute: () => root,
  path: '/login',
  validateSearch: texts('next', 'oidc'),
  component: lazyRouteComponent(() => import('@/features/login/LoginPage'), 'LoginPage'),
});

const setup = createRoute({
  getParentRoute: () => root,
  path: '/setup',
  component: lazyRouteComponent(() => import('@/features/setup/SetupPage'), 'SetupPage'),
});

/** Everything behind the login. */
const signedIn = createRoute({
  getParentRoute: () => root,
  id: 'signedIn',
  beforeLoad: async ({ location }) => {
    try {
      await queryClient.ensureQueryData(meQuery());
    } catch (error) {
      if (!isApiError(error) || error.status !== 401) throw error;
      const state = await queryClient.ensureQueryData(setupQuery());
      if (state.needed) throw redirect({ to: '/setup' });
      throw redirect({ to: '/login', search: { next: location.href } });
    }
  },
  component: Frame,
});

/** The workspace: navigation, top bar, page. */
const shell = createRoute({ getParentRoute: () => signedIn, id: 'shell', component: Shell });

const home = createRoute({
  getParentRoute: () => shell,
  path: '/',
  validateSearch: texts('view', 'day'),
  component: lazyRouteComponent(() => import('@/features/home/HomePage'), 'HomePage'),
});

const inbox = createRoute({
  getParentRoute: () => shell,
  path: '/inbox',
  validateSearch: texts('task', 'tab'),
  component: lazyRouteComponent(() => import('@/features/inbox/InboxPage'), 'InboxPage'),
});

// What links in mails open: the decision itself, for whoever is signed in. It posts from there; a link that is out of date says so.
const taskLink = createRoute({
  getParentRoute: () => shell,
  path: '/tasks/$id',
  beforeLoad: ({ params }) => {
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- the router's own way
    throw redirect({ to: '/inbox', search: { task: params.id }, replace: true });
  },
});

const board = createRoute({
  getParentRoute: () => shell,
  path: '/a/$app/board/$view',
  validateSearch: texts('where', 'f', 'scope', 'sort'),
  component: lazyRouteComponent(() => import('@/features/board/BoardPage'), 'BoardPage'),
});

const list = createRoute({
  getParentRoute: () => shell,
  path: '/a/$app/list/$form',
  validateSearch: texts('view', 'where', 'f', 'sort', 'scope', 'q', 'columns', 'title', 'saved'),
  component: lazyRouteComponent(() => import('@/features/list/ListPage'), 'ListPage'),
});

const create = createRoute({
  getParentRoute: () => shell,
  path: '/a/$app/new/$form',
  validateSearch: texts('via', 'from', 'kept'),
  component: lazyRouteComponent(() => import('@/features/record/CreatePage'), 'CreatePage'),
});

const record = createRoute({
  getParentRoute: () => shell,
  path: '/r/$id',
  validateSearch: texts('tab', 'note'),
  component: lazyRouteComponent(() => import('@/features/record/RecordPage'), 'RecordPage'),
});

const history = createRoute({
  getParentRoute: () => shell,
  path: '/r/$id/history',
  validateSearch: (search: Record<string, unknown>): { seq?: number } => (Number.isInteger(search.seq) ? { seq: search.seq as number } : {}),
  component: lazyRouteComponent(() => import('@/features/record/HistoryPage'), 'HistoryPage'),
});

const merge = createRoute({
  getParentRoute: () => shell,
  path: '/r/$id/merge',
  validateSearch: texts('with'),
  component: lazyRouteComponent(() => import('@/features/record/MergePage'), 'MergePage'),
});

/** A paper stands alone, with nothing of the workspace around it. */
const print = createRoute({
  getParentRoute: () => signedIn,
  path: '/print/$id/$key',
  component: lazyRouteComponent(() => import('@/features/record/PrintPage'), 'PrintPage'),
});

const pool = createRoute({
  getParentRoute: () => shell,
  path: '/a/$app/pool/$key',
  component: lazyRouteComponent(() => import('@/features/pool/PoolPage'), 'PoolPage'),
});

const bin = createRoute({
  getParentRoute: () => shell,
  path: '/a/$app/bin/$form',
  component: lazyRouteComponent(() => import('@/features/bin/BinPage'), 'BinPage'),
});

const duplicates = createRoute({
  getParentRoute: () => shell,
  path: '/a/$app/duplicates/$form',
  validateSearch: texts('tab'),
  component: lazyRouteComponent(() => import('@/features/duplicates/DuplicatesPage'), 'DuplicatesPage'),
});

const dashboard = createRoute({
  getParentRoute: () => shell,
  path: '/a/$app/dashboards/$key',
  component: lazyRouteComponent(() => import('@/features/dashboard/DashboardPage'), 'DashboardPage'),
});

const forecast = createRoute({
  getParentRoute: () => shell,
  path: '/a/$app/forecast/$process',
  validateSearch: texts('year', 'what', 'mode'),
  component: lazyRouteComponent(() => import('@/features/forecast/ForecastPage'), 'ForecastPage'),
});

const compliance = createRoute({
  getParentRoute: () => shell,
  path: '/a/$app/compliance/$process',
  validateSearch: texts('from', 'to', 'kind', 'person'),
  component: lazyRouteComponent(() => import('@/features/compliance/CompliancePage'), 'CompliancePage'),
});

const templates = createRoute({
  getParentRoute: () => shell,
  path: '/templates',
  component: lazyRouteComponent(() => import('@/features/templates/TemplatesPage'), 'TemplatesPage'),
});

const people = createRoute({
  getParentRoute: () => shell,
  path: '/people',
  validateSearch: texts('tab'),
  component: lazyRouteComponent(() => import('@/features/people/PeoplePage'), 'PeoplePage'),
});

const outbound = createRoute({
  getParentRoute: () => shell,
  path: '/outbound',
  validateSearch: texts('tab'),
  component: lazyRouteComponent(() => import('@/features/outbound/OutboundPage'), 'OutboundPage'),
});

const adoption = createRoute({
  getParentRoute: () => shell,
  path: '/usage',
  component: lazyRouteComponent(() => import('@/features/adoption/AdoptionPage'), 'AdoptionPage'),
});

const system = createRoute({
  getParentRoute: () => shell,
  path: '/system',
  validateSearch: texts('tab'),
  component: lazyRouteComponent(() => import('@/features/system/SystemPage'), 'SystemPage'),
});

const profile = createRoute({
  getParentRoute: () => shell,
  path: '/profile',
  component: lazyRouteComponent(() => import('@/features/profile/ProfilePage'), 'ProfilePage'),
});

/** The list of apps to design stands in the workspace frame. */
const designHome = createRoute({
  getParentRoute: () => shell,
  path: '/design',
  component: lazyRouteComponent(() => import('@/features/designer'), 'DesignHome'),
});

/** One app's designer brings its own frame: the 64 px rail and its own top bar. Everything after the app's key is its own. */
const design = createRoute({
  getParentRoute: () => signedIn,
  path: '/design/$app',
  component: lazyRouteComponent(() => import('@/features/designer'), 'Designer'),
});
const designPlace = createRoute({ getParentRoute: () => design, path: '$' });

export const router = createRouter({
  routeTree: root.addChildren([
    login,
    setup,
    signedIn.addChildren([
      shell.addChildren([home, inbox, taskLink, board, list, create, record, history, merge, pool, bin, duplicates, dashboard, forecast, compliance, templates, people, outbound, adoption, system, profile, designHome]),
      print,
      design.addChildren([designPlace]),
    ]),
  ]),
  ...(base ? { basepath: base } : {}),
  defaultPreload: 'intent',
  defaultPreloadStaleTime: 0,
  defaultPendingComponent: PagePending,
  defaultPendingMs: 150,
  defaultErrorComponent: Crash,
  defaultNotFoundComponent: NotFound,
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
