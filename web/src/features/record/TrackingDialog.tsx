import { useQuery } from '@tanstack/react-query';
import { Button, Modal } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { base } from '@/api/base';
import { api } from '@/api/client';
import { queryClient } from '@/api/queries';
import type { RecordFull, Text } from '@/api/types';
import { recordPath } from '@/records/actions';
import { useFormat } from '@/ui/locale';
import { ErrorBox, Skeleton, useErrorText } from '@/ui/States';
import { useText } from '@/ui/text';
import { toast } from '@/ui/toast';

interface TrackLink {
  path: string;
  url: string;
  expiresAt: string;
  opened: number;
  openings: { at: string; from?: string }[];
}

/** The link by which a customer follows the record: copied, or taken back. Opening this dialog hands it out. */
export function TrackingDialog({ record, page, onClose }: { record: RecordFull; page: { key: string; name: Text }; onClose: () => void }) {
  const { t } = useTranslation(['record', 'common']);
  const text = useText();
  const format = useFormat();
  const errorText = useErrorText();
  const [busy, setBusy] = useState(false);
  const path = `${recordPath(record.id)}/tracking/${page.key}`;
  const link = useQuery({ queryKey: ['trackLink', record.id, page.key], queryFn: () => api.post<TrackLink>(path, {}), staleTime: 0, gcTime: 0, retry: false, refetchOnWindowFocus: false });
  const whole = link.data ? (link.data.url.startsWith('http') ? link.data.url : window.location.origin + base + link.data.path) : '';
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(whole);
      toast(t('linkCopied'));
    } catch {
      document.querySelector<HTMLInputElement>('#tracking-link')?.select();
    }
  };
  const revoke = async () => {
    setBusy(true);
    try {
      await api.delete(path);
      queryClient.removeQueries({ queryKey: ['trackLink', record.id] });
      toast(t('linkRevoked'));
      onClose();
    } catch (error) {
      toast(errorText(error), { kind: 'bad' });
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal
      open
      title={text(page.name, page.key)}
      onCancel={onClose}
      footer={[
        <Button key="revoke" danger loading={busy} disabled={!link.data} onClick={() => void revoke()}>
          {t('linkRevoke')}
        </Button>,
        <Button key="copy" type="primary" disabled={!link.data} onClick={() => void copy()}>
          {t('linkCopy')}
        </Button>,
      ]}
    >
      {link.error ? (
        <ErrorBox error={link.error} onRetry={() => void link.refetch()} />
      ) : link.data ? (
        <div className="tracking-dialog">
          <p>{t('trackingText')}</p>
          <label className="hide" htmlFor="tracking-link">
            {t('trackingLink')}
          </label>
          <input id="tracking-link" className="tracking-link" readOnly value={whole} onFocus={(e) => e.target.select()} />
          <p className="s">{t('linkUntil', { date: format.date(link.data.expiresAt) })}</p>
          <p className="s">{link.data.opened > 0 ? t('linkOpened', { n: link.data.opened, date: format.full(link.data.openings[0]?.at ?? link.data.expiresAt) }) : t('linkUnopened')}</p>
        </div>
      ) : (
        <Skeleton rows={3} />
      )}
    </Modal>
  );
}
