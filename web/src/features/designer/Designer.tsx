import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorBox, Skeleton } from '@/ui/States';
import { meQuery, queryClient } from '@/api/queries';
import { toast } from '@/ui/toast';
import { nextArea } from './areas';
import { draftKey, getDraft, pastDraft, putDraft, type Draft } from './api';
import { DraftContext, usePlaceInDesigner } from './context';
import { openDraft } from './draft';
import { unsavedOf } from './drafts/unsaved';
import { Frame } from './Frame';
import './designer.css';

/** The designer of one app. */
export function Designer() {
  const { app } = usePlaceInDesigner();
  // Fetched once: from then on the editor holds the draft, and hears of others' changes when it saves.
  const query = useQuery({
    queryKey: draftKey(app),
    queryFn: () => getDraft(app),
    staleTime: Infinity,
    gcTime: 0,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
  const me = useQuery(meQuery());
  if (query.data && me.data) return <Opened key={app} app={app} user={me.data.user.id} draft={query.data} />;
  return (
    <main className="d-loading">
      {query.error ? <ErrorBox error={query.error} onRetry={() => void query.refetch()} /> : <Skeleton rows={8} />}
    </main>
  );
}

function Opened({ app, user, draft }: { app: string; user: string; draft: Draft }) {
  const { t } = useTranslation('designer');
  const store = useMemo(
    () =>
      openDraft(
        app,
        draft,
        {
          get: () => getDraft(app),
          put: (definition, rev) => putDraft(app, definition, rev),
          past: (rev) => pastDraft(app, rev),
        },
        unsavedOf(app, user, window.localStorage),
      ),
    [app, user, draft],
  );
  useEffect(() => {
    // What cannot be put together now stays where it is kept, for the next time.
    store.actions.recover().then(
      (found) => {
        if (found) toast(t('recovered'));
      },
      () => undefined,
    );
  }, [store, t]);

  useEffect(() => {
    const { undo, redo, flush } = store.actions;
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'F6' && !(event.target instanceof Element && event.target.closest('[role="dialog"]'))) {
        event.preventDefault();
        nextArea(document, document.activeElement, event.shiftKey)?.focus();
        return;
      }
      if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
      const key = event.key.toLowerCase();
      if (key === 's') {
        event.preventDefault();
        void flush();
        return;
      }
      // Text fields undo their own letters.
      if (event.target instanceof HTMLElement && event.target.closest('input, textarea, [contenteditable="true"]')) return;
      if (key === 'z' && !event.shiftKey) {
        event.preventDefault();
        undo();
      } else if (key === 'y' || (key === 'z' && event.shiftKey)) {
        event.preventDefault();
        redo();
      }
    };
    const onLeave = (event: BeforeUnloadEvent) => {
      if (store.getState().state === 'saved') return;
      void flush();
      event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    window.addEventListener('beforeunload', onLeave);
    return () => {
      window.removeEventListener('keydown', onKey);
      window.removeEventListener('beforeunload', onLeave);
      void flush().then(() => {
        void queryClient.invalidateQueries({ queryKey: ['apps'] });
        void queryClient.invalidateQueries({ queryKey: ['me'] });
      });
    };
  }, [store]);
  return (
    <DraftContext.Provider value={store}>
      <Frame />
    </DraftContext.Provider>
  );
}
