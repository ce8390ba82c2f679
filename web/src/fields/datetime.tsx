import { Input } from 'antd';
import { useTranslation } from 'react-i18next';
import { wallClock } from '@/ui/format';
import { useCompany, useFormat } from '@/ui/locale';
import { useFieldEnv, type CellProps, type FieldKind, type InputProps } from './kind';
import { LazyDay } from './LazyDay';

/** The instant at which a wall clock in a zone shows "2026-11-24T14:20". Where a clock change skips it, the hour after. */
export function instantOf(local: string, timezone: string): string {
  const wanted = Date.parse(`${local}:00Z`);
  let instant = wanted;
  // The offset depends on the instant, so look twice: once near it, once at it.
  for (let i = 0; i < 2; i += 1) {
    const shown = wallClock(instant, timezone);
    instant += wanted - Date.parse(`${shown.date}T${shown.time}:00Z`);
  }
  return new Date(instant).toISOString();
}

/** An instant, typed and shown in the company's time zone. */
function DatetimeInput({ id, value, onChange, onLeave, disabled, invalid, describedBy, label }: InputProps) {
  const { phone } = useFieldEnv();
  const { timezone } = useCompany();
  const { t } = useTranslation('fields');
  const clock = typeof value === 'string' && !Number.isNaN(Date.parse(value)) ? wallClock(value, timezone) : undefined;
  if (phone) {
    return (
      <Input
        id={id} type="datetime-local" value={clock ? `${clock.date}T${clock.time}` : ''} disabled={disabled} onBlur={onLeave}
        aria-invalid={invalid || undefined} aria-describedby={describedBy} aria-label={label}
        onChange={(e) => onChange(e.target.value === '' ? null : instantOf(e.target.value.slice(0, 16), timezone))}
        {...(invalid ? { status: 'error' as const } : {})}
      />
    );
  }
  return (
    <LazyDay
      id={id}
      withTime
      value={clock ? `${clock.date}T${clock.time}` : undefined}
      onChange={(d) => {
        onChange(d ? instantOf(d, timezone) : null);
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

function DatetimeCell({ value }: CellProps) {
  const format = useFormat();
  return <>{typeof value === 'string' && value !== '' ? format.full(value) : ''}</>;
}

export const datetime: FieldKind = {
  type: 'datetime', icon: 'clock', Input: DatetimeInput, Cell: DatetimeCell, Settings: () => null, filters: ['empty', 'notEmpty'],
};
