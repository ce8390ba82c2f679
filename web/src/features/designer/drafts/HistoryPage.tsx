import { useInfiniteQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Avatar } from '@/ui/Avatar';
import { Icon } from '@/ui/Icon';
import { useFormat } from '@/ui/locale';
import { ErrorBox, Skeleton, useErrorText } from '@/ui/States';
import { toast } from '@/ui/toast';
import { historyPage, pastDraft } from '../api';
import { useDraft, useDraftStore, usePlaceInDesigner } from '../context';
import { Diff } from '../publish/Diff';
import { sittings, type Point } from './points';

/** Every save of the draft, in sittings; what changed since; and the way back to any of them. */
export function HistoryPage() {
  const { t } = useTranslation('designer');
  const { app } = usePlaceInDesigner();
  const rev = useDraft((s) => s.rev);
  const format = useFormat();
  const [open, setOpen] = useState<number>();
  const [chosen, setChosen] = useState<Point>();
  const query = useInfiniteQuery({
    queryKey: ['draftHistory', app, rev],
    queryFn: ({ pageParam, signal }) => historyPage(app, pageParam, signal),
    initialPageParam: '',
    getNextPageParam: (page) => page.next || undefined,
  });
  if (query.error) return <ErrorBox error={query.error} onRetry={() => void query.refetch()} />;
  if (!query.data) return <Skeleton rows={6} />;
  const list = sittings(query.data.pages.flatMap((p) => p.items));
  const shown = chosen ?? list[0]?.points[0];
  const row = (p: Point, words: string, more?: { n: number; first: number }) => (
    <li key={p.rev}>
      <button type="button" className="d-point" aria-current={shown?.rev === p.rev ? 'true' : undefined} onClick={() => setChosen(p)}>
        <Avatar name={p.savedBy?.name ?? '?'} />
        <span className="sp el">
          {p.savedBy?.name ?? t('somebody')}
          <span className="s"> {words}</span>
        </span>
      </button>
      {more && more.n > 1 ? (
        <button type="button" className="link s" aria-expanded={open === more.first} onClick={() => setOpen(open === more.first ? undefined : more.first)}>
          {t('saves', { count: more.n })}
        </button>
      ) : null}
    </li>
  );
  return (
    <div className="d-history">
      <nav className="d-list" aria-label={t('history')}>
        <header>
          <h2>{t('history')}</h2>
        </header>
        <ol>
          {list.map((s) => {
            const newest = s.points[0] as Point;
            return [
              row(newest, format.moment(newest.savedAt), { n: s.points.length, first: newest.rev }),
              ...(open === newest.rev ? s.points.slice(1).map((p) => row(p, format.moment(p.savedAt))) : []),
            ];
          })}
        </ol>
        {query.hasNextPage ? (
          <Button type="link" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {t('olderSaves')}
          </Button>
        ) : null}
      </nav>
      {shown ? <Shown key={shown.rev} point={shown} /> : null}
    </div>
  );
}

function Shown({ point }: { point: Point }) {
  const { t } = useTranslation('designer');
  const { app } = usePlaceInDesigner();
  const { actions } = useDraftStore();
  const rev = useDraft((s) => s.rev);
  const format = useFormat();
  const errorText = useErrorText();
  const [busy, setBusy] = useState(false);
  const now = point.rev === rev;
  const restore = async () => {
    setBusy(true);
    try {
      const past = await pastDraft(app, point.rev);
      actions.apply({ op: 'set', at: [], value: past });
      await actions.flush();
      toast(t('restored', { time: format.moment(point.savedAt) }), { undo: actions.undo });
    } catch (error) {
      toast(errorText(error), { kind: 'bad' });
    } finally {
      setBusy(false);
    }
  };
  return (
    <section className="card d-one">
      <header>
        <h2 className="el">{format.moment(point.savedAt)}</h2>
        <span className="s">{point.savedBy?.name}</span>
        <span className="sp" />
        {now ? (
          <span className="tag">{t('draftNow')}</span>
        ) : (
          <Button size="small" loading={busy} icon={<Icon name="undo" size={14} />} onClick={() => void restore()}>
            {t('restorePoint')}
          </Button>
        )}
      </header>
      {now ? (
        <p className="d-fine s">{t('draftNowText')}</p>
      ) : (
        <>
          <p className="d-fine s">{t('sinceThen')}</p>
          <Diff app={app} from={`r${point.rev}`} rev={rev} />
        </>
      )}
    </section>
  );
}
