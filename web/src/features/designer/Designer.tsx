import { useQuery } from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';
import { ErrorBox, Skeleton } from '@/ui/States';
import { queryClient } from '@/api/queries';
import { draftKey, getDraft, putDraft, type Draft } from './api';
import { DraftContext, usePlaceInDesigner } from './context';
import { openDraft } from './draft';
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
  if (query.data) return <Opened key={app} app={app} draft={query.data} />;
  return (
    <main className="d-loading">
      {query.error ? <ErrorBox error={query.error} onRetry={() => void query.refetch()} /> : <Skeleton rows={8} />}
    </main>
  );
}

function Opened({ app, draft }: { app: string; draft: Draft }) {
  const store = useMemo(
    () => openDraft(app, draft, { get: () => getDraft(app), put: (definition, rev) => putDraft(app, definition, rev) }),
    [app, draft],
  );

  useEffect(() => {
    const { undo, redo, flush } = store.actions;
    const onKey = (event: KeyboardEvent) => {
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
