import { Input } from 'antd';
import { useTranslation } from 'react-i18next';
import type { CellProps, FieldKind, InputProps, SettingsProps } from './kind';
import { CountSetting } from './settings';

function LongtextInput({ id, field, value, onChange, onLeave, disabled, invalid, describedBy, label }: InputProps) {
  return (
    <Input.TextArea
      id={id}
      value={typeof value === 'string' ? value : ''}
      onChange={(e) => onChange(e.target.value === '' ? null : e.target.value)}
      onBlur={onLeave}
      disabled={disabled}
      maxLength={field.maxLength ?? 20_000}
      autoSize={{ minRows: 2, maxRows: 12 }}
      aria-invalid={invalid || undefined}
      aria-describedby={describedBy}
      aria-label={label}
      {...(invalid ? { status: 'error' as const } : {})}
    />
  );
}

function LongtextCell({ value }: CellProps) {
  return <span className="prose">{typeof value === 'string' ? value : ''}</span>;
}

function LongtextSettings({ field, onChange }: SettingsProps) {
  const { t } = useTranslation('fields');
  return (
    <>
      <CountSetting label={t('minLength')} value={field.minLength} onChange={(minLength) => onChange({ minLength })} />
      <CountSetting label={t('maxLength')} value={field.maxLength} onChange={(maxLength) => onChange({ maxLength })} />
    </>
  );
}

export const longtext: FieldKind = {
  type: 'longtext', icon: 'paragraph', Input: LongtextInput, Cell: LongtextCell, Settings: LongtextSettings, wide: true, filters: [],
};
