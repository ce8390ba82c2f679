import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Button, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '@/api/client';
import { queryClient } from '@/api/queries';
import { useFormat } from '@/ui/locale';
import { Empty, ErrorBox, Skeleton, useErrorText } from '@/ui/States';
import { toast } from '@/ui/toast';
import { CHANNELS, deliveriesQuery, STATES, type Delivery } from './api';

const TONE: Partial<Record<Delivery['state'], string>> = { dead: ' bad', failed: ' warn', sent: ' good' };

/** Everything that went out or is to go out, newest first; what is dead can be sent again. */
export function Deliveries() {
  const { t } = useTranslation(['outbound', 'common']);
  const [state, setState] = useState('');
  const [channel, setChannel] = useState('');
  const list = useInfiniteQuery(deliveriesQuery(state, channel));
  const shown = list.data?.pages.flatMap((p) => p.items) ?? [];
  return (
    <>
      <div className="bar">
        <Select
          aria-label={t('state')}
          className="out-pick"
          value={state}
          onChange={setState}
          options={[{ value: '', label: t('allStates') }, ...STATES.map((k) => ({ value: k as string, label: t(`state.${k}`) }))]}
        />
        <Select
          aria-label={t('channel')}
          className="out-pick"
          value={channel}
          onChange={setChannel}
          options={[{ value: '', label: t('allChannels') }, ...CHANNELS.map((k) => ({ value: k as string, label: t(`channel.${k}`) }))]}
        />
        <span className="sp" />
        <Button onClick={() => void list.refetch()}>{t('refresh')}</Button>
      </div>
      <div className="body" style={{ paddingTop: 0 }}>
        {list.isPending ? (
          <div className="card">
            <Skeleton rows={6} />
          </div>
        ) : null}
        {list.isError ? <ErrorBox error={list.error} onRetry={() => void list.refetch()} /> : null}
        {list.isSuccess && shown.length === 0 ? <Empty title={t('nothing')} text={t('nothingHelp')} /> : null}
        {shown.length > 0 ? (
          <ul className="card deliveries">
            {shown.map((d) => (
              <One key={d.id} delivery={d} />
            ))}
          </ul>
        ) : null}
        {list.hasNextPage ? (
          <Button className="out-more" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            {t('common:more')}
          </Button>
        ) : null}
      </div>
    </>
  );
}

function One({ delivery: d }: { delivery: Delivery }) {
  const { t } = useTranslation('outbound');
  const format = useFormat();
  const errorText = useErrorText();
  const [busy, setBusy] = useState(false);
  const act = async (what: 'retry' | 'discard') => {
    setBusy(true);
    try {
      await api.post(`/deliveries/${encodeURIComponent(d.id)}/${what}`);
      toast(t(what === 'retry' ? 'retried' : 'discarded'));
    } catch (caught) {
      toast(errorText(caught), { kind: 'bad' });
    } finally {
      await queryClient.invalidateQueries({ queryKey: ['deliveries'] });
      setBusy(false);
    }
  };
  return (
    <li>
      <div className="out-what">
        <b className="el">{d.to ?? '–'}</b>
        <span className="s el">
          {t(`channel.${d.channel}`)}
          {d.subject ? ` · ${d.subject}` : ''}
        </span>
        <span className="s">
          {format.moment(d.createdAt)}
          {d.attempts > 0 ? ` · ${t('attempts', { count: d.attempts })}` : ''}
          {d.next ? ` · ${t('next', { time: format.moment(d.next) })}` : ''}
          {d.record ? (
            <>
              {' · '}
              <Link to="/r/$id" params={{ id: d.record }}>
                {t('record')}
              </Link>
            </>
          ) : null}
        </span>
        {d.answer && d.state !== 'sent' ? <span className="s out-answer">{d.answer}</span> : null}
      </div>
      <span className={`tag${TONE[d.state] ?? ''}`}>{t(`state.${d.state}`)}</span>
      <span className="out-acts">
        {d.state === 'dead' ? (
          <Button size="small" disabled={busy} onClick={() => void act('retry')}>
            {t('retry')}
          </Button>
        ) : null}
        {d.state === 'sent' || d.state === 'discarded' ? null : (
          <Button size="small" disabled={busy} onClick={() => void act('discard')}>
            {t('discard')}
          </Button>
        )}
      </span>
    </li>
  );
}
