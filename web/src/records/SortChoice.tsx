import { useTranslation } from 'react-i18next';
import { Icon } from '@/ui/Icon';
import { fieldOf, sortable, titleIs, type Model } from './model';
import { useColumnName } from './useColumnName';

interface Props {
  model: Model;
  form: string;
  /** The columns in sight, by which records may be put in order. */
  columns: readonly string[];
  /** A column, with a minus for the other way round; empty for the order that the app gives. */
  sort: string;
  onSort: (sort: string) => void;
}

/** In which order records stand, where there are no headings to press: the browser's own choice, which a phone shows in its own way. */
export function SortChoice({ model, form, columns, sort, onSort }: Props) {
  const { t } = useTranslation('list');
  const name = useColumnName(model, form);
  const of = model.form(form);
  const keys = [...new Set([...columns, 'createdAt', 'updatedAt'])].filter((key) => sortable(of, key) && !(key === titleIs(of) && columns.includes('title') && fieldOf(of, key)));
  const known = keys.some((key) => sort === key || sort === `-${key}`);
  return (
    <label className={`chip sort${known ? '' : ' quiet'}`}>
      <Icon name="sort" size={14} />
      <select aria-label={t('sort')} value={known ? sort : ''} onChange={(e) => onSort(e.target.value)}>
        <option value="">{t('sortAsGiven')}</option>
        {keys.flatMap((key) => [
          <option key={key} value={key}>
            {t('sortUp', { name: name(key) })}
          </option>,
          <option key={`-${key}`} value={`-${key}`}>
            {t('sortDown', { name: name(key) })}
          </option>,
        ])}
      </select>
    </label>
  );
}
