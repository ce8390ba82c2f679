import { useMemo } from 'react';
import type { Field, Option } from '@/model/definition';
import { useText } from '@/ui/text';
import { useFieldEnv } from './kind';

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
