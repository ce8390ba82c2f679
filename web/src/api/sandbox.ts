import { queryOptions } from '@tanstack/react-query';
import { stopClock } from './base';
import { api } from './client';
import type { Text } from './types';

export interface SandboxPerson {
  id: string;
  name: string;
  title: Text;
  roles: Text[];
  tasks: number;
  unread: number;
}

export interface Caught {
  n: number;
  kind: 'mail' | 'robot' | 'call';
  at: string;
  to: string[];
  cc?: string[];
  subject?: string;
  text: string;
}

/** Something that happened, or will, by itself. */
export interface Happening {
  n?: number;
  at: string;
  kind: 'automation' | 'timer' | 'tick' | 'reclaim' | 'rung';
  timer?: 'due' | 'idle' | 'step' | 'activity' | 'date' | 'point' | 'rung';
  name?: Text;
  record?: string;
  title?: string;
  error?: string;
}

export interface Sandbox {
  id: string;
  app: string;
  name: Text;
  draft: number;
  stale?: boolean;
  now: string;
  began: string;
  zone: string;
  records: number;
  most: number;
  sample: number;
  sampleError?: Text;
  /** Copies of real records: how many, of which, and what the draft did not take of them. */
  copied: number;
  copiedFrom: string[];
  notCopied: { title: string; field?: Text; why: Text }[];
  /** Where the clock was to begin; absent when it began with now. */
  at?: string;
  idleMinutes: number;
  deeds: number;
  /** The records that a scenario can be about, the most worked on first. */
  walks: { id: string; form: Text; title: string; steps: number }[];
  sent: number;
  ran: number;
  people: SandboxPerson[];
  caught: Caught[];
  fired: Happening[];
  coming: Happening[];
}

/** My sandboxes of an app, whom one can play in another, and whether there is sample data for it. */
export interface Sandboxes {
  items: Sandbox[];
  people: SandboxPerson[];
  sample: boolean;
  idleMinutes: number;
}

export interface Moved {
  from: string;
  to: string;
  fired: number;
  stopped?: boolean;
  sandbox: Sandbox;
}

/** How far the clock is to go. */
export type Move = { by: string } | { to: string } | { next: true };

export const sandboxQuery = (id: string) =>
  queryOptions({
    queryKey: ['sandbox', id],
    queryFn: async ({ signal }) => {
      const box = await api.get<Sandbox>(`/sandboxes/${id}`, { signal, outside: true });
      stopClock(box.now);
      return box;
    },
  });

export const sandboxesQuery = (app: string) =>
  queryOptions({ queryKey: ['sandboxes', app], queryFn: ({ signal }) => api.get<Sandboxes>(`/apps/${app}/sandboxes`, { signal }) });

/** What a sandbox begins with: sample data, copies of real records, and the instant its clock shows. */
export interface SandboxStart {
  sample: boolean;
  records: string[];
  at?: string | undefined;
}

export const openSandbox = (app: string, start: SandboxStart) => api.post<Sandbox>(`/apps/${app}/sandboxes`, start, { outside: true });

export const endSandbox = (id: string) => api.delete<void>(`/sandboxes/${id}`, { outside: true });

export const moveClock = (id: string, move: Move) => api.post<Moved>(`/sandboxes/${id}/clock`, move, { outside: true });

export interface Kept {
  name: string;
  steps: number;
  rev: number;
}

/** Puts what was done with a record into the draft as a scenario test. */
export const keepScenario = (id: string, name: string, record: string) => api.post<Kept>(`/sandboxes/${id}/scenario`, { name, record }, { outside: true });

/** The address of a sandbox for who is played there. */
export const sandboxPath = (id: string, person: string, path = '/') => `/sandbox/${id}/${encodeURIComponent(person)}${path}`;
