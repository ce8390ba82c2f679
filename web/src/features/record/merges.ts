import { api } from '@/api/client';
import type { MergeInfo } from '@/api/types';

const under = new Set(['running', 'failing', 'undoing']);

/** Waits until a merge, or its undoing, has come to an end. */
export async function settled(merge: MergeInfo): Promise<MergeInfo> {
  let now = merge;
  for (let wait = 100; under.has(now.state); wait = Math.min(2000, wait * 2)) {
    await new Promise((done) => setTimeout(done, wait));
    now = await api.get<MergeInfo>(`/merges/${merge.id}`);
  }
  return now;
}
