import { Modal } from 'antd';
import { useTranslation } from 'react-i18next';

/** Asks before a record goes to the bin. */
export function DeleteDialog({ title, onDelete, onClose }: { title: string; onDelete: () => void; onClose: () => void }) {
  const { t } = useTranslation(['record', 'common']);
  return (
    <Modal open title={t('deleteTitle', { title })} okText={t('common:delete')} okButtonProps={{ danger: true }} cancelText={t('common:cancel')} onOk={onDelete} onCancel={onClose}>
      {t('deleteText')}
    </Modal>
  );
}
