import { useTranslation } from 'react-i18next';
import { Icon } from './Icon';

/** The button that empties a choice, in the person's language: left to itself the component library calls it "Clear". */
export function useClearable() {
  const { t } = useTranslation();
  return (on = true) => on && { clearIcon: <Icon name="close" size={12} />, label: t('clear') };
}
