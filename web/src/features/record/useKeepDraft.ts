import { useEffect, useMemo, useRef } from 'react';
import type { Data } from '@/api/types';
import type { Form } from '@/model/definition';
import { forget, keep, type Kept } from '@/records/kept';
import { titleField } from '@/records/model';
import type { FormState } from '@/records/useForm';

/** How long after the last keystroke a half-filled form is kept, in milliseconds. */
const pause = 400;

interface Start {
  user: string;
  app: string;
  form: Form;
  state: FormState;
  start: { slot: string; title: string; via?: string; from?: string };
  /** What the form began with, which is not worth keeping by itself. */
  initial: Data;
  /** What one goes on with. */
  kept: Kept | undefined;
}

/** Keeps a new record while it is being filled in, so that a closed page, an ended session or an empty battery costs nothing. */
export function useKeepDraft({ user, app, form, state, start, initial, kept }: Start) {
  const live = useRef({ state, ended: false });
  useEffect(() => {
    live.current.state = state;
  });
  const { slot, title: formName, via, from } = start;
  const draft = useMemo(() => {
    const origin = { ...(via ? { via } : {}), ...(from ? { from } : {}) };
    const data = (): Data => {
      const { data: values, dirty } = live.current.state;
      return Object.fromEntries([...dirty].map((key) => [key, values[key] ?? null]));
    };
    /** What one would call it: its title as far as it is filled in. */
    const title = (): string => {
      const key = titleField(form);
      const said = key === undefined ? undefined : live.current.state.data[key];
      return typeof said === 'string' && said.trim() !== '' ? said.trim() : formName;
    };
    /** Keeps what there is; false when there is nothing worth keeping. */
    const write = (): boolean => {
      const { state: now, ended } = live.current;
      if (ended) return false;
      const began = kept ? { ...initial, ...kept.data } : initial;
      if (![...now.dirty].some((key) => now.data[key] !== began[key])) return false;
      return keep(user, { ...origin, id: slot, state: kept?.state ?? 'draft', app, form: form.key, title: title(), data: data(), wire: now.changes(), at: Date.now(), ...(kept?.message ? { message: kept.message } : {}) });
    };
    const end = () => {
      live.current.ended = true;
      forget(user, [slot]);
    };
    return { origin, data, title, write, end };
    // What one goes on with and what it began with are those of the first render.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [user, app, form, slot, formName, via, from]);

  const { data, dirty } = state;
  useEffect(() => {
    const timer = setTimeout(draft.write, pause);
    return () => clearTimeout(timer);
  }, [draft, data, dirty]);
  useEffect(() => {
    // A page that is hidden may never come back.
    window.addEventListener('pagehide', draft.write);
    document.addEventListener('visibilitychange', draft.write);
    return () => {
      window.removeEventListener('pagehide', draft.write);
      document.removeEventListener('visibilitychange', draft.write);
      draft.write();
    };
  }, [draft]);
  return draft;
}
