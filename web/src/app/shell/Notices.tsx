import { useInfiniteQuery, useSuspenseQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { api } from '@/api/client';
import { meQuery, noticesQuery, queryClient } from '@/api/queries';
import type { Notice } from '@/api/types';
import { Icon } from '@/ui/Icon';
import { useFormat } from '@/ui/locale';
import { Popup } from '@/ui/Popup';
import { ErrorBox, Skeleton } from '@/ui/States';
import { useText } from '@/ui/text';

/** The bell: what has been told to this person. */
export function Notices() {
  const { t } = useTranslation();
  const { data: me } = useSuspenseQuery(meQuery());
  const face = (
    <>
      <Icon name="bell" size={18} />
      {me.unread > 0 ? <i className="badge" /> : null}
    </>
  );
  return (
    <Popup kind="panel" label={me.unread > 0 ? t('noticesUnread', { count: me.unread }) : t('notices')} face={face}>
      {(close) => <NoticeList onClose={close} />}
    </Popup>
  );
}

function NoticeList({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const { data: me } = useSuspenseQuery(meQuery());
  const query = useInfiniteQuery(noticesQuery());
  const items = query.data?.pages.flatMap((p) => p.items) ?? [];
  const read = async (body: { ids: string[] } | { all: true }) => {
    if (me.seeing) return; // they are somebody else's
    await api.post('/notices/read', body);
    await Promise.all([queryClient.invalidateQueries({ queryKey: ['notices'] }), queryClient.invalidateQueries({ queryKey: ['me'] })]);
  };
  return (
    <div className="notices">
      <div className="panel-head">
        <h2>{t('notices')}</h2>
        {items.some((n) => !n.read) ? (
          <button type="button" className="link s" onClick={() => void read({ all: true })}>
            {t('readAll')}
          </button>
        ) : null}
      </div>
      {query.isPending ? <Skeleton rows={3} height={48} /> : null}
      {query.isError ? <ErrorBox error={query.error} onRetry={() => void query.refetch()} /> : null}
      {query.isSuccess && items.length === 0 ? <p className="pad dim">{t('noNotices')}</p> : null}
      <ul>
        {items.map((n) => (
          <NoticeItem
            key={n.id}
            notice={n}
            onOpen={() => {
              if (!n.read) void read({ ids: [n.id] });
              onClose();
            }}
          />
        ))}
      </ul>
      {query.hasNextPage ? (
        <button type="button" className="link pad" onClick={() => void query.fetchNextPage()}>
          {t('loadMore')}
        </button>
      ) : null}
    </div>
  );
}

function NoticeItem({ notice, onOpen }: { notice: Notice; onOpen: () => void }) {
  const text = useText();
  const format = useFormat();
  const body = (
    <>
      <span>{text(notice.text)}</span>
      <span className="s">
        {notice.record ? `${notice.record.title} · ` : ''}
        {format.moment(notice.at)}
      </span>
    </>
  );
  return (
    <li className={notice.read ? '' : 'new'}>
      {notice.record ? (
        <Link to="/r/$id" params={{ id: notice.record.id }} onClick={onOpen}>
          {body}
        </Link>
      ) : (
        <button type="button" onClick={onOpen}>
          {body}
        </button>
      )}
    </li>
  );
}
