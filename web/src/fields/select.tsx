import { Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { useText } from '@/ui/text';
import { useClearable } from '@/ui/clearable';
import type { CellProps, FieldKind, InputProps, SettingsProps } from './kind';
import { useOffered, useOptions } from './options';
import { ChoiceSetting } from './settings';

function SelectInput({ id, field, path, now, value, onChange, onLeave, disabled, invalid, describedBy, label }: InputProps) {
  const { t } = useTranslation();
  const clearable = useClearable();
  const { name } = useOptions(field);
  const options = useOffered({ field, path, now }, typeof value === 'string' ? [value] : []).map((o) => ({ value: o.key, label: name(o.key) }));
  return (
    <Select
      id={id}
      style={{ width: '100%' }}
      value={typeof value === 'string' && value !== '' ? value : null}
      options={options}
      allowClear={clearable(!field.required)}
      showSearch={options.length > 8 ? { optionFilterProp: 'label' } : false}
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

function SelectCell({ field, value }: CellProps) {
  const { all, name } = useOptions(field);
  const color = typeof value === 'string' ? all.get(value)?.color : undefined;
  const text = name(value);
  if (!color) return <>{text}</>;
  return (
    <span className="row" style={{ gap: 6, display: 'inline-flex' }}>
      <i className="dot" style={{ background: color }} />
      {text}
    </span>
  );
}

export function OptionsSetting({ field, definition, onChange }: SettingsProps) {
  const { t } = useTranslation('fields');
  const text = useText();
  const lists = (definition.options ?? []).map((o) => ({ value: o.key, label: text(o.name, o.key) }));
  return <ChoiceSetting label={t('optionList')} value={field.options} options={lists} onChange={(options) => onChange({ options })} />;
}

export const select: FieldKind = {
  type: 'select', icon: 'radio', Input: SelectInput, Cell: SelectCell, Settings: OptionsSetting, filters: ['in', 'empty', 'notEmpty'],
};
