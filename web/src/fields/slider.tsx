import { useTranslation } from 'react-i18next';
import { groupDigits } from '@/ui/format';
import { DecimalInput } from './DecimalInput';
import type { CellProps, FieldKind, InputProps, SettingsProps } from './kind';
import { SlotSetting, TextSetting } from './settings';
import './fields.css';

const plain = (slot: unknown, standard: number) => (typeof slot === 'number' ? slot : standard);

/** The slider's number as a decimal string: at most 4 decimals, none to spare. */
export function sliderValue(n: number): string {
  return n.toFixed(4).replace(/\.?0+$/, '');
}

/** The slider for fingers and arrows, the number beside it for those who know it. */
function SliderInput({ field, value, onChange, path: _path, ...rest }: InputProps) {
  const { id, label, disabled, onLeave, describedBy } = rest;
  const { t } = useTranslation('fields');
  const min = plain(field.min, 0);
  const max = plain(field.max, 100);
  const text = typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
  const at = text === '' || Number.isNaN(Number(text)) ? min : Number(text);
  return (
    <div className={`slider${text === '' ? ' unset' : ''}`}>
      <input
        type="range"
        aria-label={t('sliderOf', { name: label ?? '' })}
        aria-describedby={describedBy}
        aria-valuetext={text === '' ? t('sliderUnset') : undefined}
        min={min}
        max={max}
        step={plain(field.step, 1)}
        value={at}
        disabled={disabled}
        onChange={(e) => onChange(sliderValue(Number(e.target.value)))}
        onPointerUp={() => onLeave?.()}
        onBlur={() => onLeave?.()}
      />
      <DecimalInput {...rest} id={id} value={text} onChange={(v) => onChange(v === '' ? null : v)} suffix={field.unit ? <span className="s">{field.unit}</span> : undefined} />
    </div>
  );
}

function SliderCell({ field, value }: CellProps) {
  const text = typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
  return <>{text === '' ? '' : `${groupDigits(text)}${field.unit ? ` ${field.unit}` : ''}`}</>;
}

function SliderSettings({ field, onChange }: SettingsProps) {
  const { t } = useTranslation('fields');
  return (
    <>
      <SlotSetting label={t('min')} help={t('sliderHelp')} value={field.min} onChange={(min) => onChange({ min })} />
      <SlotSetting label={t('max')} value={field.max} onChange={(max) => onChange({ max })} />
      <SlotSetting label={t('step')} value={field.step} onChange={(step) => onChange({ step })} />
      <TextSetting label={t('unit')} value={field.unit} onChange={(unit) => onChange({ unit })} />
    </>
  );
}

export const slider: FieldKind = {
  type: 'slider', icon: 'slide', Input: SliderInput, Cell: SliderCell, Settings: SliderSettings, numeric: true, filters: ['atLeast', 'atMost', 'is', 'empty', 'notEmpty'],
};
