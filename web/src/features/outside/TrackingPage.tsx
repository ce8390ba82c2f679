import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api } from '@/api/client';
import { TrackedCard, type Tracked } from '@/ui/TrackedCard';
import { OutsideFrame, OutsideState } from './OutsidePage';

/** How a record stands, for the customer who has its link. */
export function TrackingPage({ token }: { token: string }) {
  const { i18n } = useTranslation();
  const page = useQuery({
    queryKey: ['tracking', token, i18n.language],
    queryFn: ({ signal }) => api.get<Tracked>(`/tracking/${encodeURIComponent(token)}`, { signal }),
    placeholderData: (last) => last,
    staleTime: 60_000,
    refetchInterval: 120_000,
  });
  if (!page.data) return <OutsideState error={page.error} onRetry={() => void page.refetch()} />;
  return (
    <OutsideFrame title={page.data.name}>
      <TrackedCard page={page.data} />
    </OutsideFrame>
  );
}
