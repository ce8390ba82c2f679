import { useEffect, useState } from 'react';
import type { Person } from '@/api/types';
import { sayHere } from '../api';
import { useDraftStore, usePlaceInDesigner } from '../context';

/** How often one says to be here, in milliseconds; the server takes silence of three times that for being gone. */
const AGAIN = 20_000;

export interface Other {
  user: Person | null;
  place: string;
}

/** Says where in the draft one is, hears who else is in it, and fetches what they saved. */
export function usePresence(): Other[] {
  const store = useDraftStore();
  const { app, page, at } = usePlaceInDesigner();
  const place = (at || page).slice(0, 180);
  const [others, setOthers] = useState<Other[]>([]);
  useEffect(() => {
    let alive = true;
    const say = async () => {
      try {
        const heard = await sayHere(app, place, false);
        if (!alive) return;
        setOthers(heard.items);
        if (heard.rev > store.getState().rev) await store.actions.pull();
      } catch {
        // Not heard this time: it is said again soon, and saving tells of others as well.
      }
    };
    // Clicking through the fields says nothing for each of them.
    const first = setTimeout(() => void say(), 400);
    const timer = setInterval(() => void say(), AGAIN);
    return () => {
      alive = false;
      clearTimeout(first);
      clearInterval(timer);
    };
  }, [app, place, store]);
  useEffect(
    () => () => {
      sayHere(app, '', true).catch(() => undefined);
    },
    [app],
  );
  return others;
}
