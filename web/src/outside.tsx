import { StrictMode, Suspense } from 'react';
import { createRoot } from 'react-dom/client';
import 'antd/dist/antd.css';
import './app/tokens.css';
import './app/base.css';
import { base } from './api/base';
import { configureApi } from './api/client';
import { currentLanguage, startI18n } from './app/i18n';
import { Providers } from './app/providers';
import { OutsidePage } from './features/outside/OutsidePage';

// Pages for people who have not signed in: a public form, the progress of an order, the picture of a flow.
await startI18n();
configureApi({ language: currentLanguage, onSignedOut: () => {} });

const root = document.getElementById('root');
if (!root) throw new Error('outside.html has no #root');
const [, kind = '', token = ''] = window.location.pathname.slice(base.length).split('/');
createRoot(root).render(
  <StrictMode>
    <Suspense>
      <Providers>
        <OutsidePage kind={kind} token={token} />
      </Providers>
    </Suspense>
  </StrictMode>,
);
