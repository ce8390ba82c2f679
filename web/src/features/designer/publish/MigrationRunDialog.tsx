import { useMutation, useQuery } from '@tanstack/react-query';
import { Button, Modal, Progress } from 'antd';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { queryClient } from '@/api/queries';
import { ErrorBox, useErrorText } from '@/ui/States';
import { useText } from '@/ui/text';
import { getMigrated, getMigration, through, undoMigration, whole, type Migration, type RecordFate } from './migrations';

const NAMED: readonly RecordFate[] = ['failed', 'kept', 'skipped'];

/** How far a migration is, what became of the records, and the way back. */
export function MigrationRunDialog({ app, first, onClose }: { app: string; first: Migration; onClose: () => void }) {
  const { t } = useTranslation('designer');
  const text = useText();
  const errorText = useErrorText();
  const [asking, setAsking] = useState(false);
  const query = useQuery({
    queryKey: ['migration', app, first.id],
    queryFn: () => getMigration(app, first.id),
    refetchInterval: (q) => (q.state.data?.state === 'done' || q.state.data?.state === 'undone' ? false : 700),
  });
  const m = query.data ?? first;
  const undo = useMutation({
    mutationFn: () => undoMigration(app, m.id),
    onSuccess: (next) => {
      setAsking(false);
      queryClient.setQueryData(['migration', app, m.id], next);
      void query.refetch();
    },
  });
  const ended = m.state === 'done' || m.state === 'undone';
  useEffect(() => {
    if (ended) void queryClient.invalidateQueries({ queryKey: ['migrations', app] });
  }, [ended, app]);
  const counts = m.counts;
  return (
    <Modal
      open
      width={720}
      className="d-migration"
      title={t('migRunTitle', { name: text(m.name, m.form), from: m.from, to: m.to })}
      onCancel={onClose}
      footer={
        <div className="d-migfoot">
          {m.state === 'done' && (counts.migrated ?? 0) > 0 && !asking ? <Button onClick={() => setAsking(true)}>{t('migUndo')}</Button> : null}
          <span className="sp" />
          <Button type="primary" onClick={onClose}>
            {t('migClose')}
          </Button>
        </div>
      }
    >
      {query.error ? <ErrorBox error={query.error} onRetry={() => void query.refetch()} /> : null}
      <Progress percent={ended ? 100 : Math.floor((100 * through(m)) / Math.max(1, whole(m)))} status={ended ? 'success' : 'active'} aria-label={t('migProgress')} />
      <p role="status">
        <b>{t(`migState_${m.state}`)}</b>{' '}
        {m.state === 'undoing' || m.state === 'undone'
          ? t('migUndoneCounts', { undone: counts.undone ?? 0, kept: counts.kept ?? 0 })
          : t('migDoneCounts', { migrated: counts.migrated ?? 0, failed: counts.failed ?? 0, skipped: counts.skipped ?? 0 })}
      </p>
      {asking ? (
        <div className="d-migask" role="alertdialog" aria-label={t('migUndo')}>
          <p>{t('migUndoText')}</p>
          <Button danger loading={undo.isPending} onClick={() => undo.mutate()}>
            {t('migUndo')}
          </Button>
          <Button onClick={() => setAsking(false)}>{t('cancel')}</Button>
        </div>
      ) : null}
      {undo.error ? (
        <p className="bad" role="alert">
          {errorText(undo.error)}
        </p>
      ) : null}
      {ended ? NAMED.map((state) => ((counts[state] ?? 0) > 0 ? <Left key={state} app={app} id={m.id} state={state} count={counts[state] ?? 0} /> : null)) : null}
    </Modal>
  );
}

/** The records that stayed where they were, and why. */
function Left({ app, id, state, count }: { app: string; id: string; state: RecordFate; count: number }) {
  const { t } = useTranslation('designer');
  const text = useText();
  const query = useQuery({ queryKey: ['migrated', app, id, state, count], queryFn: () => getMigrated(app, id, state, '') });
  return (
    <section>
      <h3>
        {t(`migFate_${state}`)} <span className="s">{count}</span>
      </h3>
      {query.error ? <ErrorBox error={query.error} onRetry={() => void query.refetch()} /> : null}
      <ul className="d-previews">
        {(query.data?.items ?? []).map((r) => (
          <li key={r.record}>
            <div>
              <b>{r.title || r.record}</b>
              {r.problems.length > 0 ? (
                <ul className="d-migproblems">
                  {r.problems.map((p) => (
                    <li key={p.path + p.code}>{text(p.message)}</li>
                  ))}
                </ul>
              ) : (
                <p className="s">{text(r.message)}</p>
              )}
            </div>
          </li>
        ))}
      </ul>
      {query.data?.next ? <p className="s">{t('migOnlyFirst', { count: query.data.items.length })}</p> : null}
    </section>
  );
}
