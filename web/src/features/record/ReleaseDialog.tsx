import { useNavigate } from '@tanstack/react-router';
import { Input, Modal } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { operationKey } from '@/api/client';
import { queryClient } from '@/api/queries';
import type { RecordFull } from '@/api/types';
import { refreshAround, release } from '@/records/actions';
import { useErrorText } from '@/ui/States';
import { toast } from '@/ui/toast';

/** Asks why a record goes back to the pool, and puts it there. */
export function ReleaseDialog({ record, onClose }: { record: RecordFull; onClose: () => void }) {
  const { t } = useTranslation(['record', 'common']);
  const errorText = useErrorText();
  const navigate = useNavigate();
  const [reason, setReason] = useState('');
  const [key] = useState(operationKey);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const put = async () => {
    setBusy(true);
    setError(undefined);
    try {
      await release(record.id, reason.trim(), key);
      refreshAround(record);
      void queryClient.invalidateQueries({ queryKey: ['record', record.id] });
      void queryClient.invalidateQueries({ queryKey: ['pool'] });
      toast(t('released', { title: record.title }));
      onClose();
      await navigate({ to: '/a/$app/list/$form', params: { app: record.app, form: record.form } });
    } catch (caught) {
      setError(errorText(caught));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal open title={t('releaseTitle')} okText={t('release')} cancelText={t('common:cancel')} confirmLoading={busy} okButtonProps={{ disabled: reason.trim() === '' }} onOk={() => void put()} onCancel={onClose}>
      <label htmlFor="release-reason">{t('releaseReason')}</label>
      <Input.TextArea id="release-reason" value={reason} maxLength={500} autoSize={{ minRows: 2, maxRows: 6 }} onChange={(e) => setReason(e.target.value)} />
      {error ? (
        <p className="notice bad" role="alert">
          {error}
        </p>
      ) : null}
    </Modal>
  );
}
