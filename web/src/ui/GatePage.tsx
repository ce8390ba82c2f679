import { useEffect, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { languages, useSpeak } from './languages';
import './gate.css';

/** The page before one is in: set-up and login. */
export function GatePage({ title, wide, children }: { title: string; wide?: boolean; children: ReactNode }) {
  const { i18n, t } = useTranslation();
  const speak = useSpeak();
  useEffect(() => {
    document.title = `${title} · Pipewright`;
  }, [title]);
  return (
    <main className="gate">
      <div className={wide ? 'gate-card card wide' : 'gate-card card'}>
        <div className="gate-brand">
          <svg width="24" height="24" viewBox="0 0 20 20" fill="none" stroke="var(--accent)" strokeWidth="2" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true">
            <path d="M3 5h8a4 4 0 0 1 0 8H8" />
            <circle cx="5" cy="13" r="2.5" />
          </svg>
          Pipewright
        </div>
        <h1>{title}</h1>
        {children}
      </div>
      <div className="gate-languages" role="group" aria-label={t('language')}>
        {languages.map((l) => (
          <button key={l.key} type="button" className="link" lang={l.key} aria-pressed={i18n.language === l.key} onClick={() => void speak(l.key)}>
            {l.name}
          </button>
        ))}
      </div>
    </main>
  );
}
