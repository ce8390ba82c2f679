import { queryOptions } from '@tanstack/react-query';
import type { Text } from '@/model/definition';
import { api } from './client';

interface Person {
  id: string;
  name: string;
}

export interface Compliance {
  process: string;
  form: string;
  from: string;
  to: string;
  kinds: { kind: string; name: Text; count: number }[];
  people: { person: Person | null; counts: Record<string, number> }[];
  items: { kind: string; person: Person | null; at: string; record: string; number: string; title: string; stage: Text; step?: string; reason?: string }[];
  more?: boolean;
}

export const compliancePath = (app: string, process: string) => `/apps/${app}/compliance/${process}`;

export const complianceQuery = (app: string, process: string, from: string, to: string) =>
  queryOptions({ queryKey: ['compliance', app, process, from, to], queryFn: ({ signal }) => api.get<Compliance>(compliancePath(app, process), { query: { from, to }, signal }) });
