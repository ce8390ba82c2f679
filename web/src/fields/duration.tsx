import { Input } from 'antd';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { CellProps, FieldKind, InputProps, SettingsProps } from './kind';
import { SlotSetting } from './settings';
import './fields.css';

/** The hours and minutes of "PT1H30M", as written: 90 minutes stay 90 until the server tidies them. */
export function readDuration(value: unknown): { hours: string; minutes: string } {
  const match = typeof value === 'string' ? /^PT(?:(\d+)H)?(?:(\d+)M)?$/.exec(value) : null;
  return { hours: match?.[1] ?? '', minutes: match?.[2] ?? '' };
}

/** "PT1H30M", or null when both are empty. */
export function writeDuration(hours: string, minutes: string): string | null {
  if (hours === '' && minutes === '') return null;
  return `PT${hours === '' ? '' : `${hours}H`}${minutes === '' ? '' : `${minutes}M`}`;
}

const digits = (typed: string, most: number) => typed.normalize('NFKC').replace(/\D/g, '').slice(0, most);

function DurationInput({ id, value, onChange, onLeave, disabled, invalid, describedBy, label }: InputProps) {
  const { t } = useTranslation('fields');
  const group = useRef<HTMLDivElement>(null);
  const { hours, minutes } = readDuration(value);
  const shared = {
    inputMode: 'numeric' as const, autoComplete: 'off', disabled, 'aria-invalid': invalid || undefined, 'aria-describedby': describedBy,
    ...(invalid ? { status: 'error' as const } : {}),
    // Going from the hours to the minutes is not leaving the field.
    onBlur: (e: React.FocusEvent) => {
      if (!group.current?.contains(e.relatedTarget)) onLeave?.();
    },
  };
  return (
    <div className="two-parts" ref={group} role="group" aria-label={label}>
      <Input
        {...shared}
        id={id}
        value={hours}
        aria-label={label ? `${label} ${t('hours')}` : undefined}
        onChange={(e) => onChange(writeDuration(digits(e.target.value, 7), minutes))}
        suffix={<span className="s">{t('hours')}</span>}
      />
      <Input {...shared} value={minutes} aria-label={t('minutes')} onChange={(e) => onChange(writeDuration(hours, digits(e.target.value, 8)))} suffix={<span className="s">{t('minutes')}</span>} />
    </div>
  );
}

function DurationCell({ value }: CellProps) {
  const { t } = useTranslation('fields');
  const { hours, minutes } = readDuration(value);
  if (hours === '' && minutes === '') return null;
  return <>{[hours === '' ? '' : t('nHours', { n: hours }), minutes === '' ? '' : t('nMinutes', { n: minutes })].filter(Boolean).join(' ')}</>;
}

function DurationSettings({ field, onChange }: SettingsProps) {
  const { t } = useTranslation('fields');
  return (
    <>
      <SlotSetting label={t('min')} help={t('minutesHelp')} value={field.min} onChange={(min) => onChange({ min })} />
      <SlotSetting label={t('max')} value={field.max} onChange={(max) => onChange({ max })} />
    </>
  );
}

export const duration: FieldKind = {
  type: 'duration', icon: 'hourglass', Input: DurationInput, Cell: DurationCell, Settings: DurationSettings, numeric: true, filters: ['atLeast', 'atMost', 'empty', 'notEmpty'],
};
