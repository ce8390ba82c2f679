import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query';
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Page } from '@/api/types';
import { Empty, ErrorBox, Skeleton } from '@/ui/States';

interface Props<T> {
  list: UseInfiniteQueryResult<InfiniteData<Page<T>>>;
  none: string;
  noneHelp?: string;
  row: (item: T) => ReactNode;
}

/** A list that comes a page at a time. */
export function Listed<T>({ list, none, noneHelp, row }: Props<T>) {
  const { t } = useTranslation('common');
  const shown = list.data?.pages.flatMap((p) => p.items) ?? [];
  return (
    <>
      {list.isPending ? (
        <div className="card">
          <Skeleton rows={6} />
        </div>
      ) : null}
      {list.isError ? <ErrorBox error={list.error} onRetry={() => void list.refetch()} /> : null}
      {list.isSuccess && shown.length === 0 ? <Empty title={none} {...(noneHelp ? { text: noneHelp } : {})} /> : null}
      {shown.length > 0 ? <ul className="card sys-list">{shown.map(row)}</ul> : null}
      {list.hasNextPage ? (
        <Button className="sys-more" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          {t('more')}
        </Button>
      ) : null}
    </>
  );
}
