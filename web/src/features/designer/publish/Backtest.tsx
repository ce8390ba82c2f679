import { Button, Progress, Select } from 'antd';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '@/ui/Icon';
import { useFormat } from '@/ui/locale';
import { ErrorBox } from '@/ui/States';
import { useText } from '@/ui/text';
import { useDefinition, useDraftStore } from '../context';
import { backKinds, countKinds, runBacktest, type BackChange, type BackKind, type BackRecord, type BackResult } from './backtest';
import './backtest.css';

/** How many records are shown before one asks for more. */
const step = 50;

/** What the draft would have made of the records there are: run page by page, with how far it is, and stopped at will. */
export function Backtest({ app }: { app: string }) {
  const { t } = useTranslation('backtest');
  const def = useDefinition();
  const text = useText();
  const store = useDraftStore();
  const processes = (def.processes ?? []).map((p) => ({ value: p.form, label: text(p.name, p.key) }));
  const [chosen, setChosen] = useState<string>();
  const form = chosen ?? processes[0]?.value;
  const [result, setResult] = useState<BackResult>();
  const [error, setError] = useState<unknown>();
  const [running, setRunning] = useState<AbortController>();
  const live = useRef<AbortController>(undefined);
  useEffect(() => () => live.current?.abort(), []);
  if (form === undefined) return null;

  const run = async () => {
    const control = new AbortController();
    live.current?.abort();
    live.current = control;
    setRunning(control);
    setError(undefined);
    setResult(undefined);
    try {
      if (!(await store.actions.flush())) throw new Error('unsaved');
      await runBacktest(app, form, setResult, control.signal);
    } catch (e) {
      if (!control.signal.aborted) setError(e);
    } finally {
      if (live.current === control) setRunning(undefined);
    }
  };
  return (
    <section className="card">
      <header>
        <h2>{t('title')}</h2>
        <span className="sp" />
        {processes.length > 1 ? (
          <Select size="small" aria-label={t('process')} value={form} options={processes} onChange={setChosen} disabled={running !== undefined} popupMatchSelectWidth={false} />
        ) : null}
        {running ? (
          <Button size="small" onClick={() => running.abort()}>
            {t('stop')}
          </Button>
        ) : (
          <Button size="small" icon={<Icon name="history" size={14} />} onClick={() => void run()}>
            {t(result ? 'again' : 'run')}
          </Button>
        )}
      </header>
      {result === undefined && !running && error === undefined ? <p className="d-fine s">{t('hint')}</p> : null}
      {running || (result && !result.over) ? (
        <div className="d-backprogress">
          <Progress percent={result && result.total > 0 ? Math.floor((100 * result.done) / result.total) : 0} size="small" aria-label={t('title')} />
          <span className="s">{t(running ? 'progress' : 'stopped', { done: result?.done ?? 0, total: result?.total ?? 0 })}</span>
        </div>
      ) : null}
      {error !== undefined ? <ErrorBox error={error} onRetry={() => void run()} /> : null}
      {result ? <Found result={result} /> : null}
    </section>
  );
}

function Found({ result }: { result: BackResult }) {
  const { t } = useTranslation('backtest');
  const [only, setOnly] = useState<BackKind>();
  const [most, setMost] = useState(step);
  const counts = countKinds(result.items);
  const shown = only ? result.items.filter((r) => r.changes.some((c) => c.kind === only)) : result.items;
  const withheld = result.withheld > 0 ? <span className="s"> {t('withheld', { count: result.withheld })}</span> : null;
  if (result.items.length === 0) {
    return result.over ? (
      <p className="d-fine ok">
        {t(result.total === 0 ? 'noRecords' : 'same', { count: result.done - result.withheld })}
        {withheld}
      </p>
    ) : null;
  }
  return (
    <>
      <p className="d-backsum">
        {t('sum', { count: result.items.length, done: result.done - result.withheld })}
        {withheld}
        {result.over && result.total === result.most ? <span className="s"> {t('most', { count: result.most })}</span> : null}
      </p>
      <div className="d-backkinds" role="group" aria-label={t('filter')}>
        {backKinds
          .filter((k) => counts.has(k))
          .map((k) => (
            <button key={k} type="button" className="tag" aria-pressed={only === k} onClick={() => setOnly(only === k ? undefined : k)}>
              {t(`kind_${k}`)} {counts.get(k)}
            </button>
          ))}
      </div>
      <ul className="d-back">
        {shown.slice(0, most).map((r, i) => (
          <Row key={r.id || i} record={r} only={only} />
        ))}
      </ul>
      {shown.length > most ? (
        <p className="d-fine">
          <button type="button" className="link" onClick={() => setMost(most + step)}>
            {t('more', { count: Math.min(step, shown.length - most) })}
          </button>
        </p>
      ) : null}
    </>
  );
}

function Row({ record, only }: { record: BackRecord; only: BackKind | undefined }) {
  const { t } = useTranslation('backtest');
  const text = useText();
  return (
    <li>
      <div className="d-backhead">
        <a href={`/r/${encodeURIComponent(record.id)}`} target="_blank" rel="noreferrer">
          {record.title || record.id}
        </a>
        {record.stage ? <span className="s el">{text(record.stage, '')}</span> : null}
        <span className="tag">{t(record.open ? 'open' : 'closed')}</span>
      </div>
      <ul>
        {record.changes
          .filter((c) => only === undefined || c.kind === only)
          .map((c, i) => (
            <Change key={i} change={c} />
          ))}
      </ul>
    </li>
  );
}

/** One difference in words: of what, when, from what to what. */
function Change({ change: c }: { change: BackChange }) {
  const { t } = useTranslation('backtest');
  const text = useText();
  const format = useFormat();
  const name = c.name ? text(c.name, '') : '';
  const was = c.kind === 'due' ? (c.dueWas ? format.full(c.dueWas) : t('none')) : c.from ? text(c.from, '') : '';
  const is = c.kind === 'due' ? (c.dueIs ? format.full(c.dueIs) : t('none')) : c.to ? text(c.to, '') : '';
  return (
    <li>
      <span className="d-backkind s">{t(`kind_${c.kind}`)}</span>
      <span>
        {name ? <b>{name}</b> : null}
        {c.at ? <span className="s"> {t('then', { time: format.moment(c.at) })}</span> : <span className="s"> {t('now')}</span>}
        {was || is ? (
          <span className="d-backwords">
            {was ? <del>{was}</del> : c.kind === 'value' ? <del>{t('empty')}</del> : null}
            {was || c.kind === 'value' ? <span className="s"> {t('becomes')} </span> : null}
            <ins>{is || (c.kind === 'value' ? t('empty') : '')}</ins>
          </span>
        ) : null}
        {c.kind === 'gone' || c.kind === 'unsure' ? <span className="d-backwords">{t(`why_${c.kind}`)}</span> : null}
      </span>
    </li>
  );
}
