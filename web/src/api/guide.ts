import { queryOptions } from '@tanstack/react-query';
import { api } from './client';
import { queryClient } from './queries';

/** One of somebody's first steps; app and of are where it is taken. */
export interface GuideStep {
  key: 'create' | 'move' | 'log' | 'told' | 'decide' | 'board' | 'forecast' | 'usage' | 'app' | 'design' | 'publish' | 'people' | 'calendar';
  taken: string | null;
  app?: string;
  of?: string;
}

export interface Guide {
  away: boolean;
  steps: GuideStep[];
}

// The server alone knows which steps are taken, so it is asked again whenever the page that shows them is.
export const guideQuery = () => queryOptions({ queryKey: ['guide'], queryFn: ({ signal }) => api.get<Guide>('/guide', { signal }), staleTime: 0, retry: false });

/** Puts the guide away, or takes it out again. */
export async function putGuide(away: boolean): Promise<void> {
  queryClient.setQueryData(guideQuery().queryKey, await api.put<Guide>('/guide', { away }));
}
