import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { appsQuery } from '@/api/queries';
import { Icon } from '@/ui/Icon';
import { usePlaceInDesigner } from '../context';
import './upgrade.css';

/** Says that the app's template is there in a newer version, and leads to what is new. */
export function UpgradeNotice() {
  const { t } = useTranslation('designer');
  const { app, go } = usePlaceInDesigner();
  const { data } = useQuery(appsQuery());
  if (!data?.some((a) => a.key === app && a.upgrade)) return null;
  return (
    <p className="d-upgradenotice" role="status">
      <Icon name="refresh" size={14} />
      <span className="sp">{t('upgradeThere')}</span>
      <Button size="small" onClick={() => go('upgrade')}>
        {t('upgradeLook')}
      </Button>
    </p>
  );
}
