import { useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { meQuery } from '@/api/queries';
import { useErrorText } from '@/ui/States';
import { toast } from '@/ui/toast';
import { incidentsQuery, takeInHand } from './incidents';

/** Retry and give up, for work that failed for good. */
export function HandButtons({ job }: { job: string }) {
  const { t } = useTranslation('record');
  const errorText = useErrorText();
  const [busy, setBusy] = useState<'retry' | 'discard'>();
  const take = async (how: 'retry' | 'discard') => {
    setBusy(how);
    try {
      await takeInHand(job, how);
    } catch (error) {
      toast(errorText(error), { kind: 'bad' });
    } finally {
      setBusy(undefined);
    }
  };
  return (
    <span className="hands">
      <Button size="small" loading={busy === 'retry'} onClick={() => void take('retry')}>
        {t('runAgain')}
      </Button>
      <Button size="small" type="text" loading={busy === 'discard'} onClick={() => void take('discard')}>
        {t('giveUp')}
      </Button>
    </span>
  );
}

/** What failed for good on a record: an admin sees it there and takes it in hand. */
export function IncidentsCard({ record }: { record: string }) {
  const { t } = useTranslation('record');
  const { data: me } = useSuspenseQuery(meQuery());
  const { data } = useQuery({ ...incidentsQuery(record), enabled: me.user.admin });
  if (!data?.length) return null;
  return (
    <section className="card" aria-label={t('incidents')}>
      <header>
        <h2>{t('incidents')}</h2>
      </header>
      <ul className="incidents">
        {data.map((i) => (
          <li key={i.id}>
            <p>
              <b>{i.automation}</b> {i.error}
            </p>
            <HandButtons job={i.id} />
          </li>
        ))}
      </ul>
    </section>
  );
}
