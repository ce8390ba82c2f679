import { useTranslation } from 'react-i18next';
import type { RunInfo } from '../api';

/** What a run began with, and what each of its actions was done with, was answered and came to. */
export function RunDetails({ run }: { run: RunInfo }) {
  const { t } = useTranslation('designer');
  const told = run.actions.filter((a) => a.input !== undefined || a.answer || a.failed === true || a.skipped === true);
  if (told.length === 0 && run.payload === undefined && !run.error) return null;
  return (
    <details className="d-rundetails">
      <summary>{t('runDetails')}</summary>
      {run.payload === undefined ? null : (
        <>
          <b className="s">{t('runPayload')}</b>
          <pre className="d-mono">{JSON.stringify(run.payload, null, 1)}</pre>
        </>
      )}
      <ul className="d-runactions">
        {run.actions.map((a, i) => (
          // The log of a run never changes its order.
          // oxlint-disable-next-line react/no-array-index-key
          <li key={i}>
            <span className="s">{placeOfAction(a.path)}</span> <b>{t(`do_${a.kind}`, { defaultValue: a.kind })}</b>{' '}
            <span className={a.failed ? 'tag bad' : a.skipped ? 'tag' : 'tag ok'}>{t(a.failed ? 'run_failed' : a.skipped ? 'run_skipped' : 'run_done')}</span>
            {a.failed && run.error ? <p className="bad">{run.error.message}</p> : null}
            {a.failed && run.error?.details ? (
              <ul className="d-problems">
                {run.error.details.map((d) => (
                  <li key={`${d.path} ${d.message}`} className="bad">
                    <span>
                      {d.message} <code className="s">{d.path}</code>
                    </span>
                  </li>
                ))}
              </ul>
            ) : null}
            {a.input === undefined ? null : (
              <>
                <span className="s d-runlabel">{t('runInput')}</span>
                <pre className="d-mono">{JSON.stringify(a.input)}</pre>
              </>
            )}
            {a.status || a.answer ? (
              <>
                <span className="s d-runlabel">{a.status ? t('runAnswerStatus', { status: a.status }) : t('runAnswer')}</span>
                {a.answer ? <pre className="d-mono">{a.answer}</pre> : null}
              </>
            ) : null}
          </li>
        ))}
      </ul>
      {run.more ? <p className="s">{t('runMore', { n: run.more })}</p> : null}
    </details>
  );
}

/** Which action of the list it is, from 1, and which inside it: "/automations/a/do/1/then/0" is 2.1. */
export function placeOfAction(path: string): string {
  return path
    .split('/')
    .slice(3)
    .filter((p) => /^\d+$/.test(p))
    .map((p) => Number(p) + 1)
    .join('.');
}
