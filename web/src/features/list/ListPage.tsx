import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { Button, Input } from 'antd';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { isApiError } from '@/api/client';
import { recordsQuery, standing } from '@/api/queries';
import { filterables, readClauses, whereOf, writeClauses } from '@/records/filter';
import { FilterBar } from '@/records/FilterBar';
import { fieldOf, listColumns, titleIs, useModel, type Model } from '@/records/model';
import { ScopeSwitch } from '@/records/ScopeSwitch';
import { SortChoice } from '@/records/SortChoice';
import { useColumnName } from '@/records/useColumnName';
import { Icon } from '@/ui/Icon';
import { PageHead } from '@/ui/PageHead';
import { Pop } from '@/ui/Pop';
import { Empty, ErrorBox, Skeleton } from '@/ui/States';
import { useText } from '@/ui/text';
import { usePhone } from '@/ui/useMedia';
import { mostChosen } from './bulk';
import { BulkBar, mayBulk } from './BulkBar';
import { ExportButton } from './ExportButton';
import { ImportButton } from './ImportButton';
import { Rows } from './Rows';
import { SavedViews, ViewDropped } from './SavedViews';
import './list.css';

const system = new Set(['number', 'title', 'stage', 'owner', 'updatedAt', 'createdAt', 'since', 'weighted', 'probability', 'dueAt']);

/** The records of a form as a table: filtered, sorted, paged. */
export function ListPage() {
  const { app, form } = useParams({ from: '/signedIn/shell/a/$app/list/$form' });
  const { model, error, refetch } = useModel(app);
  const text = useText();
  const found = model?.form(form);
  const process = model?.processOf(form);
  const board = model?.definition.views?.find((v) => v.kind === 'board' && v.process === process?.key);
  const { t } = useTranslation();
  if (error) return <ErrorBox error={error} onRetry={refetch} />;
  if (model && !found) return <ErrorBox error={new Error()} />;
  return (
    <>
      <PageHead title={text(process?.name) || text(found?.name, form)}>
        {board ? (
          <nav className="seg" aria-label={t('faces')}>
            <Link to="/a/$app/board/$view" params={{ app, view: board.key }}>
              <Icon name="board" size={14} />
              <span className="face">{t('board')}</span>
            </Link>
            <Link to="/a/$app/list/$form" params={{ app, form }} aria-current="page">
              <Icon name="list" size={14} />
              <span className="face">{t('list')}</span>
            </Link>
          </nav>
        ) : null}
      </PageHead>
      {model ? <ListBody key={`${app}.${form}`} model={model} formKey={form} /> : <Skeleton rows={8} />}
    </>
  );
}

function ListBody({ model, formKey }: { model: Model; formKey: string }) {
  const { t } = useTranslation(['list', 'common']);
  const text = useText();
  const navigate = useNavigate();
  const search = useSearch({ from: '/signedIn/shell/a/$app/list/$form' });
  const form = model.form(formKey)!;
  const process = model.processOf(formKey);
  const views = (model.definition.views ?? []).filter((v) => v.kind === 'list' && (v.form === formKey || (process && v.process === process.key)));
  const view = views.find((v) => v.key === search.view);
  const clauses = readClauses(search.f);
  const mine = search.scope === 'mine';
  const asked = filterables(form, process);
  const where = whereOf(clauses, asked, [view?.where, search.where, mine ? 'owner == me' : undefined]);
  const known = (key: string) => system.has(key) || fieldOf(form, key) !== undefined;
  const sort = search.sort?.split(',').filter((key) => known(key.replace(/^-/, ''))).join(',') ?? view?.sort?.join(',') ?? '';
  const columns = (search.columns?.split(',') ?? view?.columns ?? listColumns(form, process)).filter(known);
  const query = useInfiniteQuery(recordsQuery(model.app, formKey, { where, sort, q: search.q ?? '', limit: 50 }));
  const { wrong, pending } = standing(query);
  const unknown = clauses.some((c) => !known(c.field) && !asked.some((f) => f.key === c.field)) || [...(search.sort ?? '').split(','), ...(search.columns ?? '').split(',')].some((key) => key !== '' && !known(key.replace(/^-/, '')));
  const stale = unknown || (query.isError && isApiError(query.error) && query.error.status === 400);
  const rows = useMemo(() => query.data?.pages.flatMap((p) => p.items) ?? [], [query.data]);
  const set = (patch: Partial<typeof search>) => void navigate({ to: '.', search: { ...search, ...patch }, replace: true });
  const filtered = Boolean(where || search.q);
  // The records that something is to be done to, while they are being chosen.
  const [many, setMany] = useState<ReadonlySet<string>>();
  const chooseAll = async () => {
    let pages = query.data?.pages ?? [];
    for (let more = query.hasNextPage; more && pages.reduce((n, p) => n + p.items.length, 0) < mostChosen; ) {
      const next = await query.fetchNextPage();
      if (next.isError) break;
      pages = next.data?.pages ?? pages;
      more = next.hasNextPage;
    }
    setMany(new Set(pages.flatMap((p) => p.items.map((r) => r.id)).slice(0, mostChosen)));
  };

  // A phone has room for what is used all day; the rest is one press away.
  const phone = usePhone();
  const [tools, setTools] = useState(false);
  const all = !phone || tools || many !== undefined;

  return (
    <>
      <div className="bar list-bar">
        <ScopeSwitch mine={mine} onChange={(next) => set({ scope: next ? 'mine' : undefined })} />
        <SavedViews app={model.app} form={formKey} views={views} search={search} stale={stale} keep={all} onChange={(next) => void navigate({ to: '.', search: next, replace: true })} />
        {phone ? (
          <button type="button" className="ib tools" aria-expanded={all} aria-label={t('tools')} onClick={() => (many ? setMany(undefined) : setTools(!tools))}>
            <Icon name="more" size={18} />
          </button>
        ) : null}
        <QuickFind key={search.saved ?? ''} value={search.q ?? ''} onChange={(q) => set({ q: q || undefined })} />
        {search.where ? (
          <span className="chip-pair">
            <span className="chip" title={search.where}>
              <span className="el">{search.title ?? t('condition')}</span>
            </span>
            <button type="button" className="chip x" onClick={() => set({ where: undefined, title: undefined })} aria-label={t('removeFilter', { name: search.title ?? t('condition') })}>
              <Icon name="close" size={12} />
            </button>
          </span>
        ) : null}
        <FilterBar model={model} form={formKey} clauses={clauses} onChange={(next) => set({ f: writeClauses(next) })} />
        {all ? (
          <>
            <ColumnChoice model={model} formKey={formKey} columns={columns} onChange={(next) => set({ columns: next.join(',') || undefined })} />
            {mayBulk(model, formKey) ? (
              <button type="button" className={`chip quiet${many ? ' on' : ''}`} aria-pressed={many !== undefined} onClick={() => setMany(many ? undefined : new Set())}>
                <Icon name="check" size={14} />
                {t('bulk')}
              </button>
            ) : null}
            {model.mayDelete(formKey) ? (
              <Link className="chip quiet" to="/a/$app/bin/$form" params={{ app: model.app, form: formKey }}>
                <Icon name="trash" size={14} />
                {t('bin')}
              </Link>
            ) : null}
            {model.mayDelete(formKey) && form.unique?.length ? (
              <Link className="chip quiet" to="/a/$app/duplicates/$form" params={{ app: model.app, form: formKey }}>
                <Icon name="copy" size={14} />
                {t('duplicates')}
              </Link>
            ) : null}
            {phone ? <SortChoice model={model} form={formKey} columns={columns} sort={search.sort ?? ''} onSort={(next) => set({ sort: next || undefined })} /> : null}
          </>
        ) : null}
        {phone ? null : <span className="sp" />}
        {all && model.mayExport(formKey) ? <ExportButton app={model.app} form={formKey} query={{ where, q: search.q ?? '', sort: sort ? sort.split(',') : [] }} /> : null}
        {all && model.mayImport(formKey) ? <ImportButton app={model.app} form={formKey} onDone={() => void query.refetch()} /> : null}
        {model.mayCreate(formKey) ? (
          <Button type="primary" className="new" icon={<Icon name="plus" />} onClick={() => void navigate({ to: '/a/$app/new/$form', params: { app: model.app, form: formKey } })}>
            {t('common:new')}
          </Button>
        ) : null}
      </div>
      <div className="body" style={{ paddingTop: 0 }}>
        <ViewDropped app={model.app} form={formKey} search={search} />
        {wrong ? <ErrorBox error={wrong} onRetry={() => void query.refetch()} /> : null}
        {pending ? (
          <div className="card">
            <Skeleton rows={8} />
          </div>
        ) : null}
        {query.isSuccess && rows.length === 0 ? (
          filtered ? (
            <Empty title={t('noMatch')} text={t('noMatchText')}>
              <Button onClick={() => set({ f: undefined, where: undefined, q: undefined, scope: undefined, view: undefined, title: undefined, saved: undefined })}>{t('clearFilters')}</Button>
            </Empty>
          ) : (
            <Empty title={t('empty', { name: text(form.name, form.key) })} text={model.mayCreate(formKey) ? t('emptyText') : t('emptyOther')}>
              {model.mayCreate(formKey) ? (
                <Button type="primary" onClick={() => void navigate({ to: '/a/$app/new/$form', params: { app: model.app, form: formKey } })}>
                  {t('common:newOf', { name: text(form.name, form.key) })}
                </Button>
              ) : null}
            </Empty>
          )
        ) : null}
        {rows.length > 0 ? (
          <Rows
            model={model}
            formKey={formKey}
            rows={rows}
            columns={columns}
            sort={sort}
            onSort={(next) => set({ sort: next || undefined })}
            {...(many ? { many, onMany: (ids: readonly string[]) => setMany(new Set(ids.slice(0, mostChosen))) } : {})}
          />
        ) : null}
        {query.hasNextPage ? <More busy={query.isFetchingNextPage} onMore={() => void query.fetchNextPage()} /> : null}
        {rows.length > 0 && !query.hasNextPage ? <p className="s">{t('shown', { count: rows.length })}</p> : null}
        {many ? (
          <BulkBar model={model} formKey={formKey} chosen={rows.filter((r) => many.has(r.id))} onChosen={(ids) => setMany(new Set(ids))} onAll={chooseAll} onDone={() => setMany(undefined)} />
        ) : null}
      </div>
    </>
  );
}

/** Loads the next page when it comes into sight; a button for those who do not scroll. */
function More({ busy, onMore }: { busy: boolean; onMore: () => void }) {
  const { t } = useTranslation();
  const mark = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!mark.current || busy) return undefined;
    const seen = new IntersectionObserver((entries) => {
      if (entries.some((e) => e.isIntersecting)) onMore();
    }, { rootMargin: '300px' });
    seen.observe(mark.current);
    return () => seen.disconnect();
  });
  return (
    <div ref={mark}>
      <Button loading={busy} onClick={onMore}>
        {t('loadMore')}
      </Button>
    </div>
  );
}

function QuickFind({ value, onChange }: { value: string; onChange: (q: string) => void }) {
  const { t } = useTranslation('list');
  const [typed, setTyped] = useState(value);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  return (
    <Input
      className="quick"
      prefix={<Icon name="search" size={14} />}
      allowClear
      placeholder={t('find')}
      aria-label={t('find')}
      value={typed}
      onChange={(e) => {
        const next = e.target.value;
        setTyped(next);
        clearTimeout(timer.current);
        timer.current = setTimeout(() => onChange(next.trim()), 300);
      }}
    />
  );
}

function ColumnChoice({ model, formKey, columns, onChange }: { model: Model; formKey: string; columns: string[]; onChange: (columns: string[]) => void }) {
  const { t } = useTranslation('list');
  const name = useColumnName(model, formKey);
  const form = model.form(formKey)!;
  // A title that is a field stands for it; a list may show either, and the one it does not is not offered beside it.
  const same = titleIs(form);
  const twin = same && columns.includes(same) && !columns.includes('title') ? 'title' : columns.includes(same ?? '') ? undefined : same;
  const all = [
    ...(form.number ? ['number'] : []), 'title', ...form.fields.filter((f) => f.type !== 'table').map((f) => f.key),
    ...(model.processOf(formKey) ? ['stage', 'owner', 'since'] : ['owner']), 'createdAt', 'updatedAt',
  ].filter((key) => key !== twin);
  return (
    <Pop
      placement="bottomLeft"
      arrow={false}
      content={
        <fieldset className="column-choice">
          <legend className="s">{t('columns')}</legend>
          {all.map((key) => (
            <label key={key} className="row">
              <input
                type="checkbox"
                checked={columns.includes(key)}
                onChange={(e) => onChange(e.target.checked ? all.filter((k) => k === key || columns.includes(k)) : columns.filter((k) => k !== key))}
              />
              {name(key)}
            </label>
          ))}
        </fieldset>
      }
    >
      <button type="button" className="chip quiet">
        <Icon name="table" size={14} />
        {t('columns')}
      </button>
    </Pop>
  );
}
