import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { RecordFull } from '@/api/types';
import { claim } from '@/records/actions';
import { useErrorText } from '@/ui/States';
import { toast } from '@/ui/toast';

/** Out of the pool it waits in. */
export function ClaimButton({ record }: { record: RecordFull }) {
  const { t } = useTranslation('record');
  const errorText = useErrorText();
  const [busy, setBusy] = useState(false);
  if (!record.pool) return null;
  const take = async () => {
    setBusy(true);
    try {
      await claim(record.id);
    } catch (error) {
      toast(errorText(error), { kind: 'bad' });
    } finally {
      setBusy(false);
    }
  };
  return (
    <Button type="primary" loading={busy} onClick={() => void take()}>
      {t('claim')}
    </Button>
  );
}
