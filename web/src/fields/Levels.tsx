import { Select } from 'antd';
import { useClearable } from '@/ui/clearable';

export interface Level {
  id?: string;
  label: string;
  placeholder: string;
  value: string | undefined;
  options: { value: string; label: string }[];
  onChange: (value: string | undefined) => void;
}

interface Props {
  levels: Level[];
  disabled?: boolean | undefined;
  invalid?: boolean | undefined;
  describedBy?: string | undefined;
  onLeave?: (() => void) | undefined;
}

/** One select a level, each offering what stands below the choice before it: as good with a thumb as with a keyboard. */
export function Levels({ levels, disabled, invalid, describedBy, onLeave }: Props) {
  const clearable = useClearable();
  return (
    <div className="levels">
      {levels.map((level, i) => (
        <Select
          key={i}
          {...(level.id ? { id: level.id } : {})}
          value={level.value ?? null}
          options={level.options}
          allowClear={clearable()}
          showSearch={level.options.length > 8 ? { optionFilterProp: 'label' } : false}
          placeholder={level.placeholder}
          aria-label={level.label}
          aria-describedby={describedBy}
          onChange={(v: string | null | undefined) => level.onChange(v ?? undefined)}
          onBlur={() => onLeave?.()}
          disabled={disabled ?? false}
          {...(invalid ? { status: 'error' as const } : {})}
        />
      ))}
    </div>
  );
}
