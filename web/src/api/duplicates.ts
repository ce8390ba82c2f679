import { infiniteQueryOptions } from '@tanstack/react-query';
import { api } from './client';
import type { Page, Person, RecordItem, Text } from './types';

/** How far looking for likely duplicates is; an empty state is never. */
export interface DuplicateScan {
  state: '' | 'running' | 'done' | 'failed';
  at: string | null;
  doneAt: string | null;
  by: { id: string; name: string } | null;
  seen: number;
  total: number;
}

export interface DuplicateRecord extends RecordItem {
  can: { edit: boolean; merge: boolean };
}

/** Records that are likely one and the same; reasons are the unique rules they agree under. */
export interface DuplicateGroup {
  id: string;
  reasons: { rule: string; text?: Text; on: string[] }[];
  records: DuplicateRecord[];
  more?: boolean;
}

export interface DuplicatePage {
  items: DuplicateGroup[];
  next: string;
  scan: DuplicateScan;
}

export const duplicatesPath = (app: string, form: string) => `/apps/${app}/forms/${form}/duplicates`;

export const duplicatesQuery = (app: string, form: string) =>
  infiniteQueryOptions({
    queryKey: ['duplicates', app, form],
    queryFn: ({ pageParam, signal }) => api.get<DuplicatePage>(duplicatesPath(app, form), { query: { after: pageParam }, signal }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next || undefined,
    refetchInterval: (query) => (query.state.data?.pages[0]?.scan.state === 'running' ? 1000 : false),
  });

/** Two records that somebody has said not to be the same; `back` says that one may take it back. */
export interface ApartMark {
  records: [RecordItem, RecordItem];
  by: Person | null;
  at: string;
  back: boolean;
}

export const apartQuery = (app: string, form: string) =>
  infiniteQueryOptions({
    queryKey: ['apart', app, form],
    queryFn: ({ pageParam, signal }) => api.get<Page<ApartMark>>(`${duplicatesPath(app, form)}/apart`, { query: { after: pageParam }, signal }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next || undefined,
  });
