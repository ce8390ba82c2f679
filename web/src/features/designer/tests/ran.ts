import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { api } from '@/api/client';
import type { Problem } from '@/model/problem';

export const COVERED = ['stages', 'transitions', 'steps', 'automations', 'rows'] as const;

/** What the scenarios of the draft came to, and what of it none of them has walked. */
export interface Ran {
  passed: number;
  failed: number;
  tests: { name: string; passed: boolean; problems: Problem[] }[];
  coverage: { kind: (typeof COVERED)[number]; of: number; walked: number; missed: { name: string; path: string }[] }[];
  people: { id: string; name: string }[];
}

/** Run for each revision of the draft that is saved. */
export const ranQuery = (app: string, rev: number) =>
  queryOptions({
    queryKey: ['scenarios', app, rev],
    queryFn: ({ signal }) => api.post<Ran>(`/apps/${app}/draft/tests`, {}, { signal }),
    placeholderData: keepPreviousData,
    retry: false,
    staleTime: 60_000,
  });
