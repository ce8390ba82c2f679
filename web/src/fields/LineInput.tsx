import { Input } from 'antd';
import type { HTMLInputAutoCompleteAttribute, ReactNode } from 'react';
import type { InputProps } from './kind';

interface Props extends Omit<InputProps, 'field' | 'path'> {
  /** The keyboard that a phone shows. */
  mode: 'text' | 'tel' | 'email' | 'url' | 'numeric';
  autoComplete?: HTMLInputAutoCompleteAttribute;
  placeholder?: string;
  maxLength: number;
  /** Codes stand in figures of one width and are not spell-checked. */
  code?: boolean;
  suffix?: ReactNode;
}

/** One line of text with the keyboard for it. What is wrong with it is the server's to say, so that it is said once and the same everywhere. */
export function LineInput({ id, value, onChange, onLeave, disabled, invalid, describedBy, label, mode, autoComplete, placeholder, maxLength, code, suffix }: Props) {
  return (
    <Input
      id={id}
      type={mode === 'tel' ? 'tel' : 'text'}
      inputMode={mode}
      value={typeof value === 'string' ? value : ''}
      onChange={(e) => onChange(e.target.value === '' ? null : e.target.value)}
      onBlur={onLeave}
      disabled={disabled}
      maxLength={maxLength}
      placeholder={placeholder}
      autoComplete={autoComplete ?? 'off'}
      autoCapitalize={code ? 'characters' : 'none'}
      autoCorrect="off"
      spellCheck={false}
      {...(code ? { style: { fontFamily: 'var(--mono)' } } : {})}
      aria-invalid={invalid || undefined}
      aria-describedby={describedBy}
      aria-label={label}
      {...(invalid ? { status: 'error' as const } : {})}
      suffix={suffix}
    />
  );
}
