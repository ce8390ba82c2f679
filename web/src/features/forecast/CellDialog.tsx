import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Button, Input, Modal } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { planHistoryQuery, savePlan, type Forecast, type PlanEntry } from '@/api/forecast';
import { queryClient } from '@/api/queries';
import { useFormat } from '@/ui/locale';
import { useErrorText } from '@/ui/States';
import { toast } from '@/ui/toast';
import { monthName } from './ForecastPage';
import { parseFigure } from './grid';

/** What a month of somebody is made of: each figure with its records, the call and the target with who and when, and what was changed. */
export function CellDialog({ app, data, row: at, month: m, onClose }: { app: string; data: Forecast; row: number; month: number; onClose: () => void }) {
  const { t, i18n } = useTranslation(['forecast', 'common']);
  const format = useFormat();
  const errorText = useErrorText();
  const row = data.rows[at];
  const cell = row?.cells[m];
  const month = data.months[m] ?? '';
  const [value, setValue] = useState(cell?.call?.value ?? '');
  const [reason, setReason] = useState(cell?.call?.reason ?? '');
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  if (!row || !cell) return null;
  const name = row.name || t('nobody');
  const money = data.what === 'amount';
  const save = async (next: string | null) => {
    const figure = next === null ? '' : parseFigure(next);
    if (figure === null || (next !== null && figure === '')) {
      setError(t('notAFigure'));
      return;
    }
    setBusy(true);
    setError(undefined);
    try {
      await savePlan(app, data.process, 'call', [{ subject: row.subject, month, value: figure === '' ? null : figure, was: cell.call?.value ?? null, reason: reason.trim() }]);
      await queryClient.invalidateQueries({ queryKey: ['forecast', app] });
      toast(t('common:saved'));
      onClose();
    } catch (caught) {
      setError(errorText(caught));
      void queryClient.invalidateQueries({ queryKey: ['forecast', app] });
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal open title={`${name} · ${month.slice(0, 4)} ${monthName(month, i18n.language)}`} onCancel={onClose} footer={null}>
      <dl className="fc-parts">
        <Part label={t('won')} value={cell.won} count={cell.wonCount} where={cell.wonWhere} data={data} app={app} title={`${name} · ${month} · ${t('won')}`} />
        <Part label={t(money ? 'weighted' : 'open')} value={money ? cell.weighted : String(cell.openCount)} count={cell.openCount} where={cell.openWhere} data={data} app={app} title={`${name} · ${month} · ${t('open')}`} {...(money ? { note: t('ofOpen', { amount: format.number(cell.open) }) } : {})} />
        <div>
          <dt>{t('computed')}</dt>
          <dd>{format.number(cell.computed)}</dd>
        </div>
        <div className="sum">
          <dt>{t('expected')}</dt>
          <dd>
            {format.number(cell.expected)}
            {cell.call ? <Said entry={cell.call} /> : null}
          </dd>
        </div>
        <div>
          <dt>{t('target')}</dt>
          <dd>
            {cell.target === null ? t('noTarget') : format.number(cell.target)}
            {cell.attained === null ? null : <span className="s">{t('attained', { part: format.percent(cell.attained), hope: format.percent(cell.onCourse ?? '0') })}</span>}
            {cell.own ? <Said entry={cell.own} /> : cell.target !== null && row.subject.startsWith('team:') ? <span className="s">{t('sumOfBelow')}</span> : null}
          </dd>
        </div>
      </dl>
      {row.plans && money ? (
        <form
          className="fc-call"
          onSubmit={(e) => {
            e.preventDefault();
            void save(value);
          }}
        >
          <h2>{t('callTitle')}</h2>
          <p className="s">{t('callHelp')}</p>
          <div className="setting">
            <label htmlFor="fc-call-value">{t('callValue')}</label>
            <Input id="fc-call-value" inputMode="decimal" value={value} onChange={(e) => setValue(e.target.value)} />
          </div>
          <div className="setting">
            <label htmlFor="fc-call-reason">{t('reason')}</label>
            <Input.TextArea id="fc-call-reason" rows={2} maxLength={500} value={reason} onChange={(e) => setReason(e.target.value)} />
          </div>
          {error ? (
            <p className="notice bad" role="alert">
              {error}
            </p>
          ) : null}
          <div className="row" style={{ justifyContent: 'flex-end' }}>
            {cell.call ? (
              <Button disabled={busy} onClick={() => void save(null)}>
                {t('takeBack')}
              </Button>
            ) : null}
            <Button type="primary" htmlType="submit" loading={busy}>
              {t('common:save')}
            </Button>
          </div>
        </form>
      ) : null}
      {row.subject === 'user:' ? null : <Changes app={app} process={data.process} subject={row.subject} month={month} whats={row.plans && money ? [data.what, 'call'] : [data.what]} />}
    </Modal>
  );
}

function Part({ label, value, count, where, data, app, title, note }: { label: string; value: string; count: number; where: string; data: Forecast; app: string; title: string; note?: string }) {
  const { t } = useTranslation('forecast');
  const format = useFormat();
  return (
    <div>
      <dt>{label}</dt>
      <dd>
        {format.number(value)}{' '}
        {count > 0 && where ? (
          <Link to="/a/$app/list/$form" params={{ app, form: data.form }} search={{ where, title }}>
            {t('records', { count })}
          </Link>
        ) : null}
        {note && count > 0 ? <span className="s">{note}</span> : null}
      </dd>
    </div>
  );
}

/** Who entered a figure, when and why. */
function Said({ entry }: { entry: PlanEntry }) {
  const { t } = useTranslation('forecast');
  const format = useFormat();
  return (
    <span className="s">
      {t('said', { who: entry.by?.name ?? '', when: format.moment(entry.at) })}
      {entry.reason ? `: ${entry.reason}` : ''}
    </span>
  );
}

function Changes({ app, process, subject, month, whats }: { app: string; process: string; subject: string; month: string; whats: string[] }) {
  const { t } = useTranslation('forecast');
  const [open, setOpen] = useState(false);
  return (
    <details className="fc-history" onToggle={(e) => setOpen(e.currentTarget.open)}>
      <summary>{t('history')}</summary>
      {open ? whats.map((what) => <ChangesOf key={what} app={app} process={process} subject={subject} month={month} what={what} />) : null}
    </details>
  );
}

function ChangesOf({ app, process, subject, month, what }: { app: string; process: string; subject: string; month: string; what: string }) {
  const { t } = useTranslation('forecast');
  const format = useFormat();
  const { data } = useQuery(planHistoryQuery(app, process, what, subject, Number(month.slice(0, 4))));
  const list = (data ?? []).filter((h) => h.month === month);
  const figure = (v: string | null) => (v === null ? '–' : format.number(v));
  return (
    <>
      <h3>{t(what === 'call' ? 'callTitle' : 'target')}</h3>
      {list.length === 0 ? <p className="s">{t('noHistory')}</p> : null}
      <ul>
        {list.map((h) => (
          <li key={`${h.at}.${h.was ?? ''}.${h.now ?? ''}`} className="s">
            {figure(h.was)} → {figure(h.now)} · {t('said', { who: h.by?.name ?? '', when: format.moment(h.at) })}
            {h.reason ? `: ${h.reason}` : ''}
          </li>
        ))}
      </ul>
    </>
  );
}
