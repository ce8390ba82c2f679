import { useMutation, useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { api } from '@/api/client';
import { queryClient } from '@/api/queries';
import { useFormat } from '@/ui/locale';
import { Empty, ErrorBox, Skeleton, useErrorText } from '@/ui/States';
import { toast } from '@/ui/toast';
import { backupsQuery, type Backup } from './api';

/** Copies of the store: made here for the embedded one, elsewhere for others. */
export function BackupsTab() {
  const { t } = useTranslation('system');
  const format = useFormat();
  const errorText = useErrorText();
  const { data, error, isPending, refetch } = useQuery(backupsQuery());
  const make = useMutation({
    mutationFn: () => api.post<Backup>('/backups'),
    onSuccess: () => toast(t('backupMade')),
    onError: (caught) => toast(errorText(caught), { kind: 'bad' }),
    onSettled: () => Promise.all(['backups', 'health'].map((k) => queryClient.invalidateQueries({ queryKey: [k] }))),
  });
  return (
    <div className="body">
      {isPending ? (
        <div className="card">
          <Skeleton rows={4} />
        </div>
      ) : null}
      {error ? <ErrorBox error={error} onRetry={() => void refetch()} /> : null}
      {data && !data.possible ? <Empty title={t('backupElsewhere')} text={t('backupElsewhereHelp')} /> : null}
      {data?.possible ? (
        <>
          <div className="sys-head">
            <p className="s sp">{t('backupsIn', { dir: data.dir ?? '' })}</p>
            <Button type="primary" loading={make.isPending} onClick={() => make.mutate()}>
              {t('makeBackup')}
            </Button>
          </div>
          {data.items.length === 0 ? (
            <Empty title={t('noBackups')} text={t('noBackupsHelp')} />
          ) : (
            <ul className="card sys-list">
              {data.items.map((b) => (
                <li key={b.name}>
                  <div className="sys-what">
                    <b className="el">{b.name}</b>
                    <span className="s">{format.moment(b.at)}</span>
                  </div>
                  <span className="num">{t('size', { mb: (b.size / 1_048_576).toFixed(1) })}</span>
                </li>
              ))}
            </ul>
          )}
          <section className="card pad">
            <h2>{t('restoreTitle')}</h2>
            <p className="s sys-error">{t('restoreHelp', { dir: data.dir ?? '' })}</p>
          </section>
        </>
      ) : null}
    </div>
  );
}
