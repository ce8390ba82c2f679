import { useTranslation } from 'react-i18next';
import { isEmpty, type FieldKind, type InputProps, type SettingsProps } from './kind';
import { CodeCell } from './idcode';
import { ChoiceSetting, TextSetting } from './settings';

/** Nobody types it: the number stands, or it is told when it comes. */
function AutonumberInput({ id, field, value }: InputProps) {
  const { t } = useTranslation('fields');
  return (
    <div className="still" id={id}>
      {isEmpty(value) ? <span className="dim">{t('numberLater')}</span> : <CodeCell field={field} value={value} />}
    </div>
  );
}

function AutonumberSettings({ field, onChange }: SettingsProps) {
  const { t } = useTranslation('fields');
  return (
    <>
      <TextSetting label={t('numberPattern')} help={t('numberPatternHelp', { example: 'N{yyyy}-{seq:4}' })} mono value={field.pattern} onChange={(pattern) => onChange({ pattern })} />
      <ChoiceSetting
        label={t('numberReset')}
        value={field.reset ?? 'never'}
        options={['never', 'daily', 'monthly', 'yearly'].map((v) => ({ value: v, label: t(`numberReset.${v}`) }))}
        onChange={(v) => onChange({ reset: v === 'daily' || v === 'monthly' || v === 'yearly' ? v : undefined })}
      />
    </>
  );
}

export const autonumber: FieldKind = {
  type: 'autonumber', icon: 'autonumber', Input: AutonumberInput, Cell: CodeCell, Settings: AutonumberSettings, automatic: true,
  fresh: { pattern: 'N{yyyy}-{seq:4}', reset: 'yearly' }, filters: ['contains', 'is', 'empty', 'notEmpty'],
};
