import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { kindOf, kinds } from '@/fields/registry';
import type { IconName } from '@/ui/Icon';
import type { Field, FieldType } from '@/model/definition';

/** The palette's groups, in order. */
export const GROUPS = [
  { key: 'text', types: ['text', 'longtext', 'richtext', 'phone', 'email', 'url', 'idcode', 'barcode', 'autonumber', 'static'] },
  { key: 'figures', types: ['number', 'money', 'percent', 'duration', 'rating', 'slider'] },
  { key: 'choice', types: ['select', 'multiselect', 'cascade', 'bool'] },
  { key: 'time', types: ['date', 'datetime', 'time'] },
  { key: 'people', types: ['user', 'role', 'team', 'reference', 'lookup', 'rollup', 'table'] },
  { key: 'things', types: ['attachment', 'image', 'signature', 'location', 'address'] },
] as const satisfies readonly { key: string; types: readonly FieldType[] }[];

/** A table holds no tables, and its rows have no numbers, sums of other records or explanations of their own (definition.md). */
const NO_COLUMN: ReadonlySet<FieldType> = new Set(['table', 'autonumber', 'rollup', 'static']);
export const COLUMN_TYPES: readonly FieldType[] = kinds.map((k) => k.type).filter((type) => !NO_COLUMN.has(type));

/** How a field is drawn on the canvas: computed ones by the formula mark. */
export function iconOf(type: FieldType, computed = false): IconName {
  return computed ? 'formula' : kindOf(type).icon;
}

export function useTypeName(): (type: FieldType) => string {
  const { t } = useTranslation('fields');
  return useCallback((type) => t(`type.${type}`), [t]);
}

/** A new field of a type, with the least that makes it whole. */
export function newField(type: FieldType, name: Field['name']): Field {
  return { key: type, type, ...(name === undefined ? {} : { name }), ...kindOf(type).fresh };
}
