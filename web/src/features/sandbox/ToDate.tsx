import { DatePicker, Modal } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Sandbox } from '@/api/sandbox';
import { instantIn, wallClock } from '@/ui/format';

/** Asks until when the clock goes. */
export function ToDate({ box, onChoose, onClose }: { box: Sandbox; onChoose: (to: string) => void; onClose: () => void }) {
  const { t } = useTranslation('sandbox');
  const here = wallClock(box.now, box.zone);
  const [at, setAt] = useState<Dayjs | null>(() => dayjs(`${here.date} 09:00`).add(1, 'day'));
  return (
    <Modal
      open
      width={360}
      title={t('toDate')}
      okText={t('go')}
      cancelText={t('cancel')}
      okButtonProps={{ disabled: at === null }}
      onOk={() => at && onChoose(instantIn(box.zone, at.format('YYYY-MM-DD HH:mm')))}
      onCancel={onClose}
    >
      <label className="d-label" htmlFor="sandbox-date">
        {t('toDateLabel', { zone: box.zone })}
      </label>
      <DatePicker
        id="sandbox-date"
        style={{ width: '100%' }}
        showTime={{ format: 'HH:mm', minuteStep: 5 }}
        format="YYYY-MM-DD HH:mm"
        value={at}
        onChange={setAt}
        minDate={dayjs(here.date)}
        allowClear={false}
      />
    </Modal>
  );
}
