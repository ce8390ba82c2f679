import { useTranslation } from 'react-i18next';

/** Mine, or all that I may see. */
export function ScopeSwitch({ mine, onChange }: { mine: boolean; onChange: (mine: boolean) => void }) {
  const { t } = useTranslation();
  return (
    <div className="seg" role="group" aria-label={t('owner')}>
      <button type="button" aria-pressed={mine} onClick={() => onChange(true)}>
        {t('mine')}
      </button>
      <button type="button" aria-pressed={!mine} onClick={() => onChange(false)}>
        {t('all')}
      </button>
    </div>
  );
}
