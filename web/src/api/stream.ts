import { useEffect } from 'react';
import { url } from './client';
import { lineHolds } from './line';
import { queryClient } from './queries';

/** How long changes are gathered before anything is fetched again, in milliseconds. */
const gather = 250;

interface Changed {
  id: string;
  app: string;
  form: string;
}

/** Listens to the server and marks what changed as stale; what is on screen is then fetched again. */
export function useLive(): void {
  useEffect(() => {
    const source = new EventSource(url('/stream'));
    const stale = new Set<string>();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let opened = false;

    const flush = () => {
      timer = undefined;
      for (const key of stale) void queryClient.invalidateQueries({ queryKey: JSON.parse(key) as unknown[] });
      stale.clear();
    };
    const mark = (...keys: unknown[][]) => {
      for (const key of keys) stale.add(JSON.stringify(key));
      timer ??= setTimeout(flush, gather);
    };

    source.addEventListener('hello', () => {
      lineHolds(true);
      // A second hello means the connection was lost: anything may have been missed.
      if (opened) void queryClient.invalidateQueries();
      opened = true;
    });
    // It is refused for good when the session is over, or somewhere else has ended it: the page asks who it is and leaves.
    source.addEventListener('error', () => {
      if (source.readyState === EventSource.CLOSED) void queryClient.invalidateQueries({ queryKey: ['me'] });
    });
    source.addEventListener('changed', (event) => {
      const { id, app, form } = JSON.parse((event as MessageEvent<string>).data) as Changed;
      mark(['record', id], ['events', id], ['preview', id], ['records', app, form], ['board', app], ['dashboard', app], ['report', app], ['home'], ['sandbox']);
    });
    source.addEventListener('task', () => mark(['tasks'], ['task'], ['me'], ['home'], ['sandbox']));
    source.addEventListener('notice', () => mark(['notices'], ['me'], ['sandbox']));
    return () => {
      source.close();
      clearTimeout(timer);
    };
  }, []);
}
