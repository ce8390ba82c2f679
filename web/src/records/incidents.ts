import { api } from '@/api/client';
import { queryClient } from '@/api/queries';
import { queryOptions } from '@tanstack/react-query';

/** Work that failed for good and waits for an admin. */
export interface Incident {
  id: string;
  automation?: string;
  error?: string;
  doneAt: string | null;
}

export const incidentsQuery = (record: string) =>
  queryOptions({
    queryKey: ['incidents', record],
    queryFn: ({ signal }) =>
      api.get<{ items: Incident[] }>(`/incidents/${encodeURIComponent(record)}`, { signal }).then((p) => p.items),
    retry: false,
  });

/** Runs it again, or gives it up. */
export async function takeInHand(job: string, how: 'retry' | 'discard', payload?: unknown): Promise<void> {
  await api.post(`/jobs/${encodeURIComponent(job)}/${how}`, payload === undefined ? {} : { payload });
  await Promise.all([
    queryClient.invalidateQueries({ queryKey: ['incidents'] }),
    queryClient.invalidateQueries({ queryKey: ['automations'] }),
  ]);
}
