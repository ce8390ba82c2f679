import { useSuspenseQuery } from '@tanstack/react-query';
import { Outlet, useRouterState } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { sandbox } from '@/api/base';
import { meQuery } from '@/api/queries';
import { useLive } from '@/api/stream';
import { speak } from '@/ui/languages';
import { CompanyContext } from '@/ui/locale';
import { ShellContext } from '@/ui/shellContext';
import { BottomTabs } from './BottomTabs';
import { keepFocus } from './keepFocus';
import { NoLine } from './NoLine';
import { Nav } from './Nav';
import { PagePending } from './PagePending';
import { TopBar } from './TopBar';

// Only in a sandbox.
const Sandboxed = lazy(() => import('@/features/sandbox/Sandboxed').then((m) => ({ default: m.Sandboxed })));
// Only while an admin sees as somebody else.
const Seen = lazy(() => import('@/features/seeing/Seen').then((m) => ({ default: m.Seen })));
// Phones only, and only when asked for.
const MenuDrawer = lazy(() => import('./MenuDrawer').then((m) => ({ default: m.MenuDrawer })));

/** What every signed-in page stands in: the company's settings and the live connection. */
export function Frame() {
  const { data: me } = useSuspenseQuery(meQuery());
  const { i18n } = useTranslation();
  useLive();
  useEffect(() => keepFocus(), []);
  // The person's own language wins over the browser's; only when it changes on the server, so that a switch here stays.
  useEffect(() => {
    if (me.user.language && me.user.language !== i18n.language) void speak(me.user.language).catch(() => undefined);
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [me.user.language]);
  const page = (
    <Suspense fallback={<PagePending />}>
      <Outlet />
    </Suspense>
  );
  return (
    <CompanyContext.Provider value={me.company}>
      {sandbox ? (
        <Suspense fallback={<PagePending />}>
          <Sandboxed>{page}</Sandboxed>
        </Suspense>
      ) : me.seeing ? (
        <Suspense fallback={<PagePending />}>
          <Seen me={me}>{page}</Seen>
        </Suspense>
      ) : (
        page
      )}
    </CompanyContext.Provider>
  );
}

/** The workspace: navigation on the left (bottom tabs on phones), top bar, page. */
export function Shell() {
  const { t } = useTranslation();
  const [head, setHead] = useState<HTMLElement | null>(null);
  const [bare, setBare] = useState(false);
  const path = useRouterState({ select: (s) => s.location.pathname });
  // The menu belongs to the page it was opened on, so going anywhere closes it.
  const [menuAt, setMenuAt] = useState('');
  const slots = useMemo(() => ({ head, setBare }), [head]);
  return (
    <ShellContext.Provider value={slots}>
      {sandbox ? null : (
        <a className="skip" href="#page">
          {t('skipToPage')}
        </a>
      )}
      <div className={`shell${bare ? ' bare' : ''}`}>
        <Nav />
        <div className="main">
          <TopBar slot={setHead} />
          <NoLine />
          <main className="page" id="page" tabIndex={-1} style={{ outline: 'none' }}>
            <Suspense fallback={<PagePending />}>
              <Outlet />
            </Suspense>
          </main>
        </div>
        <BottomTabs onMore={() => setMenuAt(path)} />
      </div>
      {menuAt === path ? (
        <Suspense>
          <MenuDrawer onClose={() => setMenuAt('')} />
        </Suspense>
      ) : null}
    </ShellContext.Provider>
  );
}
