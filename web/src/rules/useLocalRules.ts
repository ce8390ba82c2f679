import { useCallback, useEffect, useRef } from 'react';
import type { Data, Evaluated } from '@/api/types';
import type { Definition } from '@/model/definition';
import type { LiveForm, Reach } from './client';

/** What one evaluation in the browser is about. */
export interface Question {
  definition: Definition;
  form: string;
  /** Fields the person may not see. */
  hidden: readonly string[];
  old: Data | null;
  now: Data;
}

/**
 * Evaluates a form in the browser as the person types. The program is loaded at the first question, not with the page. One
 * evaluation runs at a time; of those asked for meanwhile only the newest is carried out. Where there is no program, or it fails, nothing is
 * answered: the server's evaluation follows in any case.
 */
export function useLocalRules(question: () => Question | undefined, take: (answer: Evaluated, reach: Reach) => void): () => void {
  const parts = useRef({ question, take });
  useEffect(() => {
    parts.current = { question, take };
  });
  const opened = useRef<{ definition: Definition; about: string; live: Promise<LiveForm> } | undefined>(undefined);
  const state = useRef({ running: false, again: false, alive: true });
  useEffect(() => {
    const mine = state.current;
    mine.alive = true;
    return () => {
      mine.alive = false;
    };
  }, []);

  const answer = useCallback(async () => {
    const q = parts.current.question();
    if (!q) return;
    const about = `${q.form} ${q.hidden.join(' ')}`;
    if (opened.current?.about !== about || opened.current.definition !== q.definition) {
      const live = import('./client').then(({ openForm }) => openForm(q.definition, q.form, q.hidden));
      const mine = { definition: q.definition, about, live };
      opened.current = mine;
      // What could not be opened may be tried again; a program that keeps failing is left alone by itself.
      live.catch(() => {
        if (opened.current === mine) opened.current = undefined;
      });
    }
    const live = await opened.current.live;
    // Loading takes a while: what is on screen now counts.
    const newest = parts.current.question();
    if (!newest) return;
    const found = await live.evaluate(newest.old, newest.now);
    if (state.current.alive && !state.current.again) parts.current.take(found, live.reach);
  }, []);

  return useCallback(() => {
    const mine = state.current;
    mine.again = mine.running;
    if (mine.running) return;
    mine.running = true;
    const turn = (): void => {
      mine.again = false;
      answer()
        .catch(() => undefined)
        .finally(() => {
          if (mine.again && mine.alive) turn();
          else mine.running = false;
        });
    };
    turn();
  }, [answer]);
}
