import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Button, Popconfirm, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '@/api/client';
import { queryClient } from '@/api/queries';
import { useFormat } from '@/ui/locale';
import { useErrorText } from '@/ui/States';
import { toast } from '@/ui/toast';
import { JOB_KINDS, JOB_STATES, jobsQuery, type Job } from './api';
import { Listed } from './Listed';

/** What the server does in the background; what failed for good can be run again or given up. */
export function Jobs() {
  const { t } = useTranslation('system');
  const [state, setState] = useState<string>('dead');
  const list = useInfiniteQuery(jobsQuery(state));
  return (
    <>
      <div className="bar">
        <Select aria-label={t('state')} className="sys-pick" value={state} onChange={setState} options={JOB_STATES.map((k) => ({ value: k as string, label: t(`state.${k}`) }))} />
        <span className="sp" />
        <Button onClick={() => void list.refetch()}>{t('refresh')}</Button>
      </div>
      <div className="body" style={{ paddingTop: 0 }}>
        <Listed list={list} none={t('noJobs')} noneHelp={t('noJobsHelp')} row={(j) => <One key={j.id} job={j} />} />
      </div>
    </>
  );
}

function One({ job: j }: { job: Job }) {
  const { t } = useTranslation('system');
  const format = useFormat();
  const errorText = useErrorText();
  const [busy, setBusy] = useState(false);
  const kind = JOB_KINDS.find((k) => k === j.kind);
  const act = async (what: 'retry' | 'discard') => {
    setBusy(true);
    try {
      await api.post(`/jobs/${encodeURIComponent(j.id)}/${what}`);
      toast(t(what === 'retry' ? 'retried' : 'discarded'));
    } catch (caught) {
      toast(errorText(caught), { kind: 'bad' });
    } finally {
      await Promise.all(['jobs', 'health'].map((k) => queryClient.invalidateQueries({ queryKey: [k] })));
      setBusy(false);
    }
  };
  return (
    <li>
      <div className="sys-what">
        <b className="el">
          {kind ? t(`job.${kind}`) : j.kind}
          {j.automation ? ` · ${j.automation}` : ''}
        </b>
        <span className="s">
          {j.app ? `${j.app} · ` : ''}
          {t('made', { time: format.moment(j.createdAt) })}
          {j.doneAt ? ` · ${t('doneAt', { time: format.moment(j.doneAt) })}` : j.due ? ` · ${t('due', { time: format.moment(j.due) })}` : ''}
          {j.attempts > 0 ? ` · ${t('attempts', { count: j.attempts })}` : ''}
          {j.record ? (
            <>
              {' · '}
              <Link to="/r/$id" params={{ id: j.record }}>
                {t('record')}
              </Link>
            </>
          ) : null}
        </span>
        {j.error ? <span className="s bad sys-error">{j.error}</span> : null}
      </div>
      {j.state === 'dead' ? (
        <span className="sys-acts">
          <Button size="small" disabled={busy} onClick={() => void act('retry')}>
            {t('retry')}
          </Button>
          <Popconfirm title={t('discardAsk')} okText={t('discard')} cancelText={t('keep')} onConfirm={() => act('discard')}>
            <Button size="small" disabled={busy}>
              {t('discard')}
            </Button>
          </Popconfirm>
        </span>
      ) : null}
    </li>
  );
}
