import { Drawer } from 'antd';
import { useTranslation } from 'react-i18next';
import { Nav } from './Nav';

/** Phones: the whole navigation. */
export function MenuDrawer({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Drawer open onClose={onClose} placement="left" size={288} className="drawer-nav" title={t('menu')}>
      <Nav />
    </Drawer>
  );
}
