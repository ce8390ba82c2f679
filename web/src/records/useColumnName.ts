import { useTranslation } from 'react-i18next';
import { useText } from '@/ui/text';
import { fieldOf, titleIs, type Model } from './model';

/** The heading of a column. */
export function useColumnName(model: Model, formKey: string): (key: string) => string {
  const { t } = useTranslation(['list', 'common']);
  const text = useText();
  const form = model.form(formKey);
  return (key: string) => {
    switch (key) {
      case 'number':
      case 'stage':
      case 'owner':
      case 'updatedAt':
      case 'createdAt':
      case 'weighted':
        return t(`common:${key}`);
      case 'title':
        // A title that is put together is called that, not as the field it begins with.
        return text(fieldOf(form, titleIs(form) ?? '')?.name) || t('column.title');
      case 'since':
      case 'probability':
      case 'dueAt':
        return t(`column.${key}`);
      default:
        return text(fieldOf(form, key)?.name, key);
    }
  };
}
