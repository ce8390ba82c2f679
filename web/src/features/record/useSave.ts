import { useCallback, useEffect, useRef, useState } from 'react';
import { api, isApiError } from '@/api/client';
import { queryClient } from '@/api/queries';
import type { Data, RecordFull } from '@/api/types';
import { putRecord, recordPath } from '@/records/actions';
import type { FormState } from '@/records/useForm';
import { useErrorText } from '@/ui/States';

export type SaveState = 'clean' | 'dirty' | 'saving' | 'saved' | 'wrong' | 'failed';

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
      setStatus('saving');
      if (await state.settle(new Set(keys))) {
        setStatus('wrong');
        return false;
      }
      const sent = state.changes();
      try {
        const saved = await api.patch<RecordFull>(recordPath(record.id), { data: sent }, { ifMatch: rev });
        baseRev.current = saved.rev;
        state.accept(saved, sent);
        putRecord(saved);
        setStatus('saved');
        setMessage('');
        return true;
      } catch (error) {
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
    [record.id],
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
