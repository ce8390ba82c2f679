import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { queryClient } from '@/api/queries';
import { HandButtons } from '@/records/Incidents';
import { useFormat } from '@/ui/locale';
import { useErrorText } from '@/ui/States';
import { toast } from '@/ui/toast';
import { automationsQuery, pauseAutomation, runsQuery, type RunInfo } from '../api';
import { useDraft } from '../context';
import { RunDetails } from './RunDetails';
import { Part } from '../controls/Row';

const TONE: Record<RunInfo['state'], string> = { done: 'tag ok', failed: 'tag bad', waiting: 'tag warn', skipped: 'tag', stopped: 'tag', discarded: 'tag' };

/** What a published automation has done of late, and what of it needs a hand. */
export function Runs({ auto }: { auto: string }) {
  const { t } = useTranslation('designer');
  const app = useDraft((s) => s.app);
  const format = useFormat();
  const errorText = useErrorText();
  const [busy, setBusy] = useState(false);
  const { data: all } = useQuery(automationsQuery(app));
  const published = all?.find((a) => a.key === auto);
  const { data: runs } = useQuery({ ...runsQuery(app, auto), enabled: published !== undefined });
  if (!published) return null;
  const setPaused = async (paused: boolean) => {
    setBusy(true);
    try {
      await pauseAutomation(app, auto, paused);
      await queryClient.invalidateQueries({ queryKey: ['automations', app] });
    } catch (error) {
      toast(errorText(error), { kind: 'bad' });
    } finally {
      setBusy(false);
    }
  };
  return (
    <Part
      title={t('runs')}
      action={
        <Button size="small" loading={busy} onClick={() => void setPaused(!published.paused)}>
          {published.paused ? t('resumeRuns') : t('pauseRuns')}
        </Button>
      }
    >
      {published.paused ? <p className="notice warn">{t('isPaused')}</p> : null}
      {runs?.length === 0 ? <p className="s">{t('noRuns')}</p> : null}
      <ul className="d-runs">
        {(runs ?? []).map((r) => (
          <li key={r.id}>
            <span className={TONE[r.state]}>{t(`run_${r.state}`)}</span>
            <span className="s">{r.state === 'waiting' && r.until ? t('runUntil', { at: format.moment(r.until) }) : format.moment(r.at)}</span>
            {r.record ? (
              <Link to="/r/$id" params={{ id: r.record }}>
                {r.title ? r.title : r.record}
              </Link>
            ) : null}
            <span className="s">
              {r.actions
                .filter((a) => !a.skipped)
                .map((a) => t(`do_${a.kind}`, { defaultValue: a.kind }))
                .join(' · ')}
            </span>
            {r.error ? <span className="d-runerror">{r.error.message}</span> : null}
            {r.job ? <HandButtons job={r.job} {...(r.payload === undefined ? {} : { payload: r.payload })} /> : null}
            <RunDetails run={r} />
          </li>
        ))}
      </ul>
    </Part>
  );
}
