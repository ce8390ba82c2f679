import { useTranslation } from 'react-i18next';
import type { RunInfo } from '../api';

/** What a run began with, and what each of its actions was done with and came to. */
export function RunDetails({ run }: { run: RunInfo }) {
  const { t } = useTranslation('designer');
  const told = run.actions.filter((a) => a.input !== undefined || a.failed === true || a.skipped === true);
  if (told.length === 0 && run.payload === undefined) return null;
  return (
    <details className="d-rundetails">
      <summary>{t('runDetails')}</summary>
      {run.payload === undefined ? null : (
        <>
          <b className="s">{t('runPayload')}</b>
          <pre className="d-mono">{JSON.stringify(run.payload, null, 1)}</pre>
        </>
      )}
      <ol>
        {run.actions.map((a, i) => (
          // The log of a run never changes its order.
          // oxlint-disable-next-line react/no-array-index-key
          <li key={i}>
            <b>{t(`do_${a.kind}`, { defaultValue: a.kind })}</b>{' '}
            <span className={a.failed ? 'tag bad' : a.skipped ? 'tag' : 'tag ok'}>{t(a.failed ? 'run_failed' : a.skipped ? 'run_skipped' : 'run_done')}</span>
            {a.status ? <span className="s"> {a.status}</span> : null}
            {a.input === undefined ? null : <pre className="d-mono">{JSON.stringify(a.input)}</pre>}
          </li>
        ))}
      </ol>
      {run.more ? <p className="s">{t('runMore', { n: run.more })}</p> : null}
    </details>
  );
}
