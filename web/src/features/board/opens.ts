import type { Board } from '@/api/types';

/** The stage that a phone's board opens on: the one that was looked at last, else the first where there is work. */
export function opensOn(columns: readonly Pick<Board['columns'][number], 'stage' | 'count'>[], last: string): string {
  const found = columns.find((c) => c.stage === last) ?? columns.find((c) => c.count > 0) ?? columns[0];
  return found?.stage ?? '';
}
