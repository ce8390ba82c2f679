import { RouterProvider } from '@tanstack/react-router';
import { StrictMode, Suspense } from 'react';
import { createRoot } from 'react-dom/client';
import 'antd/dist/antd.css';
import './app/tokens.css';
import './app/base.css';
import './app/shell/shell.css';
import { base } from './api/base';
import { configureApi } from './api/client';
import { meQuery, queryClient } from './api/queries';
import { currentLanguage, startI18n } from './app/i18n';
import { forgetOwn, keepApp } from './app/keepApp';
import { Providers } from './app/providers';
import { router } from './app/router';

await startI18n();
configureApi({
  language: currentLanguage,
  onSignedOut: () => {
    forgetOwn();
    if (base) {
      window.location.assign('/login');
      return;
    }
    const here = router.state.location;
    if (here.pathname === '/login' || here.pathname === '/setup') return;
    queryClient.clear();
    void router.navigate({ to: '/login', search: { next: here.href } });
  },
  onSeeingOver: () => {
    void fetch('/api/seeing', { method: 'DELETE', credentials: 'same-origin' }).finally(() => window.location.assign('/'));
  },
  onSandboxGone: () => {
    if (queryClient.getQueryData(meQuery().queryKey) === undefined) return; // the page is told already
    queryClient.clear();
    void router.invalidate();
  },
});

// After an update of the server the old parts of the app are gone: load the new app, once a minute at most.
window.addEventListener('vite:preloadError', () => {
  if (!navigator.onLine) return; // a page that is there is better than none
  const last = Number(sessionStorage.getItem('pipewright.reloaded') ?? 0);
  if (Date.now() - last < 60_000) return;
  sessionStorage.setItem('pipewright.reloaded', String(Date.now()));
  window.location.reload();
});

keepApp();

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');
createRoot(root).render(
  <StrictMode>
    <Suspense>
      <Providers>
        <RouterProvider router={router} />
      </Providers>
    </Suspense>
  </StrictMode>,
);
