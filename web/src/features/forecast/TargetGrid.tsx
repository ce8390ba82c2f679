import { Button } from 'antd';
import { useMemo, useRef, useState, type ClipboardEvent, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { isApiError } from '@/api/client';
import { savePlan, type Forecast, type PlanItem } from '@/api/forecast';
import { queryClient } from '@/api/queries';
import { addDecimals, trimZeros } from '@/ui/format';
import { useFormat } from '@/ui/locale';
import { useErrorText } from '@/ui/States';
import { toast } from '@/ui/toast';
import { monthName } from './ForecastPage';
import { cellKey, moveBy, parseBlock, parseFigure } from './grid';

/** The targets as a sheet: months across, people and teams down; arrow keys, Enter and pasting work as in a spreadsheet. */
export function TargetGrid({ app, data }: { app: string; data: Forecast }) {
  const { t, i18n } = useTranslation(['forecast', 'common']);
  const format = useFormat();
  const errorText = useErrorText();
  const host = useRef<HTMLTableElement>(null);
  const rows = useMemo(() => data.rows.filter((r) => r.plans), [data]);
  // What was typed over what is stored, and what was stored when the typing began: a change by somebody else is then told.
  const [typed, setTyped] = useState<Record<string, string>>({});
  const [was, setWas] = useState<Record<string, string | null>>({});
  const [wrong, setWrong] = useState<Record<string, string>>({});
  const [focused, setFocused] = useState('');
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const stored = (r: number, m: number): string | null => {
    const own = rows[r]?.cells[m]?.own;
    return own ? trimZeros(own.value) : null;
  };
  const keyAt = (r: number, m: number) => cellKey(rows[r]?.subject ?? '', data.months[m] ?? '');
  const change = (changes: [number, number, string][]) => {
    const nextTyped = { ...typed };
    const nextWas = { ...was };
    const nextWrong = { ...wrong };
    for (const [r, m, text] of changes) {
      const key = keyAt(r, m);
      if (!(key in nextWas)) nextWas[key] = stored(r, m);
      delete nextWrong[key];
      nextTyped[key] = text;
    }
    setTyped(nextTyped);
    setWas(nextWas);
    setWrong(nextWrong);
  };
  const dirty = rows.flatMap((row, r) =>
    data.months.flatMap((month, m) => {
      const key = keyAt(r, m);
      const text = typed[key];
      if (text === undefined) return [];
      const figure = parseFigure(text);
      const value = figure === '' ? null : figure;
      const before = key in was ? (was[key] ?? null) : stored(r, m);
      return figure !== null && value === before ? [] : [{ key, subject: row.subject, month, value, figure, was: before }];
    }),
  );
  const reset = () => {
    setTyped({});
    setWas({});
    setWrong({});
    setError(undefined);
  };
  const save = async () => {
    const bad = dirty.filter((d) => d.figure === null);
    if (bad.length > 0) {
      setWrong(Object.fromEntries(bad.map((d) => [d.key, t('notAFigure')])));
      setError(t('someWrong', { count: bad.length }));
      return;
    }
    setBusy(true);
    setError(undefined);
    setWrong({});
    try {
      await savePlan(app, data.process, data.what, dirty.map(({ subject, month, value, was: before }): PlanItem => ({ subject, month, value, was: before })));
      await queryClient.invalidateQueries({ queryKey: ['forecast', app] });
      reset();
      toast(t('common:saved'));
    } catch (caught) {
      setError(errorText(caught));
      const marks: Record<string, string> = {};
      if (isApiError(caught)) {
        for (const d of caught.details ?? []) {
          const item = dirty[Number(/^\/items\/(\d+)/.exec(d.path ?? '')?.[1] ?? -1)];
          if (item) marks[item.key] = d.message;
        }
        if (caught.code === 'rev.changed') {
          await queryClient.invalidateQueries({ queryKey: ['forecast', app] });
          // What stands there now is told; saving once more writes over it.
          setWas((before) => Object.fromEntries(Object.entries(before).filter(([key]) => !(key in marks))));
        }
      }
      setWrong(marks);
    } finally {
      setBusy(false);
    }
  };
  const input = (r: number, m: number) => host.current?.querySelector<HTMLInputElement>(`[data-at="${r}.${m}"]`);
  const onKey = (r: number, m: number) => (event: KeyboardEvent<HTMLInputElement>) => {
    const el = event.currentTarget;
    if (event.key === 'Escape') {
      const key = keyAt(r, m);
      const without = <V,>(all: Record<string, V>) => Object.fromEntries(Object.entries(all).filter(([k]) => k !== key));
      setTyped(without);
      setWas(without);
      setWrong(without);
      setError(undefined);
      return;
    }
    const all = el.selectionStart === 0 && el.selectionEnd === el.value.length;
    const to = moveBy(event.key, event.shiftKey, [r, m], [rows.length, data.months.length], { start: all || el.selectionEnd === 0, end: all || el.selectionStart === el.value.length });
    if (!to) return;
    event.preventDefault();
    input(to[0], to[1])?.focus();
  };
  const onPaste = (r: number, m: number) => (event: ClipboardEvent<HTMLInputElement>) => {
    const block = parseBlock(event.clipboardData.getData('text/plain'));
    if (block.length === 0 || (block.length === 1 && block[0]?.length === 1)) return;
    event.preventDefault();
    const changes: [number, number, string][] = [];
    let lost = 0;
    for (const [i, line] of block.entries()) {
      for (const [j, text] of line.entries()) {
        if (r + i < rows.length && m + j < data.months.length) changes.push([r + i, m + j, parseFigure(text) ?? text.trim()]);
        else if (text.trim() !== '') lost++;
      }
    }
    change(changes);
    if (lost > 0) toast(t('pasteLost', { count: lost }));
  };
  return (
    <section className="card fc-card">
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div className="scroll-x" role="region" aria-label={t('enterTargets')} tabIndex={0}>
        <table className="tbl fc-table fc-grid" ref={host}>
          <thead>
            <tr>
              <th scope="col">{t('who')}</th>
              {data.months.map((month) => (
                <th key={month} scope="col" className="num">
                  {monthName(month, i18n.language)}
                </th>
              ))}
              <th scope="col" className="num">
                {t('wholeYear')}
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row, r) => {
              const figures = data.months.map((_, m) => {
                const text = typed[keyAt(r, m)];
                return text === undefined ? (stored(r, m) ?? '') : (parseFigure(text) ?? '');
              });
              const sum = addDecimals(figures.filter((f) => f !== ''));
              return (
                <tr key={row.subject} className={row.subject.startsWith('team:') ? 'team' : ''}>
                  <th scope="row" style={{ paddingLeft: 12 + Math.min(row.depth, 4) * 12 }}>
                    {row.name}
                  </th>
                  {data.months.map((month, m) => {
                    const key = keyAt(r, m);
                    const text = typed[key] ?? stored(r, m) ?? '';
                    const below = row.cells[m]?.own ? null : (row.cells[m]?.target ?? null);
                    return (
                      <td key={month} className="num">
                        <input
                          data-at={`${r}.${m}`}
                          className={`fc-in${dirty.some((d) => d.key === key) ? ' dirty' : ''}`}
                          inputMode="decimal"
                          autoComplete="off"
                          aria-label={t('targetOf', { who: row.name, month: monthName(month, i18n.language) })}
                          aria-invalid={key in wrong}
                          title={wrong[key]}
                          placeholder={below === null ? '' : format.number(trimZeros(below))}
                          value={focused === key || parseFigure(text) === null ? text : format.number(text)}
                          onFocus={(e) => {
                            setFocused(key);
                            const el = e.currentTarget;
                            requestAnimationFrame(() => el.select());
                          }}
                          onBlur={() => setFocused('')}
                          onChange={(e) => change([[r, m, e.target.value]])}
                          onKeyDown={onKey(r, m)}
                          onPaste={onPaste(r, m)}
                        />
                      </td>
                    );
                  })}
                  <td className="num whole">{Number(sum) === 0 ? '–' : format.number(trimZeros(sum))}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      {error ? (
        <div className="notice bad fc-wrong" role="alert">
          <p>{error}</p>
          {Object.entries(wrong).slice(0, 5).map(([key, message]) => (
            <p key={key}>
              {rows.find((r) => key.startsWith(`${r.subject}|`))?.name} {key.split('|')[1]}: {message}
            </p>
          ))}
        </div>
      ) : null}
      <footer className="fc-foot">
        <span className="s">{t('gridHelp')}</span>
        <span className="row">
          <Button disabled={dirty.length === 0 || busy} onClick={reset}>
            {t('discard')}
          </Button>
          <Button type="primary" disabled={dirty.length === 0} loading={busy} onClick={() => void save()}>
            {t('saveCount', { count: dirty.length })}
          </Button>
        </span>
      </footer>
    </section>
  );
}
