import { Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { personOption, usePeople } from '@/api/people';
import { Avatar } from '@/ui/Avatar';
import { useClearable } from '@/ui/clearable';
import type { CellProps, FieldKind, InputProps } from './kind';

function UserInput({ id, field, value, onChange, onLeave, disabled, invalid, describedBy, label }: InputProps) {
  const { t } = useTranslation();
  const clearable = useClearable();
  const { users } = usePeople();
  return (
    <Select
      id={id}
      style={{ width: '100%' }}
      value={typeof value === 'string' && value !== '' ? value : null}
      options={users.filter((u) => u.active || u.id === value).map(personOption)}
      allowClear={clearable(!field.required)}
      showSearch={{ optionFilterProp: 'find' }}
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

function UserCell({ value }: CellProps) {
  const { nameOf } = usePeople();
  if (typeof value !== 'string' || value === '') return null;
  const name = nameOf(value);
  return (
    <span className="row" style={{ gap: 6, display: 'inline-flex' }}>
      <Avatar name={name} />
      {name}
    </span>
  );
}

export const user: FieldKind = {
  type: 'user', icon: 'user', Input: UserInput, Cell: UserCell, Settings: () => null, filters: ['me', 'in', 'empty', 'notEmpty'],
};
