import { useInfiniteQuery } from '@tanstack/react-query';
import { Button, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '@/api/client';
import { Avatar } from '@/ui/Avatar';
import { useFormat } from '@/ui/locale';
import { PageHead } from '@/ui/PageHead';
import { Empty, ErrorBox, Skeleton } from '@/ui/States';
import './adoption.css';

/** What one person did in the days looked at, and what is late with him. */
interface Usage {
  user: { id: string; name: string };
  days: number;
  last: string | null;
  made: number;
  moved: number;
  done: number;
  overdue: number;
  /** How many of his first steps he has taken. */
  guide: { taken: number; of: number };
}

const PERIODS = [7, 30, 90] as const;
const FIGURES = ['days', 'made', 'moved', 'done', 'overdue'] as const;

/** How one's people use the product: for admins everybody, for managers those of their teams. */
export function AdoptionPage() {
  const { t } = useTranslation(['adoption', 'common']);
  const format = useFormat();
  const [days, setDays] = useState<number>(30);
  const list = useInfiniteQuery({
    queryKey: ['adoption', days],
    queryFn: ({ pageParam, signal }) => api.get<{ items: Usage[]; next: string }>('/adoption', { query: { days, after: pageParam }, signal }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next || undefined,
  });
  const shown = list.data?.pages.flatMap((p) => p.items) ?? [];
  return (
    <>
      <PageHead title={t('title')} />
      <div className="bar">
        <Select aria-label={t('period')} className="adoption-pick" value={days} onChange={setDays} options={PERIODS.map((n) => ({ value: n as number, label: t('lastDays', { count: n }) }))} />
        <p className="s sp">{t('help')}</p>
      </div>
      <div className="body" style={{ paddingTop: 0 }}>
        {list.isPending ? (
          <div className="card">
            <Skeleton rows={8} />
          </div>
        ) : null}
        {list.isError ? <ErrorBox error={list.error} onRetry={() => void list.refetch()} /> : null}
        {list.isSuccess && shown.length === 0 ? <Empty title={t('nobody')} /> : null}
        {shown.length > 0 ? (
          <div className="card adoption">
            <table>
              <thead>
                <tr>
                  <th scope="col">{t('person')}</th>
                  {FIGURES.map((k) => (
                    <th key={k} scope="col" className="num">
                      {t(k)}
                    </th>
                  ))}
                  <th scope="col" className="num">
                    {t('guide')}
                  </th>
                </tr>
              </thead>
              <tbody>
                {shown.map((u) => (
                  <tr key={u.user.id}>
                    <th scope="row">
                      <span className="row">
                        <Avatar name={u.user.name} large />
                        <span className="adoption-who">
                          <b className="el">{u.user.name}</b>
                          <span className="s el">{u.last ? t('lastSeen', { time: format.moment(u.last) }) : t('neverSeen')}</span>
                        </span>
                      </span>
                    </th>
                    {FIGURES.map((k) => (
                      <td key={k} className={`num${k === 'overdue' && u.overdue > 0 ? ' bad' : ''}`} data-label={t(k)}>
                        {u[k]}
                      </td>
                    ))}
                    <td className="num" data-label={t('guide')}>
                      {u.guide.of > 0 ? t('guideOf', { n: u.guide.taken, of: u.guide.of }) : '–'}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        ) : null}
        {list.hasNextPage ? (
          <Button style={{ justifySelf: 'start' }} loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            {t('common:more')}
          </Button>
        ) : null}
      </div>
    </>
  );
}
