import { Input } from 'antd';
import { useTranslation } from 'react-i18next';
import { useFieldEnv, type CellProps, type FieldKind, type InputProps, type SettingsProps } from './kind';
import { LazyDay } from './LazyDay';
import { SlotSetting } from './settings';

/** A day, "2026-11-22", the same everywhere. Phones use the picker of the device. */
function DateInput({ id, value, onChange, onLeave, disabled, invalid, describedBy, label }: InputProps) {
  const { phone } = useFieldEnv();
  const { t } = useTranslation('fields');
  const text = typeof value === 'string' ? value : '';
  if (phone) {
    return (
      <Input
        id={id} type="date" value={text} max="9999-12-31" disabled={disabled} onBlur={onLeave} aria-invalid={invalid || undefined} aria-describedby={describedBy} aria-label={label}
        onChange={(e) => onChange(e.target.value === '' ? null : e.target.value)}
        {...(invalid ? { status: 'error' as const } : {})}
      />
    );
  }
  return (
    <LazyDay
      id={id}
      value={text}
      onChange={(d) => {
        onChange(d);
        onLeave?.();
      }}
      disabled={disabled ?? false}
      placeholder={t('datePlaceholder')}
      {...(label ? { 'aria-label': label } : {})}
      aria-describedby={describedBy}
      {...(invalid ? { status: 'error' as const } : {})}
    />
  );
}

function DateCell({ value }: CellProps) {
  return <>{typeof value === 'string' ? value : ''}</>;
}

function DateSettings({ field, onChange }: SettingsProps) {
  const { t } = useTranslation('fields');
  return (
    <>
      <SlotSetting label={t('minDate')} help={t('dateSlotHelp')} value={field.min} onChange={(min) => onChange({ min })} />
      <SlotSetting label={t('maxDate')} value={field.max} onChange={(max) => onChange({ max })} />
    </>
  );
}

export const date: FieldKind = {
  type: 'date', icon: 'calendar', Input: DateInput, Cell: DateCell, Settings: DateSettings, filters: ['from', 'to', 'empty', 'notEmpty'],
};
