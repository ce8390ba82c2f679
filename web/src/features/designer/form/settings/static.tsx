import { useTranslation } from 'react-i18next';
import { TextSlot } from '../../controls/slots';
import type { SettingsProps } from './registry';

/** What the page says, in each language of the app. */
export function StaticSettings({ at }: SettingsProps) {
  const { t } = useTranslation('fields');
  return <TextSlot at={[...at, 'text']} label={t('staticWords')} rows={3} />;
}
