import { useTranslation } from 'react-i18next';
import type { CellProps, FieldKind, InputProps, SettingsProps } from './kind';
import { LineInput } from './LineInput';
import { ChoiceSetting, TextSetting } from './settings';

function PhoneInput({ field, path: _path, ...rest }: InputProps) {
  return <LineInput {...rest} mode="tel" autoComplete="off" maxLength={40} placeholder={field.kind === 'any' ? '021-12345678' : '13800000000'} />;
}

/** A click calls. */
function PhoneCell({ value }: CellProps) {
  if (typeof value !== 'string' || value === '') return null;
  return (
    <a href={`tel:${value.replace(/[^\d+]/g, '')}`} onClick={(e) => e.stopPropagation()}>
      {value}
    </a>
  );
}

function PhoneSettings({ field, onChange }: SettingsProps) {
  const { t } = useTranslation('fields');
  return (
    <>
      <ChoiceSetting
        label={t('phoneKind')}
        value={field.kind ?? 'mobile'}
        options={[
          { value: 'mobile', label: t('phoneKind.mobile') },
          { value: 'any', label: t('phoneKind.any') },
        ]}
        onChange={(kind) => onChange({ kind: kind === 'any' ? 'any' : undefined })}
      />
      <TextSetting label={t('pattern')} help={t('phonePatternHelp')} mono value={field.pattern} onChange={(pattern) => onChange({ pattern })} />
    </>
  );
}

export const phone: FieldKind = {
  type: 'phone', icon: 'phone', Input: PhoneInput, Cell: PhoneCell, Settings: PhoneSettings, links: true, filters: ['is', 'contains', 'isNot', 'empty', 'notEmpty'],
};
