import { useEffect, useRef } from 'react';
import { api, operationKey } from '@/api/client';
import { queryClient } from '@/api/queries';
import type { RecordFull } from '@/api/types';
import { putRecord } from './actions';

/** What was copied to one is read by opening the record. */
export function useReadCopies(record: RecordFull | undefined, me: string) {
  const told = useRef('');
  const id = record?.copies?.some((c) => c.user.id === me && !c.read) ? record.id : '';
  useEffect(() => {
    if (id === '' || told.current === id) return;
    told.current = id;
    api.post<RecordFull>(`/records/${encodeURIComponent(id)}/read`, {}, { key: operationKey() }).then(
      (answer) => {
        if (answer) putRecord(answer);
        void queryClient.invalidateQueries({ queryKey: ['tasks'] });
      },
      () => {
        told.current = ''; // it stays unread, and is told at the next opening
      },
    );
  }, [id]);
}
