import { useTranslation } from 'react-i18next';
import { groupDigits } from '@/ui/format';
import { DecimalInput } from './DecimalInput';
import type { CellProps, FieldKind, InputProps, SettingsProps } from './kind';
import { CountSetting, SlotSetting, TextSetting } from './settings';

/** Numbers arrive as canonical decimal strings; a JSON number is shown the same. */
function decimalOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? String(value) : '';
}

function NumberInput({ field, value, onChange, path: _path, ...rest }: InputProps) {
  return <DecimalInput {...rest} value={decimalOf(value)} onChange={(v) => onChange(v === '' ? null : v)} suffix={field.unit ? <span className="s">{field.unit}</span> : undefined} />;
}

function NumberCell({ field, value }: CellProps) {
  const text = decimalOf(value);
  return <>{text === '' ? '' : `${groupDigits(text)}${field.unit ? ` ${field.unit}` : ''}`}</>;
}

function NumberSettings({ field, onChange }: SettingsProps) {
  const { t } = useTranslation('fields');
  return (
    <>
      <SlotSetting label={t('min')} value={field.min} onChange={(min) => onChange({ min })} />
      <SlotSetting label={t('max')} value={field.max} onChange={(max) => onChange({ max })} />
      <CountSetting label={t('scale')} help={t('scaleHelp')} max={8} value={field.scale} onChange={(scale) => onChange({ scale })} />
      <TextSetting label={t('unit')} value={field.unit} onChange={(unit) => onChange({ unit })} />
    </>
  );
}

export const number: FieldKind = {
  type: 'number', icon: 'hash', Input: NumberInput, Cell: NumberCell, Settings: NumberSettings, numeric: true, filters: ['atLeast', 'atMost', 'is', 'empty', 'notEmpty'],
};
