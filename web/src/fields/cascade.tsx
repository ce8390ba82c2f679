import { useTranslation } from 'react-i18next';
import type { Option } from '@/model/definition';
import { useText } from '@/ui/text';
import { useFieldEnv, type CellProps, type FieldKind, type InputProps } from './kind';
import { Levels, type Level } from './Levels';
import { OptionsSetting } from './select';
import './fields.css';

/** The options of each level along a path, and one level more while there is one. */
export function levelsAlong(items: readonly Option[], path: readonly string[]): Option[][] {
  const out: Option[][] = [];
  let here = items;
  for (let i = 0; here.length > 0; i += 1) {
    out.push([...here]);
    const chosen = here.find((o) => o.key === path[i]);
    if (!chosen) break;
    here = chosen.items ?? [];
  }
  return out;
}

function pathOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((v): v is string => typeof v === 'string') : [];
}

function useItems(key: string | undefined): readonly Option[] {
  const { definition } = useFieldEnv();
  return definition.options?.find((o) => o.key === key)?.items ?? [];
}

function CascadeInput({ id, field, value, onChange, onLeave, disabled, invalid, describedBy, label }: InputProps) {
  const { t } = useTranslation(['fields', 'common']);
  const text = useText();
  const items = useItems(field.options);
  const path = pathOf(value);
  const name = label ?? text(field.name, field.key);
  const levels = levelsAlong(items, path).map(
    (options, i): Level => ({
      ...(i === 0 ? { id } : {}),
      label: t('levelOf', { name, n: i + 1 }),
      placeholder: t('common:choose'),
      value: options.some((o) => o.key === path[i]) ? path[i] : undefined,
      options: options.filter((o) => !o.retired || o.key === path[i]).map((o) => ({ value: o.key, label: text(o.name, o.key) })),
      onChange: (key) => {
        const next = [...path.slice(0, i), ...(key === undefined ? [] : [key])];
        onChange(next.length === 0 ? null : next);
      },
    }),
  );
  return <Levels levels={levels} disabled={disabled} invalid={invalid} describedBy={describedBy} onLeave={onLeave} />;
}

function CascadeCell({ field, value }: CellProps) {
  const text = useText();
  const items = useItems(field.options);
  const path = pathOf(value);
  const levels = levelsAlong(items, path);
  return <>{path.map((key, i) => text(levels[i]?.find((o) => o.key === key)?.name, key)).join(' / ')}</>;
}

export const cascade: FieldKind = {
  type: 'cascade', icon: 'cascade', Input: CascadeInput, Cell: CascadeCell, Settings: OptionsSetting, filters: ['anyOf', 'empty', 'notEmpty'],
};
