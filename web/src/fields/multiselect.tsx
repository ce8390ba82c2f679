import { Select } from 'antd';
import { useTranslation } from 'react-i18next';
import type { CellProps, FieldKind, InputProps } from './kind';
import { useOffered, useOptions } from './options';
import { OptionsSetting } from './select';

function MultiselectInput({ id, field, path, now, value, onChange, onLeave, disabled, invalid, describedBy, label }: InputProps) {
  const { t } = useTranslation();
  const { name } = useOptions(field);
  const chosen = Array.isArray(value) ? (value as string[]) : [];
  const offered = useOffered({ field, path, now }, chosen);
  return (
    <Select
      id={id}
      mode="multiple"
      style={{ width: '100%' }}
      value={chosen}
      options={offered.map((o) => ({ value: o.key, label: name(o.key) }))}
      showSearch={{ optionFilterProp: 'label' }}
      placeholder={t('choose')}
      onChange={(v: string[]) => onChange(v.length === 0 ? null : v)}
      onBlur={() => onLeave?.()}
      disabled={disabled ?? false}
      aria-describedby={describedBy}
      {...(label ? { 'aria-label': label } : {})}
      {...(invalid ? { status: 'error' as const } : {})}
    />
  );
}

function MultiselectCell({ field, value }: CellProps) {
  const { name } = useOptions(field);
  if (!Array.isArray(value)) return null;
  return (
    <span className="row" style={{ gap: 4, flexWrap: 'wrap', display: 'inline-flex' }}>
      {(value as string[]).map((key) => (
        <span className="tag" key={key}>
          {name(key)}
        </span>
      ))}
    </span>
  );
}

export const multiselect: FieldKind = {
  type: 'multiselect', icon: 'checkbox', Input: MultiselectInput, Cell: MultiselectCell, Settings: OptionsSetting, filters: [],
};
