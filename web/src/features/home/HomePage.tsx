import { useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { Button } from 'antd';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { present } from '@/api/base';
import { api, operationKey } from '@/api/client';
import { guideQuery } from '@/api/guide';
import { useLine } from '@/api/line';
import { usePeople } from '@/api/people';
import { homeQuery, meQuery, queryClient } from '@/api/queries';
import type { RecordItem, Task } from '@/api/types';
import { rest, stageColor, stageOf, useModel } from '@/records/model';
import { isMoney } from '@/ui/format';
import { Icon } from '@/ui/Icon';
import { useFormat } from '@/ui/locale';
import { PageHead } from '@/ui/PageHead';
import { Empty, ErrorBox, Skeleton, useErrorText } from '@/ui/States';
import { useText } from '@/ui/text';
import { toast } from '@/ui/toast';
import { AtHand } from './AtHand';
import { FirstSteps } from './FirstSteps';
import { Readings } from './Readings';
import './home.css';

const Agenda = lazy(() => import('./Agenda').then((m) => ({ default: m.Agenda })));

/** My work: what waits for me, what is due, what goes cold; or the days it falls on. */
export function HomePage() {
  const { t } = useTranslation('home');
  const format = useFormat();
  const { view, day } = useSearch({ from: '/signedIn/shell/' });
  const navigate = useNavigate();
  const { data: me } = useSuspenseQuery(meQuery());
  return (
    <>
      <PageHead title={t('title')}>
        <span className="s wide-only">{format.longDate(Date.parse(me.now) || 0)}</span>
        <nav className="seg" aria-label={t('faces')}>
          <Link to="/" activeOptions={{ exact: true }}>
            <Icon name="list" size={14} />
            <span className="face">{t('asList')}</span>
          </Link>
          <Link to="/" search={{ view: 'calendar' }} aria-current={view === 'calendar' ? 'page' : undefined}>
            <Icon name="calendar" size={14} />
            <span className="face">{t('asCalendar')}</span>
          </Link>
        </nav>
      </PageHead>
      {view === 'calendar' ? (
        <div className="body">
          <Suspense fallback={<Skeleton rows={8} />}>
            <Agenda day={day} onDay={(next) => void navigate({ to: '/', search: { view: 'calendar', day: next }, replace: true })} />
          </Suspense>
        </div>
      ) : (
        <Lists />
      )}
    </>
  );
}

/** What waits for me, what is due, what goes cold, what comes next. */
export function Lists() {
  const { t } = useTranslation(['home', 'guide']);
  const format = useFormat();
  const { data: me } = useSuspenseQuery(meQuery());
  const { data, error, isPending, refetch } = useQuery(homeQuery());
  // It stands above the rest, which would jump if it came later.
  const guide = useQuery(guideQuery());
  const line = useLine();
  const approvals = data?.tasks.filter((x) => x.kind !== 'todo' && x.kind !== 'activity') ?? [];
  const todos = data?.tasks.filter((x) => x.kind === 'todo' || x.kind === 'activity') ?? [];
  const late = data?.tasks.filter((x) => x.dueAt && format.dueState(x.dueAt) === 'bad').length ?? 0;
  if (!line && !data) return <AtHand />;
  if (guide.isPending && guide.fetchStatus === 'fetching') {
    return (
      <div className="body">
        <div className="card">
          <Skeleton rows={6} />
        </div>
      </div>
    );
  }
  const noApps = me.apps.every((a) => a.release === 0);
  return (
    <div className="body">
      {error ? <ErrorBox error={error} onRetry={() => void refetch()} /> : null}
      {noApps ? (
        <Empty title={t('noApps')} text={me.can.design ? t('noAppsAdmin') : t('noAppsText')}>
          {me.can.design ? <Link to="/templates">{t('toTemplates')}</Link> : null}
        </Empty>
      ) : null}
      <Readings />
      <FirstSteps />
      <dl className="card kpis">
        <Kpi of="approvals" value={data ? approvals.length : undefined} note={late > 0 ? t('lateN', { count: late }) : ''} bad={late > 0} />
        <Kpi of="todos" value={data ? todos.length : undefined} note="" />
        <Kpi of="due" value={data?.due.length} note="" />
        <Kpi of="idle" value={data?.idle.length} note="" />
      </dl>
      <div className="home-cols">
        <div className="home-col">
          <section className="card" id="home-approvals" tabIndex={-1} aria-label={t('approvals')}>
            <header>
              <h2>{t('approvals')}</h2>
              <span className="s">{approvals.length || ''}</span>
              <span className="sp" />
              <Link to="/inbox" className="s">
                {t('allApprovals')}
              </Link>
            </header>
            {isPending ? <Skeleton rows={3} /> : null}
            {data && approvals.length === 0 ? <p className="pad dim">{t('noApprovals')}</p> : null}
            <ul>
              {approvals.slice(0, 8).map((task) => (
                <TaskRow key={task.id} task={task} />
              ))}
            </ul>
          </section>
          <section className="card" id="home-todos" tabIndex={-1} aria-label={t('todos')}>
            <header>
              <h2>{t('todos')}</h2>
              <span className="s">{todos.length || ''}</span>
            </header>
            {isPending ? <Skeleton rows={3} /> : null}
            {data && todos.length === 0 ? <p className="pad dim">{t('noTodos')}</p> : null}
            <ul>
              {todos.map((task) => (
                <TodoRow key={task.id} task={task} />
              ))}
            </ul>
          </section>
          <RecordsCard title={t('recent')} records={data?.recent} empty={t('noRecent')} kind="recent" />
        </div>
        <div className="home-col">
          <RecordsCard title={t('due')} records={data?.due} empty={t('noDue')} kind="due" />
          <RecordsCard title={t('idle')} records={data?.idle} empty={t('noIdle')} kind="idle" />
          <RecordsCard title={t('next')} records={data?.next} empty="" kind="next" />
        </div>
      </div>
    </div>
  );
}

/** A figure, and the way to what it counts. */
function Kpi({ of, value, note, bad = false }: { of: 'approvals' | 'todos' | 'due' | 'idle'; value: number | undefined; note: string; bad?: boolean }) {
  const { t } = useTranslation('home');
  return (
    <div>
      <dt className="s">{t(of)}</dt>
      <dd>
        <a
          href={`#home-${of}`}
          aria-label={t('toSection', { name: t(of), count: value ?? 0 })}
          onClick={(e) => {
            const section = document.getElementById(`home-${of}`);
            e.preventDefault();
            section?.scrollIntoView({ block: 'start' });
            section?.focus({ preventScroll: true });
          }}
        >
          {value ?? '–'}
        </a>
        {note ? <span className={`s${bad ? ' bad' : ''}`}> {note}</span> : null}
      </dd>
    </div>
  );
}

function TaskRow({ task }: { task: Task }) {
  const { t } = useTranslation('home');
  const text = useText();
  const format = useFormat();
  const [figure, unit] = task.record?.value ? format.short(task.record.value, 2) : ['', ''];
  return (
    <li className="line">
      <Link to="/inbox" search={{ task: task.id }} className="el">
        {task.record?.title ?? text(task.name)}
      </Link>
      <span className="s el sp">
        {[text(task.name), task.by?.name].filter(Boolean).join(' · ')}
        {task.changed ? <span className="tag acc"> {t('changed')}</span> : null}
      </span>
      {figure ? (
        <span className="num figure">
          {figure} <span className="s">{unit}</span>
        </span>
      ) : null}
      {task.dueAt ? <span className={`s when ${format.dueState(task.dueAt)}`}>{format.due(task.dueAt)}</span> : null}
      <Link to="/inbox" search={{ task: task.id }} className="look" aria-label={`${t('look')} ${task.record?.title ?? ''}`}>
        {t('look')}
      </Link>
    </li>
  );
}

function TodoRow({ task }: { task: Task }) {
  const { t } = useTranslation('home');
  const text = useText();
  const format = useFormat();
  const errorText = useErrorText();
  const [done, setDone] = useState(false);
  const finish = async () => {
    setDone(true);
    try {
      await api.post(`/tasks/${encodeURIComponent(task.id)}/done`, {}, { key: operationKey() });
      await Promise.all(['home', 'tasks', 'me'].map((k) => queryClient.invalidateQueries({ queryKey: [k] })));
    } catch (error) {
      setDone(false);
      toast(errorText(error), { kind: 'bad' });
    }
  };
  return (
    <li className={`line${done ? ' did' : ''}`}>
      <input type="checkbox" checked={done} onChange={() => void finish()} aria-label={t('finish', { name: text(task.name) })} />
      <span className="el">{text(task.name)}</span>
      <span className="s el sp">
        {task.record ? (
          <Link to="/r/$id" params={{ id: task.record.id }}>
            {task.record.title}
          </Link>
        ) : null}
      </span>
      {task.dueAt ? <span className={`s when ${format.dueState(task.dueAt)}`}>{format.due(task.dueAt)}</span> : null}
    </li>
  );
}

type Kind = 'due' | 'idle' | 'next' | 'recent';

function RecordsCard({ title, records, empty, kind }: { title: string; records: RecordItem[] | undefined; empty: string; kind: Kind }) {
  const [all, setAll] = useState(false);
  const { t } = useTranslation(['home', 'common']);
  // What is there for some people only is not missed by the others.
  if (kind === 'next' ? !records?.length : kind === 'recent' && records?.length === 0) return null;
  const shown = all ? records : records?.slice(0, 8);
  return (
    <section className={kind === 'recent' ? 'card recent' : 'card'} id={`home-${kind}`} tabIndex={-1} aria-label={title}>
      <header>
        <h2>{title}</h2>
        <span className="s">{records?.length || ''}</span>
      </header>
      {records === undefined ? <Skeleton rows={3} /> : null}
      {records?.length === 0 ? <p className="pad dim">{empty}</p> : null}
      <ul>
        {shown?.map((r) => (
          <RecordRow key={r.id} record={r} kind={kind} />
        ))}
      </ul>
      {records && shown && records.length > shown.length ? (
        <Button type="text" size="small" onClick={() => setAll(true)} style={{ margin: 8 }}>
          {t('common:more')}
        </Button>
      ) : null}
    </section>
  );
}

function RecordRow({ record, kind }: { record: RecordItem; kind: Kind }) {
  const { t } = useTranslation('home');
  const text = useText();
  const format = useFormat();
  const { nameOf } = usePeople();
  const { model } = useModel(record.app);
  const process = model?.process(record.process) ?? model?.processOf(record.form);
  const stage = stageOf(process, record.stage);
  const value = process?.value ? record.data[process.value] : undefined;
  const [figure, unit] = isMoney(value) ? format.short(value) : ['', ''];
  const resting = kind === 'idle' ? rest(record, stage, present()) : undefined;
  return (
    <li className="line two">
      <span className="sp">
        <Link to="/r/$id" params={{ id: record.id }} className="el">
          {record.title || record.number || record.id}
        </Link>
        <span className="s row" style={{ gap: 6 }}>
          {stage ? <i className="dot" style={{ background: stageColor(process, stage), width: 7, height: 7 }} /> : null}
          <span className="el">
            {stage ? text(stage.name, stage.key) : text(model?.form(record.form)?.name, record.form)}
            {kind === 'next' && record.owner ? ` · ${nameOf(record.owner)}` : ''}
          </span>
        </span>
      </span>
      {resting ? (
        <span className="idle">
          <span className={resting.days >= resting.limit ? 's bad' : 's warn'}>{t('idleDays', resting)}</span>
          <span className={`bar4 ${resting.days >= resting.limit ? 'bad' : 'warn'}`} aria-hidden="true">
            <i style={{ width: `${Math.min(100, (resting.days / resting.limit) * 100)}%` }} />
          </span>
        </span>
      ) : kind === 'due' && record.dueAt ? (
        <span className={`s when ${format.dueState(record.dueAt)}`}>{format.due(record.dueAt)}</span>
      ) : (
        <span className="s when">{format.moment(record.updatedAt)}</span>
      )}
      {figure ? (
        <span className="num figure">
          {figure} <span className="s">{unit}</span>
        </span>
      ) : null}
    </li>
  );
}
