import { Input, type InputRef } from 'antd';
import { useLayoutEffect, useRef, useState, type ReactNode } from 'react';
import { groupDigits } from '@/ui/format';

/** What a person typed as a decimal string, or undefined when it is not a number: full-width digits and separators are understood. */
export function readDecimal(typed: string): string | undefined {
  const plain = typed
    .normalize('NFKC')
    .replace(/[,\s_'、，]/g, '')
    .replace('−', '-')
    .replace('。', '.');
  const match = /^([+-]?)(\d*)(?:\.(\d*))?$/.exec(plain);
  if (!match || ((match[2] ?? '') === '' && (match[3] ?? '') === '')) return undefined;
  const whole = (match[2] ?? '').replace(/^0+(?=\d)/, '') || '0';
  const fraction = match[3] ? `.${match[3]}` : '';
  return `${match[1] === '-' ? '-' : ''}${whole}${fraction}`;
}

interface Props {
  id: string;
  /** Canonical decimal string; "" is empty. What is not a number is kept as typed and refused by the server. */
  value: string;
  onChange: (value: string) => void;
  onLeave?: (() => void) | undefined;
  disabled?: boolean | undefined;
  invalid?: boolean | undefined;
  describedBy?: string | undefined;
  label?: string | undefined;
  suffix?: ReactNode;
  className?: string;
}

/** An exact number: grouped while it is read, plain while it is edited. */
export function DecimalInput({ id, value, onChange, onLeave, disabled, invalid, describedBy, label, suffix, className }: Props) {
  const [typed, setTyped] = useState<string>();
  const canonical = readDecimal(value);
  // Going from grouped to plain figures would put the cursor at the end, and what is typed behind the old figure.
  const input = useRef<InputRef>(null);
  const editing = typed !== undefined;
  useLayoutEffect(() => {
    if (editing) input.current?.select();
  }, [editing]);
  return (
    <Input
      ref={input}
      id={id}
      className={className ?? 'decimal'}
      inputMode="decimal"
      autoComplete="off"
      value={typed ?? (canonical === undefined ? value : groupDigits(canonical))}
      onFocus={() => setTyped(value)}
      onChange={(e) => {
        setTyped(e.target.value);
        onChange(readDecimal(e.target.value) ?? e.target.value.trim());
      }}
      onBlur={() => {
        setTyped(undefined);
        onLeave?.();
      }}
      disabled={disabled}
      aria-invalid={invalid || undefined}
      aria-describedby={describedBy}
      aria-label={label}
      {...(invalid ? { status: 'error' as const } : {})}
      suffix={suffix}
    />
  );
}
