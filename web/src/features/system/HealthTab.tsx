import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '@/ui/Icon';
import { useFormat } from '@/ui/locale';
import { ErrorBox, Skeleton } from '@/ui/States';
import { useText } from '@/ui/text';
import { healthQuery, type Health } from './api';

/** How the installation is, and what needs a hand. */
export function HealthTab() {
  const { data, error, isPending, refetch } = useQuery(healthQuery());
  return (
    <div className="body">
      {isPending ? (
        <div className="card">
          <Skeleton rows={8} />
        </div>
      ) : null}
      {error ? <ErrorBox error={error} onRetry={() => void refetch()} /> : null}
      {data ? <Seen health={data} /> : null}
    </div>
  );
}

function Seen({ health: h }: { health: Health }) {
  const { t } = useTranslation('system');
  const text = useText();
  const format = useFormat();
  return (
    <>
      {h.warnings.length === 0 ? (
        <p className="notice ok">
          <Icon name="checkCircle" />
          {t('allWell')}
        </p>
      ) : (
        <section className="card" aria-label={t('needsHand')}>
          <header>
            <h2>{t('needsHand')}</h2>
          </header>
          <ul className="sys-list">
            {h.warnings.map((w) => (
              <li key={w.code}>
                <Icon name="alert" className="warn" />
                <span className="sp">{text(w.text, w.code)}</span>
                <Way code={w.code} />
              </li>
            ))}
          </ul>
        </section>
      )}
      <div className="sys-two">
        <Facts title={t('installation')}>
          <Fact name={t('version')}>{h.version}</Fact>
          <Fact name={t('since')}>{format.moment(h.startedAt)}</Fact>
          <Fact name={t('store')}>{t(`store.${h.store.kind}`, { version: h.store.version })}</Fact>
          <Fact name={t('lastAnchor')}>{h.anchor ? t('anchorOf', { day: h.anchor.day, count: h.anchor.heads }) : t('never')}</Fact>
          <Fact name={t('lastBackup')}>{h.backup ? format.moment(h.backup.at) : t('never')}</Fact>
        </Facts>
        <Facts title={t('queues')}>
          {(['ready', 'running', 'dead'] as const).map((k) => (
            <Fact key={k} name={t(`jobs.${k}`)} bad={k === 'dead' && h.jobs[k] > 0}>
              {h.jobs[k]}
            </Fact>
          ))}
          {(['queued', 'failed', 'dead'] as const).map((k) => (
            <Fact key={k} name={t(`deliveries.${k}`)} bad={k === 'dead' && h.deliveries[k] > 0}>
              {h.deliveries[k]}
            </Fact>
          ))}
        </Facts>
      </div>
    </>
  );
}

/** To where a warning is mended. */
function Way({ code }: { code: string }) {
  const { t } = useTranslation('system');
  const [about] = code.split('.');
  if (about === 'jobs') {
    return (
      <Link to="/system" search={{ tab: 'jobs' }}>
        {t('toJobs')}
      </Link>
    );
  }
  if (about === 'deliveries') return <Link to="/outbound">{t('toDeliveries')}</Link>;
  if (about === 'calendar') {
    return (
      <Link to="/people" search={{ tab: 'calendars' }}>
        {t('toCalendars')}
      </Link>
    );
  }
  return (
    <Link to="/system" search={{ tab: about === 'backup' ? 'backups' : 'audit' }}>
      {t(about === 'backup' ? 'toBackups' : 'toAudit')}
    </Link>
  );
}

function Facts({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="card" aria-label={title}>
      <header>
        <h2>{title}</h2>
      </header>
      <dl className="sys-facts">{children}</dl>
    </section>
  );
}

function Fact({ name, bad = false, children }: { name: string; bad?: boolean; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd className={bad ? 'bad' : ''}>{children}</dd>
    </div>
  );
}
