import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Button } from 'antd';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { tasksQuery } from '@/api/queries';
import type { Task } from '@/api/types';
import { Icon } from '@/ui/Icon';
import { useFormat, type Format } from '@/ui/locale';
import { PageHead } from '@/ui/PageHead';
import { Empty, ErrorBox, Skeleton } from '@/ui/States';
import { useText } from '@/ui/text';
import { usePhone } from '@/ui/useMedia';
import { Batch, mostTogether } from './Batch';
import { TaskPanel } from './TaskPanel';
import './inbox.css';

const tabs = ['open', 'cc', 'done'] as const;
type Tab = (typeof tabs)[number];

interface Group {
  key: 'late' | 'today' | 'later' | 'unread' | 'read';
  tasks: Task[];
}

/** Tasks by when they are due: late, today, later. */
export function groupTasks(tasks: readonly Task[], format: Pick<Format, 'dueState'>): Group[] {
  const groups: Group[] = [{ key: 'late', tasks: [] }, { key: 'today', tasks: [] }, { key: 'later', tasks: [] }];
  for (const task of tasks) {
    const state = task.dueAt ? format.dueState(task.dueAt) : '';
    groups[state === 'bad' ? 0 : state === 'warn' ? 1 : 2]!.tasks.push(task);
  }
  for (const group of groups) group.tasks.sort((a, b) => (a.dueAt ?? '9').localeCompare(b.dueAt ?? '9'));
  return groups.filter((g) => g.tasks.length > 0);
}

/** What waits for this person: the list, and the task that is open. */
export function InboxPage() {
  const { t } = useTranslation(['inbox', 'common']);
  const search = useSearch({ from: '/signedIn/shell/inbox' });
  const tab: Tab = tabs.find((k) => k === search.tab) ?? 'open';
  const navigate = useNavigate();
  const phone = usePhone();
  const format = useFormat();
  const query = useInfiniteQuery(tasksQuery(tab === 'cc' ? { mine: 1, kind: 'cc', state: 'open' } : { mine: 1, state: tab }));
  // What was copied and read already stands below what is new.
  const read = useInfiniteQuery({ ...tasksQuery({ mine: 1, kind: 'cc', state: 'done' }), enabled: tab === 'cc' });
  const [many, setMany] = useState<ReadonlySet<string>>();
  const tasks = useMemo(() => query.data?.pages.flatMap((p) => p.items) ?? [], [query.data]);
  const copies = useMemo(() => read.data?.pages.flatMap((p) => p.items) ?? [], [read.data]);
  const groups = useMemo((): Group[] => {
    if (tab === 'open') return groupTasks(tasks, format);
    if (tab === 'done') return [{ key: 'later', tasks }];
    const all: Group[] = [{ key: 'unread', tasks }, { key: 'read', tasks: copies }];
    return all.filter((g) => g.tasks.length > 0);
  }, [tab, tasks, copies, format]);
  const order = useMemo(() => groups.flatMap((g) => g.tasks), [groups]);
  // A copy is read by opening it, so none opens by itself.
  const chosen = search.task ?? (phone || tab === 'cc' ? undefined : order[0]?.id);

  const open = (id: string | undefined) => void navigate({ to: '/inbox', search: { ...(tab === 'open' ? {} : { tab }), ...(id ? { task: id } : {}) } });
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.target instanceof HTMLElement && event.target.closest('input, textarea, select, [role="dialog"]')) return;
      const step = event.key === 'j' ? 1 : event.key === 'k' ? -1 : 0;
      if (step === 0 || event.ctrlKey || event.metaKey || event.altKey) return;
      const next = order[order.findIndex((x) => x.id === chosen) + step];
      if (next) open(next.id);
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  });

  // A decision takes the buttons away that had the focus: the keyboard goes on at the task that comes next.
  const before = useRef(chosen);
  useEffect(() => {
    if (before.current !== chosen && document.activeElement === document.body) document.querySelector<HTMLElement>('.task[aria-current="true"]')?.focus();
    before.current = chosen;
  }, [chosen]);

  const several =
    tab === 'open' && tasks.some((x) => x.batch) ? (
      <Button icon={<Icon name="check" />} aria-pressed={many !== undefined} onClick={() => setMany(many ? undefined : new Set())}>
        {t(many ? 'batchEnd' : 'batch')}
      </Button>
    ) : null;
  const which = (
    <div className="seg" role="group" aria-label={t('title')}>
      {tabs.map((k) => (
        <button
          key={k}
          type="button"
          aria-pressed={k === tab}
          onClick={() => {
            setMany(undefined);
            void navigate({ to: '/inbox', search: k === 'open' ? {} : { tab: k } });
          }}
        >
          {t(`tab.${k}`)}
        </button>
      ))}
    </div>
  );
  const list = (
    <div className="inbox-list">
      {/* The top bar of a phone has no room for more than the title. */}
      {phone ? (
        <div className="several">
          {which}
          {several}
        </div>
      ) : null}
      {query.isPending ? <Skeleton rows={5} height={64} /> : null}
      {query.isError ? <ErrorBox error={query.error} onRetry={() => void query.refetch()} /> : null}
      {query.isSuccess && tasks.length + (tab === 'cc' ? copies.length : 0) === 0 ? (
        <div className="pad">
          <Empty title={t(tab === 'open' ? 'nothingOpen' : tab === 'cc' ? 'nothingCopied' : 'nothingDone')} text={tab === 'open' ? t('nothingOpenText') : ''} />
        </div>
      ) : null}
      {groups.map((group) => (
        <section key={group.key} aria-label={t(`group.${group.key}`)}>
          {tab !== 'done' && group.tasks.length > 0 ? (
            <h2 className={`s${group.key === 'late' ? ' bad' : ''}`}>
              {t(`group.${group.key}`)} · {group.tasks.length}
            </h2>
          ) : null}
          <ul>
            {group.tasks.map((task) => (
              <Row key={task.id} task={task} on={task.id === chosen} onOpen={() => open(task.id)} {...(many ? { many, onMany: setMany } : {})} />
            ))}
          </ul>
        </section>
      ))}
      {query.hasNextPage ? (
        <div className="pad">
          <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {t('common:loadMore')}
          </Button>
        </div>
      ) : null}
      {many ? <Batch tasks={order} chosen={many} onChosen={setMany} onDone={() => setMany(undefined)} /> : null}
      <footer className="s keys">
        <kbd>J</kbd> <kbd>K</kbd> {t('keys')}
      </footer>
    </div>
  );
  const at = order.findIndex((x) => x.id === chosen);
  return (
    <>
      <PageHead
        title={t('title')}
        lead={
          phone && chosen ? (
            <button type="button" className="ib" onClick={() => open(undefined)} aria-label={t('backToList')}>
              <Icon name="left" size={20} />
            </button>
          ) : undefined
        }
      >
        {phone && chosen ? <h1 className="el">{t('title')}</h1> : null}
        {phone ? null : which}
        {phone ? null : several}
      </PageHead>
      <div className={`inbox${chosen ? ' with' : ''}`}>
        {phone && chosen ? null : list}
        {chosen ? (
          <TaskPanel
            key={chosen}
            id={chosen}
            onNext={() => {
              const next = order[at + 1] ?? order[at - 1];
              open(next && next.id !== chosen ? next.id : undefined);
            }}
          />
        ) : null}
      </div>
    </>
  );
}

interface RowProps {
  task: Task;
  on: boolean;
  onOpen: () => void;
  /** The tasks chosen to be decided together, while that is being done. */
  many?: ReadonlySet<string>;
  onMany?: (many: ReadonlySet<string>) => void;
}

function Row({ task, on, onOpen, many, onMany }: RowProps) {
  const { t } = useTranslation('inbox');
  const text = useText();
  const format = useFormat();
  const [figure, unit] = task.record?.value ? format.short(task.record.value, 2) : ['', ''];
  const tick = () => {
    const next = new Set(many);
    if (!next.delete(task.id) && next.size < mostTogether) next.add(task.id);
    onMany?.(next);
  };
  return (
    <li className={many ? 'choosing' : ''}>
      {many ? <input type="checkbox" checked={many.has(task.id)} disabled={!task.batch} onChange={tick} aria-label={t('chooseTask', { title: task.record?.title ?? text(task.name) })} /> : null}
      <button type="button" className={`task${on ? ' on' : ''}`} aria-current={on ? 'true' : undefined} onClick={onOpen}>
        <span className="row">
          <b className="el sp">{task.record?.title ?? text(task.name)}</b>
          {figure ? (
            <b>
              {figure}
              <span className="s"> {unit}</span>
            </b>
          ) : null}
        </span>
        <span className="s el">
          {text(task.name)}
          {task.record?.stage ? ` · ${text(task.record.stage)}` : ''}
        </span>
        <span className="row s">
          <span className="el sp">
            {task.by ? `${task.by.name} · ` : ''}
            {format.moment(task.createdAt)}
          </span>
          {task.for ? <span className="tag">{t('standsFor', { name: task.for.name })}</span> : null}
          {task.asked ? <span className="tag">{t(`askedTag.${task.asked}`)}</span> : null}
          {task.dueAt && task.state === 'open' ? <span className={format.dueState(task.dueAt)}>{format.due(task.dueAt)}</span> : null}
          {task.kind === 'cc' ? <span>{t(task.state === 'open' ? 'state.unread' : 'state.read')}</span> : task.state !== 'open' ? <span>{t(`state.${task.state}`)}</span> : null}
        </span>
        {task.changed ? (
          <span>
            <span className="tag acc">
              <Icon name="swap" size={12} />
              {t('changed')}
            </span>
          </span>
        ) : null}
      </button>
    </li>
  );
}
