import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { api } from '@/api/client';
import type { Page } from '@/api/types';

export const STATES = ['queued', 'failed', 'dead', 'sent', 'discarded'] as const;
export const CHANNELS = ['http', 'mail', 'robot'] as const;
export const KINDS = ['wecom', 'dingtalk', 'feishu', 'webhook'] as const;

/** Something that went out, or is to go out. */
export interface Delivery {
  id: string;
  channel: (typeof CHANNELS)[number];
  state: (typeof STATES)[number];
  record?: string;
  automation?: string;
  to?: string;
  subject?: string;
  attempts: number;
  status?: number;
  answer?: string;
  createdAt: string;
  next: string | null;
}

/** A group robot; its address and secret are never answered. */
export interface Robot {
  key: string;
  name: string;
  kind: (typeof KINDS)[number];
  host: string;
  signed: boolean;
}

export const deliveriesQuery = (state: string, channel: string) =>
  infiniteQueryOptions({
    queryKey: ['deliveries', state, channel],
    queryFn: ({ pageParam, signal }) => {
      const search = new URLSearchParams(Object.entries({ state, channel, after: pageParam }).filter(([, v]) => v !== ''));
      return api.get<Page<Delivery>>(`/deliveries?${search}`, { signal });
    },
    initialPageParam: '',
    getNextPageParam: (last) => last.next || undefined,
  });

export const robotsQuery = () => queryOptions({ queryKey: ['robots'], queryFn: ({ signal }) => api.get<Page<Robot>>('/robots', { signal }).then((p) => p.items) });
