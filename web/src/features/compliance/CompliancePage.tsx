import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { url } from '@/api/client';
import { compliancePath, complianceQuery, type Compliance } from '@/api/compliance';
import { useModel } from '@/records/model';
import { Icon } from '@/ui/Icon';
import { useFormat } from '@/ui/locale';
import { PageHead } from '@/ui/PageHead';
import { Empty, ErrorBox, Skeleton } from '@/ui/States';
import { useText } from '@/ui/text';
import './compliance.css';

/** Where processes were not gone through as they are written, by person, with the records; and what is late now. */
export function CompliancePage() {
  const { app, process } = useParams({ from: '/signedIn/shell/a/$app/compliance/$process' });
  const search = useSearch({ from: '/signedIn/shell/a/$app/compliance/$process' });
  const navigate = useNavigate();
  const { t } = useTranslation('compliance');
  const text = useText();
  const format = useFormat();
  const { model } = useModel(app);
  const to = search.to ?? format.today();
  const from = search.from ?? daysBefore(to, 30);
  const { data, error, isPending, refetch } = useQuery(complianceQuery(app, process, from, to));
  const processes = model?.definition.processes ?? [];
  const go = (patch: Record<string, string | undefined>) => void navigate({ to: '/a/$app/compliance/$process', params: { app, process }, search: { ...search, ...patch } });
  const items = (data?.items ?? []).filter((i) => (!search.kind || i.kind === search.kind) && (search.person === undefined || (i.person?.id ?? '') === search.person));
  return (
    <>
      <PageHead title={t('title')}>
        {processes.length > 1 ? (
          <nav className="seg" aria-label={t('processes')}>
            {processes.map((p) => (
              <Link key={p.key} to="/a/$app/compliance/$process" params={{ app, process: p.key }} search={{ from: search.from, to: search.to }} activeProps={{ 'aria-current': 'page' }} activeOptions={{ includeSearch: false }}>
                {text(p.name, p.key)}
              </Link>
            ))}
          </nav>
        ) : null}
      </PageHead>
      <div className="body comp">
        <div className="row wrap comp-bar">
          <label>
            {t('from')} <input type="date" className="comp-day" value={from} max={to} onChange={(e) => e.target.value && go({ from: e.target.value })} />
          </label>
          <label>
            {t('to')} <input type="date" className="comp-day" value={to} min={from} onChange={(e) => e.target.value && go({ to: e.target.value })} />
          </label>
          <span className="sp" />
          {(['xlsx', 'csv'] as const).map((kind) => (
            <a key={kind} className="chip" href={url(`${compliancePath(app, process)}/export`, { from, to, format: kind })} download>
              <Icon name="download" />
              {t(kind)}
            </a>
          ))}
        </div>
        {error ? <ErrorBox error={error} onRetry={() => void refetch()} /> : null}
        {isPending ? <Skeleton rows={6} /> : null}
        {data ? (
          <>
            <People data={data} kind={search.kind} person={search.person} onPick={(kind, person) => go({ kind, person })} />
            {data.more ? <p className="notice">{t('more')}</p> : null}
            {items.length === 0 ? <Empty title={t('empty')} text={t('emptyText')} /> : <Lines data={data} items={items} />}
          </>
        ) : null}
      </div>
    </>
  );
}

/** A line a person, a column a kind; a figure narrows the lines below. */
function People({ data, kind, person, onPick }: { data: Compliance; kind: string | undefined; person: string | undefined; onPick: (kind: string | undefined, person: string | undefined) => void }) {
  const { t } = useTranslation('compliance');
  const text = useText();
  const figure = (count: number, k: string | undefined, p: string | undefined, label: string) =>
    count === 0 ? (
      <span className="dim">–</span>
    ) : (
      <button type="button" className="comp-figure" aria-pressed={k === kind && p === person} onClick={() => (k === kind && p === person ? onPick(undefined, undefined) : onPick(k, p))}>
        <span className="hide">{label}</span> {count}
      </button>
    );
  return (
    <section className="card">
      {/* A wide table is moved by keyboard too. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div className="scroll-x" role="region" aria-label={t('byPerson')} tabIndex={0}>
        <table className="tbl">
          <thead>
            <tr>
              <th scope="col">{t('person')}</th>
              {data.kinds.map((k) => (
                <th key={k.kind} scope="col" className="num">
                  {text(k.name)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {data.people.map((p) => (
              <tr key={p.person?.id ?? ''}>
                <th scope="row">{p.person?.name ?? t('nobody')}</th>
                {data.kinds.map((k) => (
                  <td key={k.kind} className="num">
                    {figure(p.counts[k.kind] ?? 0, k.kind, p.person?.id ?? '', `${p.person?.name ?? t('nobody')}: ${text(k.name)}`)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">{t('total')}</th>
              {data.kinds.map((k) => (
                <td key={k.kind} className="num">
                  {figure(k.count, k.kind, undefined, text(k.name))}
                </td>
              ))}
            </tr>
          </tfoot>
        </table>
      </div>
    </section>
  );
}

function Lines({ data, items }: { data: Compliance; items: Compliance['items'] }) {
  const { t } = useTranslation('compliance');
  const text = useText();
  const format = useFormat();
  return (
    <ul className="card comp-lines">
      {items.map((i, n) => (
        // The same record may stand here several times.
        // oxlint-disable-next-line react/no-array-index-key
        <li key={`${i.record}.${i.kind}.${i.at}.${n}`}>
          <span className={`tag ${i.kind.startsWith('late') ? 'warn' : 'acc'}`}>{text(data.kinds.find((k) => k.kind === i.kind)?.name)}</span>
          <span className="comp-what">
            <Link to="/r/$id" params={{ id: i.record }}>
              {i.title || i.number}
            </Link>
            <span className="s">
              {[i.number, text(i.stage), i.step].filter(Boolean).join(' · ')}
              {i.reason ? ` · ${i.reason}` : ''}
            </span>
          </span>
          <span className="comp-who s">
            <span>{i.person?.name ?? t('nobody')}</span>
            <span>{i.kind.startsWith('late') ? t('dueAt', { when: format.full(i.at) }) : format.full(i.at)}</span>
          </span>
        </li>
      ))}
    </ul>
  );
}

function daysBefore(day: string, n: number): string {
  const at = new Date(`${day}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() - n);
  return at.toISOString().slice(0, 10);
}
