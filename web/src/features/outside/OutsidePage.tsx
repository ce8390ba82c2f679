import { lazy, useEffect, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { isApiError } from '@/api/client';
import { Empty, Skeleton, useErrorText } from '@/ui/States';
import { languages, useSpeak } from '@/ui/languages';
import { PublicForm } from './PublicForm';
import { TrackingPage } from './TrackingPage';
import './outside.css';

// It draws; a form and a tracking page do without.
const SharedFlow = lazy(() => import('./SharedFlow').then((m) => ({ default: m.SharedFlow })));

/** What stands behind a link that was given to somebody outside. */
export function OutsidePage({ kind, token }: { kind: string; token: string }) {
  if (kind === 'p') return <PublicForm token={token} />;
  if (kind === 'share') return <SharedFlow token={token} />;
  return <TrackingPage token={token} />;
}

/** The page around it: a title, a column as wide as a phone likes, the languages. */
export function OutsideFrame({ title, offered, wide, children }: { title: string; offered?: readonly string[]; wide?: boolean; children: ReactNode }) {
  const { i18n, t } = useTranslation();
  const speak = useSpeak();
  useEffect(() => {
    document.title = title || ' ';
  }, [title]);
  const shown = languages.filter((l) => !offered || offered.includes(l.key));
  return (
    <main className={`outside${wide ? ' wide' : ''}`}>
      {children}
      {shown.length > 1 ? (
        <div className="outside-languages" role="group" aria-label={t('language')}>
          {shown.map((l) => (
            <button key={l.key} type="button" className="link" lang={l.key} aria-pressed={i18n.language === l.key} onClick={() => void speak(l.key)}>
              {l.name}
            </button>
          ))}
        </div>
      ) : null}
    </main>
  );
}

/** While it loads, or where the link leads nowhere. */
export function OutsideState({ error, onRetry }: { error: Error | null; onRetry: () => void }) {
  const { t } = useTranslation('outside');
  const errorText = useErrorText();
  if (!error) {
    return (
      <OutsideFrame title="" offered={[]}>
        <div className="card">
          <Skeleton rows={6} height={48} />
        </div>
      </OutsideFrame>
    );
  }
  const gone = isApiError(error) && error.status === 404;
  return (
    <OutsideFrame title={t('closed')}>
      <div className="card">
        <Empty heading={1} title={gone ? t('closed') : t('failed')} text={gone ? t('closedText') : errorText(error)}>
          {gone ? null : (
            <button type="button" className="link" onClick={onRetry}>
              {t('retry')}
            </button>
          )}
        </Empty>
      </div>
    </OutsideFrame>
  );
}
