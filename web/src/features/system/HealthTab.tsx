import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '@/ui/Icon';
import { useFormat } from '@/ui/locale';
import { ErrorBox, Skeleton } from '@/ui/States';
import { useText } from '@/ui/text';
import { Asking } from './Asking';
import { healthQuery, JOB_KINDS, type Health, type ServerNode } from './api';

/** How the installation is, and what needs a hand. */
export function HealthTab() {
  const { data, error, isPending, refetch } = useQuery(healthQuery());
  return (
    <div className="body">
      <Asking />
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
      {h.nodes.length > 0 ? <Nodes nodes={h.nodes} /> : null}
    </>
  );
}

/** The server processes on the store, and what each is doing. */
function Nodes({ nodes }: { nodes: ServerNode[] }) {
  const { t } = useTranslation('system');
  const format = useFormat();
  const doing = (node: ServerNode) => {
    const counts = new Map<string, number>();
    for (const job of node.jobs) {
      const kind = JOB_KINDS.find((k) => k === job.kind);
      const name = kind ? t(`job.${kind}`) : job.kind;
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    return [...counts].map(([name, n]) => (n > 1 ? `${name} × ${n}` : name)).join(t('nodeAnd'));
  };
  return (
    <section className="card" aria-label={t('nodes')}>
      <header>
        <h2>{t('nodes')}</h2>
      </header>
      <ul className="sys-list">
        {nodes.map((node) => (
          <li key={node.id}>
            <Icon name={node.silent ? 'alert' : 'checkCircle'} className={node.silent ? 'warn' : 'ok'} label={t(node.silent ? 'nodeSilent' : 'nodeUp')} />
            <div className="sys-what">
              <b className="el">
                {node.host || node.id}
                {node.self ? ` · ${t('nodeSelf')}` : ''}
              </b>
              <span className="s">
                {[node.version, t('nodeStarted', { time: format.moment(node.startedAt) }), t('nodeSeen', { time: format.moment(node.seenAt) })].filter(Boolean).join(' · ')}
              </span>
              <span className="s">{node.jobs.length > 0 ? t('nodeDoes', { jobs: doing(node) }) : t('nodeIdle')}</span>
              <span className="s sys-error">{node.id}</span>
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** To where a warning is mended. */
function Way({ code }: { code: string }) {
  const { t } = useTranslation('system');
  const [about] = code.split('.');
  if (about === 'node' || about === 'powers') return null; // what is asked stands above
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
