import { Input } from 'antd';
import { noSettings, type CellProps, type FieldKind, type InputProps } from './kind';

/** A time of day, "09:30". The browser's own control: digits on a keyboard, a wheel on a phone. */
function TimeInput({ id, value, onChange, onLeave, disabled, invalid, describedBy, label }: InputProps) {
  return (
    <Input
      id={id}
      type="time"
      value={typeof value === 'string' ? value : ''}
      onChange={(e) => onChange(e.target.value === '' ? null : e.target.value.slice(0, 5))}
      onBlur={onLeave}
      disabled={disabled}
      aria-invalid={invalid || undefined}
      aria-describedby={describedBy}
      aria-label={label}
      {...(invalid ? { status: 'error' as const } : {})}
    />
  );
}

function TimeCell({ value }: CellProps) {
  return <>{typeof value === 'string' ? value : ''}</>;
}

export const time: FieldKind = {
  type: 'time', icon: 'clock', Input: TimeInput, Cell: TimeCell, Settings: noSettings, filters: ['notBefore', 'notAfter', 'empty', 'notEmpty'],
};
