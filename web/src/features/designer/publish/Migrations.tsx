import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { isApiError } from '@/api/client';
import { queryClient } from '@/api/queries';
import { useFormat } from '@/ui/locale';
import { ErrorBox } from '@/ui/States';
import { useText } from '@/ui/text';
import { MigrationPlanDialog } from './MigrationPlanDialog';
import { MigrationRunDialog } from './MigrationRunDialog';
import { migrationsQuery, type Behind, type Migration } from './migrations';
import './migrations.css';

/** Records on other releases than the live one, and the migrations there have been; nothing when there are neither. */
export function Migrations({ app }: { app: string }) {
  const { t } = useTranslation('designer');
  const text = useText();
  const format = useFormat();
  const [plan, setPlan] = useState<Behind>();
  const [shown, setShown] = useState<Migration>();
  const query = useQuery({
    ...migrationsQuery(app),
    refetchInterval: (q) => (q.state.data?.items.some((m) => m.state === 'running' || m.state === 'undoing') ? 2000 : false),
  });
  const again = () => void queryClient.invalidateQueries({ queryKey: ['migrations', app] });
  const data = query.data;
  if (isApiError(query.error, 'not.found')) return null; // nothing is live yet
  if (query.error) {
    return (
      <section className="card">
        <ErrorBox error={query.error} onRetry={again} />
      </section>
    );
  }
  if (!data || (data.behind.length === 0 && data.items.length === 0)) return null;
  return (
    <section className="card">
      <header>
        <h2>{t('migTitle')}</h2>
      </header>
      {data.behind.length === 0 ? <p className="d-fine s">{t('migNoneBehind')}</p> : null}
      <ul className="d-behind">
        {data.behind.map((b) => (
          <li key={`${b.form} ${b.release}`}>
            <span className="d-behindtext">
              <b>{text(b.name, b.form)}</b>
              <span className="s">{t('migBehind', { n: b.release, count: b.records, open: b.open })}</span>
            </span>
            <Button size="small" onClick={() => setPlan(b)}>
              {t('migrateTo', { n: b.live })}
            </Button>
          </li>
        ))}
      </ul>
      {data.items.length > 0 ? (
        <>
          <h3 className="d-migh">{t('migHistory')}</h3>
          <ul className="d-behind">
            {data.items.map((m) => (
              <li key={m.id}>
                <span className="d-behindtext">
                  <span>
                    {text(m.name, m.form)} v{m.from} → v{m.to}
                  </span>
                  <span className="s">
                    {format.moment(m.at)} {m.by?.name ?? ''} · {t(`migState_${m.state}`)} · {t('migCount', { count: m.counts.migrated ?? m.counts.undone ?? 0, total: m.total })}
                  </span>
                </span>
                <button type="button" className="link" aria-label={`${t('migLook')} v${m.from} → v${m.to} ${format.moment(m.at)}`} onClick={() => setShown(m)}>
                  {t('migLook')}
                </button>
              </li>
            ))}
          </ul>
        </>
      ) : null}
      {plan ? (
        <MigrationPlanDialog
          app={app}
          behind={plan}
          onClose={() => setPlan(undefined)}
          onStarted={(m) => {
            setPlan(undefined);
            setShown(m);
            again();
          }}
        />
      ) : null}
      {shown ? (
        <MigrationRunDialog
          app={app}
          first={shown}
          onClose={() => {
            setShown(undefined);
            again();
          }}
        />
      ) : null}
    </section>
  );
}
