import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { SandboxBar } from './SandboxBar';

/** The workspace under the bar of a sandbox. */
export function Sandboxed({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  return (
    <div className="sandboxed">
      <a className="skip" href="#page">
        {t('skipToPage')}
      </a>
      <SandboxBar />
      <div className="sandbox-page" data-scroll-restoration-id="sandbox">
        {children}
      </div>
    </div>
  );
}
