import { api, operationKey } from '@/api/client';
import { queryClient } from '@/api/queries';
import type { Data, RecordFull } from '@/api/types';

export const recordPath = (id: string) => `/records/${encodeURIComponent(id)}`;

/** Puts an answered record in place and marks what shows it elsewhere as stale. */
export function putRecord(record: RecordFull): void {
  queryClient.setQueryData(['record', record.id], record);
  refreshAround(record);
}

/** Lists, boards and figures that may show a record. */
export function refreshAround(record: { id: string; app: string; form: string }): void {
  for (const key of [['events', record.id], ['preview', record.id], ['records', record.app, record.form], ['board', record.app], ['home'], ['tasks']]) {
    void queryClient.invalidateQueries({ queryKey: key });
  }
}

/** Takes a transition. The key makes a repeated try the same action. */
export async function move(id: string, transition: string, body: { data?: Data; comment?: string; owner?: string }, key: string): Promise<RecordFull> {
  const record = await api.post<RecordFull>(`${recordPath(id)}/transitions/${transition}`, body, { key });
  putRecord(record);
  return record;
}

/** Takes a record out of its pool. */
export async function claim(id: string): Promise<RecordFull> {
  const record = await api.post<RecordFull>(`${recordPath(id)}/claim`, {}, { key: operationKey() });
  putRecord(record);
  return record;
}

/** Puts a record into a pool: the one it came from, unless another is named. */
export async function release(id: string, reason: string, key: string): Promise<RecordFull | null> {
  return await api.post<RecordFull | null>(`${recordPath(id)}/release`, { reason }, { key });
}
