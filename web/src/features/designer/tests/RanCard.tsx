import { useQuery } from '@tanstack/react-query';
import { Button, Progress } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { isApiError } from '@/api/client';
import { Icon } from '@/ui/Icon';
import { ErrorBox } from '@/ui/States';
import { useDefinition, useDraft, useJump, usePlaceInDesigner } from '../context';
import { ProblemRows, usePlaceText } from '../ProblemDrawer';
import { ranQuery, type Ran } from './ran';
import './tests.css';

/** How the scenarios of the draft do, and what they leave unwalked; run anew after each save. */
export function RanCard({ lead }: { lead: boolean }) {
  const { t } = useTranslation('scenarios');
  const { app, go } = usePlaceInDesigner();
  const rev = useDraft((s) => s.rev);
  const { data, error, isFetching, refetch } = useQuery(ranQuery(app, rev));
  const count = useDefinition().tests?.length ?? 0;
  return (
    <section className="card" aria-label={t('title')}>
      <header>
        <h2>{t('title')}</h2>
        {error || count === 0 ? null : data ? <Sum data={data} /> : <span className="s">{t('running')}</span>}
        <span className="sp" />
        {lead ? (
          <Button size="small" icon={<Icon name="caretRight" size={14} />} onClick={() => go('tests')}>
            {t('open')}
          </Button>
        ) : (
          <Button size="small" icon={<Icon name="refresh" size={14} />} loading={isFetching} onClick={() => void refetch()}>
            {t('runAgain')}
          </Button>
        )}
      </header>
      {error ? (
        isApiError(error, 'check.failed') ? (
          <p className="d-fine s">{t('unsound')}</p>
        ) : (
          <ErrorBox error={error} onRetry={() => void refetch()} />
        )
      ) : count === 0 ? (
        <p className="d-fine s">{t('none')}</p>
      ) : data ? (
        <>
          {data.failed > 0 ? <ProblemRows problems={data.tests.flatMap((x) => x.problems)} /> : null}
          <Coverage data={data} />
        </>
      ) : (
        <p className="d-fine s">{t('running')}</p>
      )}
    </section>
  );
}

function Sum({ data }: { data: Ran }) {
  const { t } = useTranslation('scenarios');
  return (
    <span className={`d-count ${data.failed > 0 ? 'bad' : 'ok'}`}>
      <Icon name={data.failed > 0 ? 'error' : 'checkCircle'} size={14} />
      {data.failed > 0 ? t('someFailed', { count: data.failed, of: data.failed + data.passed }) : t('allPassed', { count: data.passed })}
    </span>
  );
}

/** How much of each kind was walked; what was not can be opened and gone to. */
function Coverage({ data }: { data: Ran }) {
  const { t } = useTranslation('scenarios');
  const place = usePlaceText();
  const jump = useJump();
  const [open, setOpen] = useState<string>();
  return (
    <ul className="d-covers" aria-label={t('coverage')}>
      {data.coverage
        .filter((c) => c.of > 0)
        .map((c) => (
          <li key={c.kind}>
            <div className="d-cover">
              <span>{t(`kind_${c.kind}`)}</span>
              <Progress percent={Math.floor((100 * c.walked) / c.of)} showInfo={false} size="small" aria-label={t(`kind_${c.kind}`)} status={c.walked === c.of ? 'success' : 'normal'} />
              <span className="num">{t('walkedOf', { walked: c.walked, of: c.of })}</span>
              {c.missed.length > 0 ? (
                <button type="button" className="link" aria-expanded={open === c.kind} onClick={() => setOpen(open === c.kind ? undefined : c.kind)}>
                  {t('missed', { count: c.missed.length })}
                </button>
              ) : (
                <span />
              )}
            </div>
            {open === c.kind ? (
              <ul className="d-missed">
                {c.missed.map((m) => (
                  <li key={m.path}>
                    <button type="button" className="link" onClick={() => jump(m.path)}>
                      {place(m.path)}
                      {c.kind === 'rows' ? ` · ${rowOf(m, t)}` : ''}
                    </button>
                  </li>
                ))}
              </ul>
            ) : null}
          </li>
        ))}
    </ul>
  );
}

/** A row of a table by its number, an item of a scorecard by its key. */
function rowOf(missed: { name: string; path: string }, t: (key: 'row', values: { n: string }) => string): string {
  const last = missed.name.slice(missed.name.lastIndexOf('.') + 1);
  return missed.path.includes('/rows/') ? t('row', { n: last }) : last;
}
