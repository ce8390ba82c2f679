import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { Button, Input } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { usePeople } from '@/api/people';
import { poolQuery, queryClient, standing } from '@/api/queries';
import type { PoolInfo, PooledItem } from '@/api/types';
import { FieldEnvContext } from '@/fields/kind';
import { kindOf } from '@/fields/registry';
import { claim } from '@/records/actions';
import { useEnv } from '@/records/FormFields';
import { fieldOf, listColumns, useModel, type Model } from '@/records/model';
import { Icon } from '@/ui/Icon';
import { useFormat } from '@/ui/locale';
import { PageHead } from '@/ui/PageHead';
import { Empty, ErrorBox, Skeleton, useErrorText } from '@/ui/States';
import { useText } from '@/ui/text';
import { toast } from '@/ui/toast';
import './pool.css';

/** A pool: what is in it, what one holds, and a button to claim. */
export function PoolPage() {
  const { app, key } = useParams({ from: '/signedIn/shell/a/$app/pool/$key' });
  const { model, error, refetch } = useModel(app);
  const text = useText();
  const pool = model?.definition.pools?.find((p) => p.key === key);
  if (error) return <ErrorBox error={error} onRetry={refetch} />;
  if (model && !pool) return <ErrorBox error={new Error()} />;
  return (
    <>
      <PageHead title={text(pool?.name, key)} />
      {model && pool ? <Body key={`${app}.${key}`} model={model} pool={key} form={pool.form} /> : <Skeleton rows={8} />}
    </>
  );
}

function Body({ model, pool, form }: { model: Model; pool: string; form: string }) {
  const { t } = useTranslation(['pool', 'common']);
  const text = useText();
  const [q, setQ] = useState('');
  const query = useInfiniteQuery(poolQuery(model.app, pool, q));
  const { wrong, pending } = standing(query);
  const rows = useMemo(() => query.data?.pages.flatMap((p) => p.items) ?? [], [query.data]);
  const info = query.data?.pages[0]?.pool;
  const env = useEnv(model.app, model.definition, true);
  return (
    <FieldEnvContext.Provider value={env}>
      <div className="bar">
        <Input className="pool-find" prefix={<Icon name="search" size={14} />} allowClear value={q} onChange={(e) => setQ(e.target.value)} placeholder={t('find')} aria-label={t('find')} />
        <span className="sp" />
        {info?.member ? <Limits pool={info} /> : null}
        <Link className="chip" to="/a/$app/list/$form" params={{ app: model.app, form }} search={{ scope: 'mine' }}>
          {t('mine')}
        </Link>
      </div>
      <div className="body" style={{ paddingTop: 0 }}>
        {info && text(info.help) ? <p className="s">{text(info.help)}</p> : null}
        {pending ? (
          <div className="card">
            <Skeleton rows={6} />
          </div>
        ) : null}
        {wrong ? <ErrorBox error={wrong} onRetry={() => void query.refetch()} /> : null}
        {query.isSuccess && rows.length === 0 ? <Empty title={q ? t('noMatch') : t('empty')} text={q ? '' : t('emptyText')} /> : null}
        {rows.length > 0 && info ? (
          <ul className="card pool-list">
            {rows.map((row) => (
              <Row key={row.id} model={model} row={row} pool={info} />
            ))}
          </ul>
        ) : null}
        {query.hasNextPage ? (
          <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {t('common:loadMore')}
          </Button>
        ) : null}
      </div>
    </FieldEnvContext.Provider>
  );
}

function Limits({ pool }: { pool: PoolInfo }) {
  const { t } = useTranslation('pool');
  const full = pool.cap > 0 && pool.held >= pool.cap;
  return (
    <span className="s limits" role="status">
      <span className={full ? 'warn' : ''}>{pool.cap > 0 ? t('heldOf', { held: pool.held, cap: pool.cap }) : t('held', { held: pool.held })}</span>
      {pool.claimPerDay > 0 ? (
        <span className={pool.today >= pool.claimPerDay ? 'warn' : ''}>{t('todayOf', { today: pool.today, max: pool.claimPerDay })}</span>
      ) : null}
    </span>
  );
}

function Row({ model, row, pool }: { model: Model; row: PooledItem; pool: PoolInfo }) {
  const { t } = useTranslation(['pool', 'common']);
  const text = useText();
  const format = useFormat();
  const errorText = useErrorText();
  const { nameOf } = usePeople();
  const [state, setState] = useState<'' | 'busy' | 'mine'>('');
  const [refused, setRefused] = useState<string>();
  const form = model.form(row.form);
  const columns = (form ? listColumns(form, model.processOf(row.form)) : []).filter((k) => fieldOf(form, k) !== undefined).slice(0, 4);
  const take = async () => {
    setState('busy');
    setRefused(undefined);
    try {
      await claim(row.id);
      setState('mine');
      toast(t('claimed', { title: row.title || row.number }));
      void queryClient.invalidateQueries({ queryKey: ['pool'] });
    } catch (caught) {
      setState('');
      setRefused(errorText(caught));
    }
  };
  return (
    <li className={state === 'mine' ? 'mine' : ''}>
      <span className="sp what">
        <Link to="/r/$id" params={{ id: row.id }} className="title el">
          {row.title || row.number || row.id}
        </Link>
        <span className="s facts">
          {columns.map((key) => {
            const field = fieldOf(form, key);
            const value = row.data[key];
            if (!field || value === undefined || value === null || value === '' || value === row.title) return null;
            const Cell = kindOf(field.type).Cell;
            return (
              <span key={key}>
                {text(field.name, key)} <Cell field={field} value={value} />
              </span>
            );
          })}
          {row.pool ? <span>{t('since', { when: format.moment(row.pool.since) })}</span> : null}
          {row.pool?.former ? <span>{t('former', { name: nameOf(row.pool.former) })}</span> : null}
        </span>
        {refused ? (
          <span className="bad" role="alert">
            {refused}
          </span>
        ) : null}
      </span>
      {row.cooldownUntil ? <span className="s">{t('cooldown', { when: format.full(row.cooldownUntil) })}</span> : null}
      {pool.member ? (
        <Button type="primary" size="small" loading={state === 'busy'} disabled={state === 'mine' || Boolean(row.cooldownUntil)} aria-label={t('claimOf', { title: row.title || row.number })} onClick={() => void take()}>
          {state === 'mine' ? t('yours') : t('claim')}
        </Button>
      ) : null}
    </li>
  );
}
