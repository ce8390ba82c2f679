import { Input, Select } from 'antd';
import { useId, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { NumberSlot } from '@/model/definition';
import { useClearable } from '@/ui/clearable';

/** One setting of a field: label, control, a word of help. */
export function Setting({ label, help, children }: { label: string; help?: string; children: (id: string) => ReactNode }) {
  const id = useId();
  return (
    <div className="setting">
      <label htmlFor={id}>{label}</label>
      {children(id)}
      {help ? <p className="s">{help}</p> : null}
    </div>
  );
}

/** A whole number of at least 0, or nothing. */
export function CountSetting({ label, help, value, max, onChange }: { label: string; help?: string; value: number | undefined; max?: number; onChange: (value: number | undefined) => void }) {
  return (
    <Setting label={label} {...(help ? { help } : {})}>
      {(id) => (
        <Input
          id={id}
          inputMode="numeric"
          value={value ?? ''}
          onChange={(e) => {
            const digits = e.target.value.replace(/\D/g, '').slice(0, 6);
            if (digits === '') onChange(undefined);
            else onChange(Math.min(Number(digits), max ?? 999_999));
          }}
        />
      )}
    </Setting>
  );
}

/** A number or an expression. */
export function SlotSetting({ label, help, value, onChange }: { label: string; help?: string; value: NumberSlot | undefined; onChange: (value: NumberSlot | undefined) => void }) {
  const [typed, setTyped] = useState<string>();
  const commit = () => {
    if (typed === undefined) return;
    const plain = typed.trim();
    if (plain === '') onChange(undefined);
    else onChange(/^-?\d{1,15}(\.\d{1,8})?$/.test(plain) && String(Number(plain)) === plain ? Number(plain) : plain);
    setTyped(undefined);
  };
  return (
    <Setting label={label} {...(help ? { help } : {})}>
      {(id) => <Input id={id} value={typed ?? value ?? ''} onChange={(e) => setTyped(e.target.value)} onBlur={commit} onPressEnter={commit} />}
    </Setting>
  );
}

/** A text that takes effect when the person leaves it. */
export function TextSetting({ label, help, value, mono, onChange }: { label: string; help?: string; value: string | undefined; mono?: boolean; onChange: (value: string | undefined) => void }) {
  const [typed, setTyped] = useState<string>();
  const commit = () => {
    if (typed === undefined) return;
    onChange(typed.trim() === '' ? undefined : typed.trim());
    setTyped(undefined);
  };
  return (
    <Setting label={label} {...(help ? { help } : {})}>
      {(id) => (
        <Input
          id={id}
          value={typed ?? value ?? ''}
          {...(mono ? { style: { fontFamily: 'var(--mono)' } } : {})}
          onChange={(e) => setTyped(e.target.value)}
          onBlur={commit}
          onPressEnter={commit}
        />
      )}
    </Setting>
  );
}

/** One choice out of a list. */
export function ChoiceSetting({ label, help, value, options, clearable, onChange }: {
  label: string; help?: string; value: string | undefined; options: { value: string; label: string }[]; clearable?: boolean; onChange: (value: string | undefined) => void;
}) {
  const { t } = useTranslation();
  const clear = useClearable();
  return (
    <Setting label={label} {...(help ? { help } : {})}>
      {(id) => (
        <Select
          id={id}
          style={{ width: '100%' }}
          value={value ?? null}
          options={options}
          allowClear={clear(clearable ?? false)}
          placeholder={t('choose')}
          onChange={(v: string | null | undefined) => onChange(v ?? undefined)}
        />
      )}
    </Setting>
  );
}
