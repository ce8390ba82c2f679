import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { api } from '@/api/client';
import type { Page, Text } from '@/api/types';

export const JOB_STATES = ['dead', 'ready', 'running', 'done'] as const;

export const JOB_KINDS = [
  'automation', 'timer', 'tick', 'reclaim', 'refresh', 'snapshot', 'clean', 'show', 'calendar', 'replan', 'passOn', 'import', 'migrate', 'merge', 'anchor', 'leaver', 'tell', 'rung', 'deliver',
] as const;

export interface Anchor {
  day: string;
  takenAt: string;
  heads: number;
  root: string;
}

export interface Backup {
  name: string;
  at: string;
  size: number;
}

/** A server process; `self` is the one that answers, `silent` one that has not been heard of for a minute. */
export interface ServerNode {
  id: string;
  host: string;
  version: string;
  startedAt: string;
  seenAt: string;
  self: boolean;
  silent: boolean;
  jobs: { id: string; kind: string; app?: string; record?: string }[];
}

export interface Health {
  version: string;
  startedAt: string;
  store: { kind: 'sqlite' | 'mongodb'; version: string; detail: string };
  jobs: Record<'ready' | 'running' | 'dead', number>;
  deliveries: Record<'queued' | 'failed' | 'dead', number>;
  anchor: Anchor | null;
  backup: Backup | null;
  nodes: ServerNode[];
  warnings: { code: string; text: Text }[];
}

/** Something the server is to do, does or did. */
export interface Job {
  id: string;
  kind: string;
  state: (typeof JOB_STATES)[number];
  app?: string;
  record?: string;
  automation?: string;
  error?: string;
  attempts: number;
  createdAt: string;
  due: string | null;
  doneAt: string | null;
}

/** One time that a schedule came. */
export interface Tick {
  app: string;
  automation: string;
  tick: string;
  state: 'fired' | 'done' | 'failed' | 'missed' | 'skipped';
  at: string | null;
  records: number;
}

/** What an admin did. */
export interface Deed {
  id: string;
  at: string;
  by: { id: string; name: string };
  what: Text;
  about?: string;
  name?: string;
  address?: string;
  until: string | null;
}

export interface Verified {
  anchors: number;
  wrong: number;
  findings: string[];
}

export interface Backups {
  possible: boolean;
  dir?: string;
  items: Backup[];
}

/** What a test came to. */
export interface Trial {
  ok: boolean;
  text: Text | string;
  said?: string;
  by?: { id: string; name: string } | null;
  at?: string | null;
}

/** How the installation reaches others and is reached; no secret is ever answered. What is `fixed` was set at the start. */
export interface Settings {
  address: { url: string; fixed: boolean };
  mail: { fixed: boolean; set: boolean; host: string; port: number; security: string; username: string; from: string; hasPassword: boolean; dailyCap: number; at: string | null };
  signIn: {
    fixed: boolean;
    set: boolean;
    on: boolean;
    issuer: string;
    clientId: string;
    hasSecret: boolean;
    name: string;
    match: 'email' | 'username';
    callback: string;
    tried: Trial | null;
    at: string | null;
  };
}

export const settingsQuery = () => queryOptions({ queryKey: ['settings'], queryFn: ({ signal }) => api.get<Settings>('/settings', { signal }) });

export const healthQuery = () => queryOptions({ queryKey: ['health'], queryFn: ({ signal }) => api.get<Health>('/health', { signal }), refetchInterval: 30_000 });

const pages = <T>(key: string, path: string, query: Record<string, string>) =>
  infiniteQueryOptions({
    queryKey: [key, query],
    queryFn: ({ pageParam, signal }) => api.get<Page<T>>(path, { query: { ...query, after: pageParam }, signal }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next || undefined,
  });

export const jobsQuery = (state: string) => pages<Job>('jobs', '/jobs', { state });
export const ticksQuery = (app: string) => pages<Tick>('ticks', '/schedules', { app });
export const deedsQuery = () => pages<Deed>('deeds', '/audit/deeds', {});
export const anchorsQuery = () => pages<Anchor>('anchors', '/audit/anchors', { limit: '10' });
export const backupsQuery = () => queryOptions({ queryKey: ['backups'], queryFn: ({ signal }) => api.get<Backups>('/backups', { signal }) });
