import { Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { useText } from '@/ui/text';
import { useClearable } from '@/ui/clearable';
import { noSettings, useFieldEnv, type CellProps, type FieldKind, type InputProps } from './kind';

interface Choice {
  value: string;
  label: string;
}

/** One of a list of names, by key: roles and teams. */
export function NameSelect({ id, field, value, onChange, onLeave, disabled, invalid, describedBy, label, choices }: InputProps & { choices: Choice[] }) {
  const { t } = useTranslation();
  const clearable = useClearable();
  const now = typeof value === 'string' && value !== '' ? value : null;
  return (
    <Select
      id={id}
      style={{ width: '100%' }}
      value={now}
      options={now === null || choices.some((c) => c.value === now) ? choices : [...choices, { value: now, label: now }]}
      allowClear={clearable(!field.required)}
      showSearch={{ optionFilterProp: 'label' }}
      placeholder={t('choose')}
      onChange={(v: string | null | undefined) => onChange(v ?? null)}
      onBlur={() => onLeave?.()}
      disabled={disabled ?? false}
      aria-describedby={describedBy}
      {...(label ? { 'aria-label': label } : {})}
      {...(invalid ? { status: 'error' as const } : {})}
    />
  );
}

function useRoles(): Choice[] {
  const { definition } = useFieldEnv();
  const text = useText();
  return (definition.roles ?? []).map((r) => ({ value: r.key, label: text(r.name, r.key) }));
}

function RoleInput(props: InputProps) {
  return <NameSelect {...props} choices={useRoles()} />;
}

function RoleCell({ value }: CellProps) {
  const roles = useRoles();
  return <>{typeof value === 'string' ? (roles.find((r) => r.value === value)?.label ?? value) : ''}</>;
}

export const role: FieldKind = {
  type: 'role', icon: 'role', Input: RoleInput, Cell: RoleCell, Settings: noSettings, filters: ['in', 'empty', 'notEmpty'],
};
