import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '@/api/client';
import { apartQuery, duplicatesPath, type ApartMark } from '@/api/duplicates';
import { queryClient } from '@/api/queries';
import type { RecordItem } from '@/api/types';
import { useFormat } from '@/ui/locale';
import { Empty, ErrorBox, Skeleton, useErrorText } from '@/ui/States';
import { toast } from '@/ui/toast';

interface Props {
  app: string;
  form: string;
}

/** What was said not to be the same, by whom and when; whoever may say so may take it back. */
export function Apart({ app, form }: Props) {
  const { t } = useTranslation(['duplicates', 'common']);
  const query = useInfiniteQuery({ ...apartQuery(app, form), refetchOnMount: 'always' });
  const marks = query.data?.pages.flatMap((p) => p.items) ?? [];
  return (
    <>
      <p className="s">{t('apartIntro')}</p>
      {query.isPending ? (
        <div className="card">
          <Skeleton rows={4} />
        </div>
      ) : null}
      {query.isError ? <ErrorBox error={query.error} onRetry={() => void query.refetch()} /> : null}
      {query.isSuccess && marks.length === 0 && !query.hasNextPage ? <Empty title={t('apartEmpty')} text={t('apartEmptyText')} /> : null}
      {marks.length > 0 ? (
        <ul className="card dup-apart" aria-label={t('apartTab')}>
          {marks.map((m) => (
            <Mark key={m.records.map((r) => r.id).join('|')} app={app} form={form} mark={m} />
          ))}
        </ul>
      ) : null}
      {query.hasNextPage ? (
        <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {t('common:loadMore')}
        </Button>
      ) : null}
    </>
  );
}

function Mark({ app, form, mark }: Props & { mark: ApartMark }) {
  const { t } = useTranslation('duplicates');
  const format = useFormat();
  const errorText = useErrorText();
  const [busy, setBusy] = useState(false);
  const name = (r: RecordItem) => r.title || r.number || r.id;
  const [one, other] = mark.records;
  const say = async (back: boolean) => {
    setBusy(true);
    try {
      await api.post(`${duplicatesPath(app, form)}/apart`, { records: [one.id, other.id], back });
      await Promise.all(['apart', 'duplicates'].map((k) => queryClient.invalidateQueries({ queryKey: [k, app, form] })));
      if (back) toast(t('apartBack'), { undo: () => void say(false) });
    } catch (error) {
      toast(errorText(error), { kind: 'bad' });
    } finally {
      setBusy(false);
    }
  };
  return (
    <li>
      <span className="dup-what">
        {mark.records.map((r) => (
          <span key={r.id} className="dup-pair">
            <Link to="/r/$id" params={{ id: r.id }} className="el">
              {name(r)}
            </Link>
            {r.number && r.number !== name(r) ? <span className="s">{r.number}</span> : null}
          </span>
        ))}
        <span className="s">{mark.by ? t('apartBy', { name: mark.by.name, when: format.full(mark.at) }) : format.full(mark.at)}</span>
      </span>
      {mark.back ? (
        <Button size="small" disabled={busy} aria-label={t('apartUndoOf', { one: name(one), other: name(other) })} onClick={() => void say(true)}>
          {t('apartUndo')}
        </Button>
      ) : null}
    </li>
  );
}
