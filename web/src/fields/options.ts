import { useMemo } from 'react';
import type { Data } from '@/api/types';
import type { Field, Option } from '@/model/definition';
import { useText } from '@/ui/text';
import { useFieldEnv, type InputProps } from './kind';

/** The choices of a field in order, with their names. */
export function useOptions(field: Field): { all: Map<string, Option>; name: (key: unknown) => string } {
  const { definition } = useFieldEnv();
  const text = useText();
  const all = useMemo(
    () => new Map((definition.options?.find((o) => o.key === field.options)?.items ?? []).map((o) => [o.key, o])),
    [definition, field.options],
  );
  return useMemo(
    () => ({ all, name: (key: unknown) => (typeof key === 'string' ? text(all.get(key)?.name, key) : '') }),
    [all, text],
  );
}

/** What is chosen in the field that decides which options are offered: in the same row where it is a column, else on the form. */
export function chosenIn(data: Data, by: string, path: string): ReadonlySet<string> {
  const cell = /^([^[]+)\[(\d+)\]/.exec(path);
  const rows = cell ? data[cell[1] ?? ''] : undefined;
  const row = Array.isArray(rows) ? (rows[Number(cell?.[2])] as Data | undefined) : undefined;
  const value = row && by in row ? row[by] : data[by];
  return new Set((Array.isArray(value) ? value : [value]).filter((v): v is string => typeof v === 'string'));
}

/** Whether an option stands under what is chosen elsewhere; one that names nothing stands under everything. */
export function isOffered(option: Option, chosen: ReadonlySet<string>): boolean {
  return !option.under || option.under.length === 0 || option.under.some((key) => chosen.has(key));
}

/** The options to choose from now: not the retired, not those that belong to another choice; what is chosen already stays. */
export function useOffered({ field, path, now }: Pick<InputProps, 'field' | 'path' | 'now'>, value: readonly string[]): Option[] {
  const { all } = useOptions(field);
  const chosen = field.optionsBy && now?.data ? chosenIn(now.data, field.optionsBy, path) : undefined;
  return [...all.values()].filter((o) => value.includes(o.key) || (!o.retired && (!chosen || isOffered(o, chosen))));
}
