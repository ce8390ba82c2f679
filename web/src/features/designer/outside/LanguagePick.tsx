import { Segmented } from 'antd';
import { useTranslation } from 'react-i18next';
import { LANGUAGES, type Lang } from '@/model/definition';
import { useLanguages } from '../context';
import { LANGUAGE_NAMES } from '../controls/slots';

/** In which of the app's languages it is previewed. */
export function LanguagePick({ value, onChange }: { value: string; onChange: (lang: string) => void }) {
  const { t } = useTranslation('designer');
  const own = useLanguages();
  const languages = own.length > 0 ? own : LANGUAGES;
  if (languages.length < 2) return null;
  return <Segmented size="small" block aria-label={t('previewLanguage')} value={value as Lang} options={languages.map((l) => ({ value: l, label: LANGUAGE_NAMES[l] }))} onChange={onChange} />;
}
