import { useTranslation } from 'react-i18next';
import { percent as formatPercent, shiftDecimal } from '@/ui/format';
import { DecimalInput, readDecimal } from './DecimalInput';
import type { CellProps, FieldKind, InputProps, SettingsProps } from './kind';
import { CountSetting, SlotSetting } from './settings';

/** Stored as a fraction ("0.2"), shown and typed as percent (20). */
function PercentInput({ field: _field, value, onChange, path: _path, ...rest }: InputProps) {
  const fraction = typeof value === 'string' ? value : '';
  const shown = readDecimal(fraction) === undefined ? fraction : shiftDecimal(fraction, 2);
  return (
    <DecimalInput
      {...rest}
      value={shown}
      onChange={(typed) => {
        if (typed === '') onChange(null);
        else onChange(readDecimal(typed) === undefined ? typed : shiftDecimal(typed, -2));
      }}
      suffix={<span className="s">%</span>}
    />
  );
}

function PercentCell({ value }: CellProps) {
  return <>{typeof value === 'string' && readDecimal(value) !== undefined ? formatPercent(value) : ''}</>;
}

function PercentSettings({ field, onChange }: SettingsProps) {
  const { t } = useTranslation('fields');
  return (
    <>
      <SlotSetting label={t('min')} help={t('fractionHelp')} value={field.min} onChange={(min) => onChange({ min })} />
      <SlotSetting label={t('max')} value={field.max} onChange={(max) => onChange({ max })} />
      <CountSetting label={t('scale')} help={t('scaleHelp')} max={8} value={field.scale} onChange={(scale) => onChange({ scale })} />
    </>
  );
}

export const percent: FieldKind = {
  type: 'percent', icon: 'percent', Input: PercentInput, Cell: PercentCell, Settings: PercentSettings, numeric: true, filters: ['atLeast', 'atMost', 'empty', 'notEmpty'],
};
