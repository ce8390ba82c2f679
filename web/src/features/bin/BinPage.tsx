import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { Button, Input, Modal } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, operationKey } from '@/api/client';
import { binQuery, queryClient } from '@/api/queries';
import type { BinnedItem, RecordFull } from '@/api/types';
import { recordPath, refreshAround } from '@/records/actions';
import { useModel, type Model } from '@/records/model';
import { Icon } from '@/ui/Icon';
import { useFormat } from '@/ui/locale';
import { PageHead } from '@/ui/PageHead';
import { Empty, ErrorBox, Skeleton, useErrorText } from '@/ui/States';
import { useText } from '@/ui/text';
import { toast } from '@/ui/toast';
import './bin.css';

/** The recycle bin of a form: what is in it, until when, and the ways out. */
export function BinPage() {
  const { app, form } = useParams({ from: '/signedIn/shell/a/$app/bin/$form' });
  const { model, error, refetch } = useModel(app);
  const { t } = useTranslation('bin');
  const text = useText();
  const found = model?.form(form);
  if (error) return <ErrorBox error={error} onRetry={refetch} />;
  if (model && !found) return <ErrorBox error={new Error()} />;
  return (
    <>
      <PageHead title={t('title', { name: text(model?.processOf(form)?.name) || text(found?.name, form) })} />
      {model ? <Body key={`${app}.${form}`} model={model} form={form} /> : <Skeleton rows={8} />}
    </>
  );
}

function Body({ model, form }: { model: Model; form: string }) {
  const { t } = useTranslation(['bin', 'common']);
  const [q, setQ] = useState('');
  const query = useInfiniteQuery(binQuery(model.app, form, q));
  const rows = useMemo(() => query.data?.pages.flatMap((p) => p.items) ?? [], [query.data]);
  return (
    <>
      <div className="bar">
        <Input className="bin-find" prefix={<Icon name="search" size={14} />} allowClear value={q} onChange={(e) => setQ(e.target.value)} placeholder={t('find')} aria-label={t('find')} />
        <span className="sp" />
        <Link className="chip" to="/a/$app/list/$form" params={{ app: model.app, form }}>
          {t('back')}
        </Link>
      </div>
      <div className="body" style={{ paddingTop: 0 }}>
        <p className="s">{t('intro')}</p>
        {query.isPending ? (
          <div className="card">
            <Skeleton rows={6} />
          </div>
        ) : null}
        {query.isError ? <ErrorBox error={query.error} onRetry={() => void query.refetch()} /> : null}
        {query.isSuccess && rows.length === 0 ? <Empty title={q ? t('noMatch') : t('empty')} text={q ? '' : t('emptyText')} /> : null}
        {rows.length > 0 ? (
          <ul className="card bin-list">
            {rows.map((row) => (
              <Row key={row.id} row={row} />
            ))}
          </ul>
        ) : null}
        {query.hasNextPage ? (
          <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {t('common:loadMore')}
          </Button>
        ) : null}
      </div>
    </>
  );
}

function Row({ row }: { row: BinnedItem }) {
  const { t } = useTranslation(['bin', 'common']);
  const format = useFormat();
  const errorText = useErrorText();
  const [busy, setBusy] = useState(false);
  const [asking, setAsking] = useState(false);
  const [refused, setRefused] = useState<string>();
  const title = row.title || row.number || row.id;
  const when = format.full(row.deletedAt);
  const act = async (what: 'restore' | 'purge') => {
    setAsking(false);
    setBusy(true);
    setRefused(undefined);
    try {
      await api.post<RecordFull | null>(`${recordPath(row.id)}/${what}`, {}, { key: operationKey() });
      refreshAround(row);
      queryClient.removeQueries({ queryKey: ['record', row.id] });
      await queryClient.invalidateQueries({ queryKey: ['bin'] });
      toast(t(what === 'restore' ? 'restored' : 'purged', { title }));
    } catch (caught) {
      setRefused(errorText(caught));
      setBusy(false);
    }
  };
  return (
    <li>
      <span className="sp what">
        <span className="title el">{title}</span>
        <span className="s facts">
          {row.number && row.number !== title ? <span>{row.number}</span> : null}
          <span>{row.deletedBy ? t('deletedBy', { when, name: row.deletedBy.name }) : t('deleted', { when })}</span>
          <span>{row.goneAt ? t('goneAt', { date: format.date(row.goneAt) }) : t('never')}</span>
        </span>
        {refused ? (
          <span className="bad" role="alert">
            {refused}
          </span>
        ) : null}
      </span>
      <span className="row ways">
        {row.can.purge ? (
          <Button size="small" danger disabled={busy} aria-label={t('purgeOf', { title })} onClick={() => setAsking(true)}>
            {t('purge')}
          </Button>
        ) : null}
        {row.can.restore ? (
          <Button size="small" disabled={busy} aria-label={t('restoreOf', { title })} onClick={() => void act('restore')}>
            {t('restore')}
          </Button>
        ) : null}
      </span>
      <Modal
        open={asking}
        title={t('purgeTitle', { title })}
        okText={t('purge')}
        okButtonProps={{ danger: true }}
        cancelText={t('common:cancel')}
        onOk={() => void act('purge')}
        onCancel={() => setAsking(false)}
      >
        {t('purgeText')}
      </Modal>
    </li>
  );
}
