import { useNavigate } from '@tanstack/react-router';
import { Checkbox, Modal } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, operationKey } from '@/api/client';
import { queryClient } from '@/api/queries';
import type { RecordFull } from '@/api/types';
import { recordPath, refreshAround } from '@/records/actions';
import { useErrorText } from '@/ui/States';
import { toast } from '@/ui/toast';

/** Takes a record away with all that was said of it, once the admin has said that he knows what that means. */
export function EraseDialog({ record, onClose }: { record: RecordFull; onClose: () => void }) {
  const { t } = useTranslation(['record', 'common']);
  const errorText = useErrorText();
  const navigate = useNavigate();
  const [sure, setSure] = useState(false);
  const [key] = useState(operationKey);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const erase = async () => {
    setBusy(true);
    setError(undefined);
    try {
      await api.post<null>(`${recordPath(record.id)}/erase`, {}, { key });
      await navigate({ to: '/a/$app/list/$form', params: { app: record.app, form: record.form } });
      refreshAround(record);
      queryClient.removeQueries({ queryKey: ['record', record.id] });
      toast(t('erased'));
    } catch (caught) {
      setError(errorText(caught));
      setBusy(false);
    }
  };
  return (
    <Modal
      open
      title={t('eraseTitle', { title: record.title || record.number || record.id })}
      okText={t('erase')}
      cancelText={t('common:cancel')}
      confirmLoading={busy}
      okButtonProps={{ danger: true, disabled: !sure }}
      onOk={() => void erase()}
      onCancel={onClose}
    >
      <p>{t('eraseText')}</p>
      <Checkbox checked={sure} onChange={(e) => setSure(e.target.checked)}>
        {t('eraseConfirm')}
      </Checkbox>
      {error ? (
        <p className="notice bad" role="alert">
          {error}
        </p>
      ) : null}
    </Modal>
  );
}
