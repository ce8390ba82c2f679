import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Button } from 'antd';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { notesQuery } from '@/api/queries';
import { Avatar } from '@/ui/Avatar';
import { useFormat } from '@/ui/locale';
import { ErrorBox, Skeleton } from '@/ui/States';
import { Said } from './Said';

/** The notes on a record and on those it points to, newest first; at is one to go to, as the search found it. */
export function Notes({ id, at }: { id: string; at?: number }) {
  const { t } = useTranslation(['record', 'common']);
  const format = useFormat();
  const query = useInfiniteQuery(notesQuery(id));
  const items = query.data?.pages.flatMap((p) => p.items) ?? [];
  const mark = useRef<HTMLLIElement>(null);
  const found = at !== undefined && items.some((n) => n.record.id === id && n.seq === at);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  useEffect(() => {
    if (at === undefined) return;
    if (found) mark.current?.scrollIntoView({ block: 'center' });
    else if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [at, found, hasNextPage, isFetchingNextPage, fetchNextPage]);
  if (query.isPending) return <Skeleton rows={4} />;
  if (query.isError) return <ErrorBox error={query.error} onRetry={() => void query.refetch()} />;
  return (
    <>
      {items.length === 0 ? <p className="pad dim">{t('noNotes')}</p> : null}
      <ol className="timeline">
        {items.map((n) => {
          const here = n.record.id === id;
          const asked = here && n.seq === at;
          return (
            <li key={`${n.record.id}${n.seq}`} ref={asked ? mark : undefined} className={asked ? 'asked' : undefined} aria-current={asked ? 'true' : undefined}>
              <Avatar name={n.by?.name ?? '?'} />
              <span style={{ overflowWrap: 'anywhere' }}>
                <b className="by">{n.by?.id.startsWith('app:') ? t('automation') : n.by?.name}</b>
                {here ? null : (
                  <>
                    {' · '}
                    <Link to="/r/$id" params={{ id: n.record.id }}>
                      {n.record.title || n.record.number}
                    </Link>
                  </>
                )}
              </span>
              <time className="s" dateTime={n.at} title={format.full(n.at)}>
                {format.moment(n.at)}
              </time>
              <Said text={n.text} />
            </li>
          );
        })}
      </ol>
      {hasNextPage ? (
        <div style={{ padding: '0 16px 16px' }}>
          <Button size="small" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            {t('common:loadMore')}
          </Button>
        </div>
      ) : null}
    </>
  );
}
