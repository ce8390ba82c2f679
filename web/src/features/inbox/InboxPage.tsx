import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Button } from 'antd';
import { useEffect, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { tasksQuery } from '@/api/queries';
import type { Task } from '@/api/types';
import { Icon } from '@/ui/Icon';
import { useFormat, type Format } from '@/ui/locale';
import { PageHead } from '@/ui/PageHead';
import { Empty, ErrorBox, Skeleton } from '@/ui/States';
import { useText } from '@/ui/text';
import { usePhone } from '@/ui/useMedia';
import { TaskPanel } from './TaskPanel';
import './inbox.css';

type Tab = 'open' | 'done';

interface Group {
  key: 'late' | 'today' | 'later';
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
  const tab: Tab = search.tab === 'done' ? 'done' : 'open';
  const navigate = useNavigate();
  const phone = usePhone();
  const format = useFormat();
  const query = useInfiniteQuery(tasksQuery({ mine: 1, state: tab }));
  const tasks = useMemo(() => query.data?.pages.flatMap((p) => p.items) ?? [], [query.data]);
  const groups = useMemo(() => (tab === 'open' ? groupTasks(tasks, format) : [{ key: 'later' as const, tasks }]), [tab, tasks, format]);
  const order = useMemo(() => groups.flatMap((g) => g.tasks), [groups]);
  const chosen = search.task ?? (phone ? undefined : order[0]?.id);

  const open = (id: string | undefined) => void navigate({ to: '/inbox', search: { ...(tab === 'done' ? { tab } : {}), ...(id ? { task: id } : {}) } });
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

  const list = (
    <div className="inbox-list">
      {query.isPending ? <Skeleton rows={5} height={64} /> : null}
      {query.isError ? <ErrorBox error={query.error} onRetry={() => void query.refetch()} /> : null}
      {query.isSuccess && tasks.length === 0 ? (
        <div className="pad">
          <Empty title={tab === 'open' ? t('nothingOpen') : t('nothingDone')} text={tab === 'open' ? t('nothingOpenText') : ''} />
        </div>
      ) : null}
      {groups.map((group) => (
        <section key={group.key} aria-label={t(`group.${group.key}`)}>
          {tab === 'open' && group.tasks.length > 0 ? (
            <h2 className={`s${group.key === 'late' ? ' bad' : ''}`}>
              {t(`group.${group.key}`)} · {group.tasks.length}
            </h2>
          ) : null}
          <ul>
            {group.tasks.map((task) => (
              <Row key={task.id} task={task} on={task.id === chosen} onOpen={() => open(task.id)} />
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
        {phone && chosen ? (
          <h1 className="el">{t('title')}</h1>
        ) : (
          <div className="seg" role="group" aria-label={t('title')}>
            {(['open', 'done'] as const).map((k) => (
              <button key={k} type="button" aria-pressed={k === tab} onClick={() => void navigate({ to: '/inbox', search: k === 'done' ? { tab: k } : {} })}>
                {t(`tab.${k}`)}
              </button>
            ))}
          </div>
        )}
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

function Row({ task, on, onOpen }: { task: Task; on: boolean; onOpen: () => void }) {
  const { t } = useTranslation('inbox');
  const text = useText();
  const format = useFormat();
  const [figure, unit] = task.record?.value ? format.short(task.record.value, 2) : ['', ''];
  return (
    <li>
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
          {task.dueAt && task.state === 'open' ? <span className={format.dueState(task.dueAt)}>{format.due(task.dueAt)}</span> : null}
          {task.state !== 'open' ? <span>{t(`state.${task.state}`)}</span> : null}
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
