import { useMutation, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api } from '@/api/client';
import { queryClient } from '@/api/queries';
import { useErrorText } from '@/ui/States';
import { toast } from '@/ui/toast';

interface Readers {
  asked: boolean;
  items: { id: string; name: string; read: string | null }[];
}

/** Asks the people of the app to read the note of the live release, and shows who has. */
export function Readers({ app, n }: { app: string; n: number }) {
  const { t } = useTranslation('designer');
  const errorText = useErrorText();
  const path = `/apps/${app}/releases/${n}/readers`;
  const queryKey = ['readers', app, n];
  const { data } = useQuery({ queryKey, queryFn: ({ signal }) => api.get<Readers>(path, { signal }) });
  const ask = useMutation({
    mutationFn: () => api.post<Readers>(path),
    onSuccess: (answer) => queryClient.setQueryData(queryKey, answer),
    onError: (error) => toast(errorText(error), { kind: 'bad' }),
  });
  if (!data) return null;
  const waiting = data.items.filter((r) => !r.read);
  return (
    <span className="d-readers s">
      {data.asked ? (
        <span>
          {t('readersRead', { read: data.items.length - waiting.length, count: data.items.length })}
          {waiting.length > 0 ? t('notYetRead', { names: waiting.slice(0, 8).map((r) => r.name).join(t('listComma')), more: waiting.length > 8 ? '…' : '' }) : ''}
        </span>
      ) : null}
      <button type="button" className="link" disabled={ask.isPending} onClick={() => ask.mutate()}>
        {t(data.asked ? 'askAgain' : 'askToRead')}
      </button>
    </span>
  );
}
