import { useInfiniteQuery } from '@tanstack/react-query';
import { Button, Input, Modal } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '@/api/client';
import { queryClient, ratesQuery } from '@/api/queries';
import type { Rate } from '@/api/types';
import { DecimalInput } from '@/fields/DecimalInput';
import { Icon } from '@/ui/Icon';
import { useCompany, useFormat } from '@/ui/locale';
import { ErrorBox, Skeleton, useErrorText } from '@/ui/States';
import { toast } from '@/ui/toast';

type Entry = Pick<Rate, 'from' | 'to' | 'date' | 'rate'>;

/** Enters one rate, or with null takes it out. */
async function put(entry: Omit<Entry, 'rate'> & { rate: string | null }): Promise<void> {
  await api.put('/rates', { items: [entry] });
  await queryClient.invalidateQueries({ queryKey: ['rates'] });
}

/** The company's exchange rates, newest first. For administrators. */
export function Rates() {
  const { t } = useTranslation(['profile', 'common']);
  const { data, error, isPending, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(ratesQuery());
  const [adding, setAdding] = useState(false);
  const list = data?.pages.flatMap((p) => p.items) ?? [];
  return (
    <section className="card rates" aria-label={t('rates')}>
      <header>
        <h2>{t('rates')}</h2>
        <span className="sp" />
        <Button size="small" icon={<Icon name="plus" size={14} />} onClick={() => setAdding(true)}>
          {t('addRate')}
        </Button>
      </header>
      <p className="s pad">{t('ratesHelp')}</p>
      {isPending ? <Skeleton rows={2} /> : null}
      {error ? <ErrorBox error={error} onRetry={() => void refetch()} /> : null}
      {data && list.length === 0 ? <p className="s pad">{t('noRates')}</p> : null}
      <ul>
        {list.map((r) => (
          <Row key={`${r.from}|${r.to}|${r.date}`} rate={r} />
        ))}
      </ul>
      {hasNextPage ? (
        <div className="pad">
          <Button size="small" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            {t('moreRates')}
          </Button>
        </div>
      ) : null}
      {adding ? <RateDialog last={list[0]} onClose={() => setAdding(false)} /> : null}
    </section>
  );
}

function Row({ rate: r }: { rate: Rate }) {
  const { t } = useTranslation(['profile', 'common']);
  const format = useFormat();
  const errorText = useErrorText();
  const [busy, setBusy] = useState(false);
  const date = format.date(r.date);
  const remove = async () => {
    setBusy(true);
    try {
      await put({ from: r.from, to: r.to, date: r.date, rate: null });
    } catch (caught) {
      toast(errorText(caught), { kind: 'bad' });
    } finally {
      setBusy(false);
    }
  };
  return (
    <li>
      <span className="sp who">
        <b className="el">{t('rateIs', { from: r.from, rate: r.rate, to: r.to })}</b>
        <span className="s">{[t('rateFrom', { date }), r.by ? t('rateBy', { name: r.by.name }) : ''].filter(Boolean).join(' · ')}</span>
      </span>
      <Button size="small" loading={busy} aria-label={t('removeRate', { from: r.from, to: r.to, date })} onClick={() => void remove()}>
        {t('common:delete')}
      </Button>
    </li>
  );
}

function RateDialog({ last, onClose }: { last: Rate | undefined; onClose: () => void }) {
  const { t } = useTranslation(['profile', 'common']);
  const errorText = useErrorText();
  const company = useCompany();
  const format = useFormat();
  const [values, setValues] = useState<Entry>({ from: last?.from ?? (company.currency === 'USD' ? 'EUR' : 'USD'), to: last?.to ?? company.currency, date: format.today(), rate: '' });
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const set = (patch: Partial<Entry>) => setValues({ ...values, ...patch });
  const code = (text: string) => text.normalize('NFKC').toUpperCase().replace(/[^A-Z]/g, '').slice(0, 3);
  const save = async () => {
    setBusy(true);
    setError(undefined);
    try {
      await put(values);
      toast(t('common:saved'));
      onClose();
    } catch (caught) {
      setError(errorText(caught));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal open title={t('addRate')} onCancel={onClose} onOk={() => void save()} okText={t('common:save')} cancelText={t('common:cancel')} confirmLoading={busy}>
      <div className="rate-form">
        <div className="setting">
          <label htmlFor="rate-from">{t('rateOne')}</label>
          <Input id="rate-from" value={values.from} autoComplete="off" onChange={(e) => set({ from: code(e.target.value) })} />
        </div>
        <div className="setting">
          <label htmlFor="rate-to">{t('rateIn')}</label>
          <Input id="rate-to" value={values.to} autoComplete="off" onChange={(e) => set({ to: code(e.target.value) })} />
        </div>
        <div className="setting">
          <label htmlFor="rate-value">{t('rateValue')}</label>
          <DecimalInput id="rate-value" value={values.rate} onChange={(rate) => set({ rate })} />
        </div>
        <div className="setting">
          <label htmlFor="rate-date">{t('rateDate')}</label>
          <Input id="rate-date" type="date" value={values.date} onChange={(e) => set({ date: e.target.value })} />
        </div>
        {error ? (
          <p className="bad" role="alert">
            {error}
          </p>
        ) : null}
      </div>
    </Modal>
  );
}
