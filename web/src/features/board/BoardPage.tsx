import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { Button } from 'antd';
import { lazy, Suspense, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { boardQuery, standing } from '@/api/queries';
import type { Board } from '@/api/types';
import { addDecimals, isMoney } from '@/ui/format';
import { DragArea } from '@/ui/drag';
import { Icon } from '@/ui/Icon';
import { useFormat } from '@/ui/locale';
import { PageHead } from '@/ui/PageHead';
import { Bone, ErrorBox } from '@/ui/States';
import { useText } from '@/ui/text';
import { usePhone } from '@/ui/useMedia';
import { readClauses, whereOf, writeClauses, filterables } from '@/records/filter';
import { listColumns, stageColor, useModel, type Model } from '@/records/model';
import { ScopeSwitch } from '@/records/ScopeSwitch';
import { CardFace } from './Card';
import { Column } from './Column';
import { opensOn } from './opens';
import { useMoves } from './useMoves';
import './board.css';

// The cards come first; filters and dialogs, with all their inputs, are loaded beside them.
const FilterBar = lazy(() => import('@/records/FilterBar').then((m) => ({ default: m.FilterBar })));
const SortChoice = lazy(() => import('@/records/SortChoice').then((m) => ({ default: m.SortChoice })));
const TransitionDialog = lazy(() => import('@/records/TransitionDialog').then((m) => ({ default: m.TransitionDialog })));

/** The records of a process by stage, to be moved on. */
export function BoardPage() {
  const { app, view } = useParams({ from: '/signedIn/shell/a/$app/board/$view' });
  const { model, error, refetch } = useModel(app);
  const text = useText();
  const found = model?.definition.views?.find((v) => v.key === view && v.kind === 'board');
  const process = model?.process(found?.process);
  if (error) return <ErrorBox error={error} onRetry={refetch} />;
  if (model && !process) return <ErrorBox error={new Error()} />;
  return (
    <>
      <PageHead title={text(process?.name, view)}>{process ? <Tabs app={app} view={view} form={process.form} /> : null}</PageHead>
      {model && process ? <BoardBody key={`${app}.${view}`} model={model} view={view} processKey={process.key} /> : <BoardBones />}
    </>
  );
}

function Tabs({ app, view, form }: { app: string; view: string; form: string }) {
  const { t } = useTranslation();
  return (
    <nav className="seg" aria-label={t('faces')}>
      <Link to="/a/$app/board/$view" params={{ app, view }} aria-current="page">
        <Icon name="board" size={14} />
        <span className="face">{t('board')}</span>
      </Link>
      <Link to="/a/$app/list/$form" params={{ app, form }}>
        <Icon name="list" size={14} />
        <span className="face">{t('list')}</span>
      </Link>
    </nav>
  );
}

function BoardBody({ model, view, processKey }: { model: Model; view: string; processKey: string }) {
  const { t } = useTranslation(['board', 'common']);
  const text = useText();
  const navigate = useNavigate();
  const phone = usePhone();
  const search = useSearch({ from: '/signedIn/shell/a/$app/board/$view' });
  const process = model.process(processKey)!;
  const form = model.form(process.form)!;
  const definition = model.definition.views?.find((v) => v.key === view);
  const clauses = readClauses(search.f);
  const mine = search.scope === 'mine';
  const where = whereOf(clauses, filterables(form, process), [search.where, mine ? 'owner == me' : undefined]);
  const sort = search.sort ?? definition?.sort?.join(',');
  const query = useQuery(boardQuery(model.app, view, where));
  const { wrong, pending } = standing(query);
  const board = query.data;
  const moves = useMoves(model, process);
  const set = (patch: Partial<typeof search>) => void navigate({ to: '.', search: { ...search, ...patch }, replace: true });

  // Lost and cancelled records leave the board; won ones stay in sight as its last column.
  const columns = (board?.columns ?? []).filter((c) => !c.end || c.end === 'won' || c.end === 'done' || c.count > 0);
  const place = `pipewright.stage.${model.app}.${view}`;
  const [stage, setStage] = useState(() => sessionStorage.getItem(place) ?? '');
  const strip = useRef<HTMLDivElement>(null);
  const tabs = useRef<HTMLDivElement>(null);
  const shown = opensOn(columns, stage);
  const choose = (key: string) => {
    setStage(key);
    sessionStorage.setItem(place, key);
  };
  const begun = phone && columns.length > 0;
  useLayoutEffect(() => {
    if (begun) strip.current?.querySelector(`[data-stage="${shown}"]`)?.scrollIntoView({ inline: 'start', block: 'nearest', behavior: 'instant' });
    // Only when it opens; from then on it is scrolled.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [begun]);
  useLayoutEffect(() => {
    const tab = begun ? tabs.current?.querySelector<HTMLElement>('[aria-selected="true"]') : undefined;
    if (tab) tab.parentElement?.scrollTo({ left: tab.offsetLeft - (tab.parentElement.clientWidth - tab.offsetWidth) / 2 });
  }, [begun, shown]);
  const goTo = (key: string) => {
    choose(key);
    strip.current?.querySelector(`[data-stage="${key}"]`)?.scrollIntoView({ inline: 'start', block: 'nearest', behavior: 'smooth' });
  };

  return (
    <div className="board">
      <div className="bar">
        <ScopeSwitch mine={mine} onChange={(next) => set({ scope: next ? 'mine' : undefined })} />
        {search.where ? (
          <button type="button" className="chip" onClick={() => set({ where: undefined })} title={search.where}>
            <span>{t('condition')}</span>
            <Icon name="close" size={12} label={t('common:delete')} />
          </button>
        ) : null}
        <Suspense fallback={<span className="chip add">{t('common:filter')}</span>}>
          <FilterBar model={model} form={form.key} clauses={clauses} onChange={(next) => set({ f: writeClauses(next) })} />
          <SortChoice model={model} form={form.key} columns={[...listColumns(form, process).filter((key) => key !== 'stage'), 'since']} sort={search.sort ?? ''} onSort={(next) => set({ sort: next || undefined })} />
        </Suspense>
        <span className="sp" />
        {board ? <Totals board={board} /> : null}
        {model.mayCreate(form.key) ? (
          <Button type="primary" icon={<Icon name="plus" />} onClick={() => void navigate({ to: '/a/$app/new/$form', params: { app: model.app, form: form.key } })}>
            {t('common:new')}
          </Button>
        ) : null}
      </div>
      {wrong ? <ErrorBox error={wrong} onRetry={() => void query.refetch()} /> : null}
      {pending ? <BoardBones /> : null}
      {phone && columns.length > 0 ? (
        <div className="stage-tabs" ref={tabs} role="tablist" aria-label={t('common:stage')}>
          {columns.map((c) => (
            <button key={c.stage} type="button" role="tab" aria-selected={c.stage === shown} style={{ '--c': stageColor(process, { key: c.stage, color: c.color, end: c.end }) } as React.CSSProperties} onClick={() => goTo(c.stage)}>
              {text(c.name, c.stage)} <span className="s">{c.count}</span>
            </button>
          ))}
        </div>
      ) : null}
      <p id="board-help" className="hide">
        {t('keyboardHelp')}
      </p>
      <DragArea onDrop={moves.drop} ghost={(id) => <Ghost model={model} id={id} />}>
        <div
          className="cols"
          ref={strip}
          onScroll={(e) => {
            if (!phone) return;
            const at = Math.round(e.currentTarget.scrollLeft / (e.currentTarget.clientWidth - 24));
            const key = columns[at]?.stage;
            if (key && key !== shown) choose(key);
          }}
        >
          {columns.map((column) => (
            <Column key={column.stage} model={model} process={process} column={column} columns={columns} filter={{ where, view, ...(sort ? { sort } : {}) }} moves={moves} />
          ))}
        </div>
      </DragArea>
      {phone && columns.length > 1 ? (
        <div className="dots" aria-hidden="true">
          {columns.map((c) => (
            <i key={c.stage} className={c.stage === shown ? 'on' : ''} />
          ))}
        </div>
      ) : null}
      <p className="hide" role="status" aria-live="assertive">
        {moves.said}
      </p>
      {moves.asking ? (
        <Suspense>
          <TransitionDialog
            model={model}
            record={moves.asking.record}
            transition={moves.asking.transition}
            onClose={moves.cancel}
            onDone={(record) => moves.done(record)}
          />
        </Suspense>
      ) : null}
    </div>
  );
}

function Ghost({ model, id }: { model: Model; id: string }) {
  return (
    <div className="deal ghost">
      <CardFace model={model} id={id} />
    </div>
  );
}

/** Sums in the bar over what is still open: what is won or lost is not worked on any more. */
function Totals({ board }: { board: Board }) {
  const { t } = useTranslation(['board', 'common']);
  const format = useFormat();
  const open = useMemo(() => board.columns.filter((c) => !c.end), [board.columns]);
  const count = open.reduce((n, c) => n + c.count, 0);
  const sums = useMemo(() => {
    const keys = [...new Set(open.flatMap((c) => Object.keys(c.sums ?? {})))];
    return keys.map((key): [string, string] => [key, addDecimals(open.map((c) => c.sums?.[key]).map((v) => (isMoney(v) ? v.amount : (v ?? '0'))))]);
  }, [open]);
  return (
    <div className="tot">
      <span>{t('count', { count })}</span>
      {sums.map(([key, value]) => {
        const [figure, unit] = format.short(value);
        return (
          <span key={key}>
            {key === 'weighted' ? t('common:weighted') : t('common:total')} <b>{figure}</b>
            {unit}
          </span>
        );
      })}
    </div>
  );
}

function BoardBones() {
  const { t } = useTranslation();
  return (
    <div className="cols" role="status" aria-label={t('loading')}>
      {[3, 2, 3, 1].map((n, i) => (
        <div className="col" key={i}>
          <div className="ch">
            <Bone width="50%" />
          </div>
          {Array.from({ length: n }, (_, at) => (
            <div className="deal" key={at} style={{ height: 86, display: 'grid', gap: 8, alignContent: 'center' }}>
              <Bone width="70%" />
              <Bone width="40%" />
            </div>
          ))}
        </div>
      ))}
    </div>
  );
}
