import { useMutation, useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { api } from '@/api/client';
import { queryClient } from '@/api/queries';
import type { Page, Text } from '@/api/types';
import { useFormat } from '@/ui/locale';
import { useErrorText } from '@/ui/States';
import { useText } from '@/ui/text';
import { toast } from '@/ui/toast';

interface Reading {
  app: string;
  name: Text;
  n: number;
  note: string;
  at: string;
  by: { name: string } | null;
}

/** What one is asked to read about an app that has changed; nothing when there is nothing. */
export function Readings() {
  const { t } = useTranslation('home');
  const text = useText();
  const format = useFormat();
  const errorText = useErrorText();
  const { data } = useQuery({ queryKey: ['readings'], queryFn: ({ signal }) => api.get<Page<Reading>>('/readings', { signal }).then((p) => p.items) });
  const read = useMutation({
    mutationFn: (r: Reading) => api.post(`/readings/${r.app}/${r.n}/read`),
    onError: (error) => toast(errorText(error), { kind: 'bad' }),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['readings'] }),
  });
  if (!data || data.length === 0) return null;
  return (
    <section className="card" aria-label={t('readings')}>
      <header>
        <h2>{t('readings')}</h2>
        <span className="s">{data.length}</span>
      </header>
      <ul>
        {data.map((r) => (
          <li key={`${r.app}.${r.n}`} className="line reading">
            <span className="sp">
              <b>{text(r.name, r.app)}</b>
              <span className="s">
                {` v${r.n} · `}
                {r.by?.name} · {format.moment(r.at)}
              </span>
              <p>{r.note}</p>
            </span>
            <Button size="small" disabled={read.isPending} onClick={() => read.mutate(r)}>
              {t('haveRead')}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
