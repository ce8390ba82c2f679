import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { eventsQuery } from '@/api/queries';
import type { EventItem } from '@/api/types';
import type { Form } from '@/model/definition';
import { Avatar } from '@/ui/Avatar';
import { Icon, type IconName } from '@/ui/Icon';
import { useFormat } from '@/ui/locale';
import { ErrorBox, Skeleton } from '@/ui/States';
import { useText } from '@/ui/text';
import { EventWhy } from './EventWhy';
import { Said } from './Said';
import { withFormer } from './told';
import { Value } from './Value';

const icons: [RegExp, IconName][] = [
  [/note/, 'message'],
  [/approv|round|decision|task|return|reject/, 'stamp'],
  [/move|stage|transition/, 'arrow'],
  [/edit|change|update|set/, 'edit'],
  [/creat|start|import/, 'plus'],
  [/check|activit/, 'check'],
  [/assign|owner/, 'user'],
  [/automation|notice|notify|http/, 'bolt'],
];

export function eventIcon(type: string): IconName {
  const low = type.toLowerCase();
  return icons.find(([pattern]) => pattern.test(low))?.[1] ?? 'doc';
}

/** Entries that rules, people found by rules, or automations bring about. */
const explained = /^(entered|roundOpened|stepEntered|stepEnded|linked|assigned)$/;

/** All that happened to a record, newest first. */
export function Timeline({ id, form, only }: { id: string; form: Form | undefined; only?: 'changes' }) {
  const { t } = useTranslation(['record', 'common']);
  const query = useInfiniteQuery(eventsQuery(id));
  if (query.isPending) return <Skeleton rows={4} />;
  if (query.isError) return <ErrorBox error={query.error} onRetry={() => void query.refetch()} />;
  const items = withFormer(query.data.pages.flatMap((p) => p.items), !query.hasNextPage)
    .filter((e) => (only === 'changes' ? (e.changes?.length ?? 0) > 0 : true));
  return (
    <>
      {items.length === 0 ? <p className="pad dim">{t('nothingHappened')}</p> : null}
      <ol className="timeline">
        {items.map((e) => (
          <Item key={`${e.record?.id ?? ''}${e.seq}`} event={e} form={form} recordId={id} />
        ))}
      </ol>
      {query.hasNextPage ? (
        <div style={{ padding: '0 16px 16px' }}>
          <Button size="small" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {t('common:loadMore')}
          </Button>
        </div>
      ) : null}
    </>
  );
}

function Item({ event, form, recordId }: { event: EventItem; form: Form | undefined; recordId: string }) {
  const text = useText();
  const format = useFormat();
  const { t } = useTranslation('record');
  const [all, setAll] = useState(false);
  const isNote = /note/i.test(event.type);
  const changes = event.changes ?? [];
  // What a record began with is its form; only later changes are news.
  const shown = all ? changes : /creat|import|start/i.test(event.type) ? [] : changes.slice(0, 4);
  return (
    <li>
      {isNote && event.by ? <Avatar name={event.by.name} /> : <Icon name={eventIcon(event.type)} />}
      <span style={{ overflowWrap: 'anywhere' }}>
        {event.by ? <b className="by">{event.by.id.startsWith('app:') ? t('automation') : event.by.name} </b> : null}
        {text(event.text)}
        {event.record ? (
          <>
            {' · '}
            <Link to="/r/$id" params={{ id: event.record.id }}>
              {event.record.title}
            </Link>
          </>
        ) : explained.test(event.type) ? (
          <EventWhy recordId={recordId} form={form} seq={Number(event.seq)} what={text(event.text)} />
        ) : null}
      </span>
      <time className="s" dateTime={event.at} title={format.full(event.at)}>
        {format.moment(event.at)}
      </time>
      {event.comment ? <Said text={event.comment} /> : null}
      {shown.map((c) => (
        <span className="chg" key={c.field}>
          {text(c.name, c.field)}: {c.from === undefined ? null : (
            <>
              <del><Value form={event.record ? undefined : form} field={c.field} value={c.from} /></del> →{' '}
            </>
          )}
          <b>
            <Value form={event.record ? undefined : form} field={c.field} value={c.to} />
          </b>
        </span>
      ))}
      {changes.length > shown.length ? (
        <button type="button" className="link chg" onClick={() => setAll(true)}>
          {t('allChanges', { count: changes.length })}
        </button>
      ) : null}
    </li>
  );
}
