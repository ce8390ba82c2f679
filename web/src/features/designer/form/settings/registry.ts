import type { ComponentType } from 'react';
import type { Field, FieldType } from '@/model/definition';
import type { Path } from '@/model/path';
import { OptionsSettings } from './options';
import { ReferenceSettings } from './reference';
import { StaticSettings } from './static';
import { TableSettings } from './table';

export interface SettingsProps {
  at: Path;
  form: string;
  field: Field;
  columns: readonly Field[] | undefined;
}

/**
 * Field types whose settings reach beyond the field itself: into the app's option lists, another form, columns. They take the
 * place of the type's own Settings, which every other type brings along in src/fields.
 */
export const SETTINGS: Partial<Record<FieldType, ComponentType<SettingsProps>>> = {
  select: OptionsSettings,
  multiselect: OptionsSettings,
  cascade: OptionsSettings,
  reference: ReferenceSettings,
  static: StaticSettings,
  table: TableSettings,
};
