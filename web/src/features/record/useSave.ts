import { useSuspenseQuery } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import { api, isApiError, operationKey } from '@/api/client';
import { meQuery, queryClient } from '@/api/queries';
import type { Data, RecordFull } from '@/api/types';
import { putRecord, recordPath } from '@/records/actions';
import { forget, isUnsure, keep, keptOf, onOutcome } from '@/records/kept';
import type { FormState } from '@/records/useForm';
import { useErrorText } from '@/ui/States';

export type SaveState = 'clean' | 'dirty' | 'saving' | 'saved' | 'wrong' | 'failed' | 'kept';

/** Fields that someone else changed meanwhile: their value and mine. */
export interface Conflict {
  fields: Record<string, { mine: unknown; theirs: unknown }>;
  sent: Data;
}

/** Saves what is changed when a field is left; one save at a time. */
export function useSave(record: RecordFull, form: FormState) {
  const errorText = useErrorText();
  const [status, setStatus] = useState<SaveState>('clean');
  const [message, setMessage] = useState('');
  const [conflict, setConflict] = useState<Conflict>();
  const live = useRef({ record, form });
  const baseRev = useRef(record.rev);
  const running = useRef<Promise<boolean> | undefined>(undefined);
  const { data: me } = useSuspenseQuery(meQuery());
  const user = me.user.id;
  useEffect(() => {
    live.current = { record, form };
    // Changes are based on what was on screen when the first of them was made.
    if (form.dirty.size === 0) baseRev.current = record.rev;
  });

  const once = useCallback(
    async (rev: number): Promise<boolean> => {
      const { form: state } = live.current;
      const keys = Object.keys(state.changes());
      if (keys.length === 0) return true;
      // What is on its way goes first; it is heard of below.
      if (keptOf(user).some((k) => k.record === record.id && k.state === 'waiting')) {
        setStatus('kept');
        return false;
      }
      setStatus('saving');
      if (await state.settle(new Set(keys))) {
        setStatus('wrong');
        return false;
      }
      const sent = state.changes();
      const key = operationKey();
      try {
        const saved = await api.patch<RecordFull>(recordPath(record.id), { data: sent }, { ifMatch: rev, key });
        forget(user, keptOf(user).flatMap((k) => (k.record === record.id ? [k.id] : [])));
        baseRev.current = saved.rev;
        state.accept(saved, sent);
        putRecord(saved);
        setStatus('saved');
        setMessage('');
        return true;
      } catch (error) {
        const data = Object.fromEntries(Object.keys(sent).map((k) => [k, live.current.form.data[k] ?? null]));
        const { app, form: formKey, title } = live.current.record;
        if (isUnsure(error) && keep(user, { id: key, state: 'waiting', app, form: formKey, title, record: record.id, rev, data, wire: sent, at: Date.now(), sentAt: Date.now() })) {
          setStatus('kept');
          setMessage('');
          return false;
        }
        setStatus('failed');
        if (isApiError(error) && error.status === 412) {
          setConflict({ fields: (error.current ?? {}) as Conflict['fields'], sent });
          void queryClient.invalidateQueries({ queryKey: ['record', record.id] });
          return false;
        }
        if (isApiError(error) && error.details.length > 0) state.refuse(error.details, error.message);
        else setMessage(errorText(error));
        return false;
      }
    },
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [record.id, user],
  );

  /** Saves what is not saved; false when something stands against it. */
  const save = useCallback(async (): Promise<boolean> => {
    if (running.current) await running.current;
    const mine = once(baseRev.current);
    running.current = mine.finally(() => {
      running.current = undefined;
    });
    return mine;
  }, [once]);

  // What was kept of this record when the page opened is put back on the screen; what is sent by itself is heard of.
  useEffect(() => {
    const { form: state } = live.current;
    for (const kept of keptOf(user)) {
      if (kept.record !== record.id) continue;
      for (const [key, value] of Object.entries(kept.data)) state.set(key, value);
      baseRev.current = kept.rev ?? baseRev.current;
      setStatus(kept.state === 'waiting' ? 'kept' : 'failed');
      setMessage(kept.message ?? '');
    }
    return onOutcome(({ kept, record: saved, message: why, details }) => {
      if (kept.record !== record.id) return;
      const { form: now } = live.current;
      if (saved) {
        baseRev.current = saved.rev;
        now.accept(saved, kept.wire);
        setStatus('saved');
        setMessage('');
        void save();
        return;
      }
      setStatus('failed');
      if (details && details.length > 0) now.refuse(details, why);
      else setMessage(why ?? '');
    });
  }, [record.id, user, save]);

  /** Ends a conflict: for each field mine or theirs. */
  const resolve = useCallback(
    async (keep: ReadonlySet<string>) => {
      if (!conflict) return;
      const fresh = await api.get<RecordFull>(recordPath(record.id));
      const { form: state } = live.current;
      for (const key of Object.keys(conflict.fields)) if (!keep.has(key)) state.set(key, fresh.data[key]);
      setConflict(undefined);
      queryClient.setQueryData(['record', record.id], fresh);
      baseRev.current = fresh.rev;
      await once(fresh.rev);
    },
    [conflict, once, record.id],
  );

  const shown: SaveState = form.dirty.size > 0 && (status === 'saved' || status === 'clean') ? 'dirty' : status;
  return { status: shown, message, conflict, save, resolve };
}
