import { Input } from 'antd';
import { useTranslation } from 'react-i18next';
import type { CellProps, FieldKind, InputProps, SettingsProps } from './kind';
import { CountSetting, TextSetting } from './settings';

function TextInput({ id, field, value, onChange, onLeave, disabled, invalid, describedBy, label }: InputProps) {
  return (
    <Input
      id={id}
      value={typeof value === 'string' ? value : ''}
      onChange={(e) => onChange(e.target.value === '' ? null : e.target.value)}
      onBlur={onLeave}
      disabled={disabled}
      maxLength={field.maxLength ?? 200}
      aria-invalid={invalid || undefined}
      aria-describedby={describedBy}
      aria-label={label}
      autoComplete="off"
      {...(invalid ? { status: 'error' as const } : {})}
    />
  );
}

function TextCell({ value }: CellProps) {
  return <>{typeof value === 'string' ? value : ''}</>;
}

function TextSettings({ field, onChange }: SettingsProps) {
  const { t } = useTranslation('fields');
  return (
    <>
      <CountSetting label={t('minLength')} value={field.minLength} onChange={(minLength) => onChange({ minLength })} />
      <CountSetting label={t('maxLength')} value={field.maxLength} onChange={(maxLength) => onChange({ maxLength })} />
      <TextSetting label={t('pattern')} help={t('patternHelp')} mono value={field.pattern} onChange={(pattern) => onChange({ pattern })} />
    </>
  );
}

export const text: FieldKind = {
  type: 'text', icon: 'text', Input: TextInput, Cell: TextCell, Settings: TextSettings, filters: ['contains', 'is', 'isNot', 'empty', 'notEmpty'],
};
