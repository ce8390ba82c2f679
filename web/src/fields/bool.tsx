import { Checkbox } from 'antd';
import { useTranslation } from 'react-i18next';
import { useText } from '@/ui/text';
import type { CellProps, FieldKind, InputProps } from './kind';

function BoolInput({ id, field, value, onChange, onLeave, disabled, invalid, describedBy, label }: InputProps) {
  const text = useText();
  return (
    <Checkbox
      id={id}
      checked={value === true}
      onChange={(e) => {
        onChange(e.target.checked);
        onLeave?.();
      }}
      disabled={disabled}
      aria-invalid={invalid || undefined}
      aria-describedby={describedBy}
      aria-label={label}
    >
      {label ? null : text(field.name, field.key)}
    </Checkbox>
  );
}

function BoolCell({ value }: CellProps) {
  const { t } = useTranslation();
  if (typeof value !== 'boolean') return null;
  return <>{value ? t('yes') : t('no')}</>;
}

export const bool: FieldKind = {
  type: 'bool', icon: 'checkbox', Input: BoolInput, Cell: BoolCell, Settings: () => null, ownLabel: true, filters: ['true', 'false'],
};
