import { createContext, useContext, type ComponentType } from 'react';
import type { Data, FieldState, FieldStates } from '@/api/types';
import type { Definition, Field, FieldType } from '@/model/definition';
import type { IconName } from '@/ui/Icon';

/** What an input needs of the form around it, and what does not change while somebody types. */
export interface FieldEnv {
  app: string;
  definition: Definition;
  /** Nothing may be changed. */
  readOnly: boolean;
  /** Phones show tables as items. */
  phone: boolean;
  /** The record shown, by which its files are opened; absent in lists and while creating. */
  record?: string;
  /** Where files go, when it is not where those of signed-in people do. */
  uploads?: string;
}

export const FieldEnvContext = createContext<FieldEnv>({ app: '', definition: { spec: 'pipewright/1', key: '', name: '' }, readOnly: false, phone: false });

export function useFieldEnv(): FieldEnv {
  return useContext(FieldEnvContext);
}

/**
 * The form as it stands after the last keystroke. Whoever reads it renders at every keystroke, so it is handed to those alone that need it (see
 * readsForm), and is no context: React would look for readers in the whole form each time.
 */
export interface FormNow {
  /** States by key, and by "lines[0].price" for cells that differ from their column. */
  states: FieldStates;
  /** Words under a field, by the same keys: what must be mended, and what should be looked at. */
  problems: ReadonlyMap<string, string>;
  warnings: ReadonlyMap<string, string>;
  /** The values on screen; absent where nothing is edited. */
  data?: Data;
}

export const unknownNow: FormNow = { states: {}, problems: new Map(), warnings: new Map() };

/** Whether a field's input looks at the rest of the form: a table does, for its cells, and options that depend on another field. */
export function readsForm(field: Field): boolean {
  return field.type === 'table' || Boolean(field.optionsBy);
}

const free: FieldState = Object.freeze({ visible: true, required: false, readOnly: false });

/** The state of a field or cell; what the server did not mention is visible and free. */
export function stateOf(states: FieldStates, key: string, column?: string): FieldState {
  return states[key] ?? (column ? states[column] : undefined) ?? free;
}

export interface InputProps {
  /** DOM id, for the label. */
  id: string;
  field: Field;
  /** The wire value; undefined and null are empty. */
  value: unknown;
  onChange: (value: unknown) => void;
  /** The person has left the field: a good moment to save. */
  onLeave?: (() => void) | undefined;
  /** "amount", or "lines[0].price" in a table: where states and problems are looked up. */
  path: string;
  /** The form around it, for a field of which readsForm is true. */
  now?: FormNow | undefined;
  disabled?: boolean | undefined;
  invalid?: boolean | undefined;
  /** Ids of the help and the problem. */
  describedBy?: string | undefined;
  /** The name for assistive technology where no label element stands: in table cells. */
  label?: string | undefined;
}

export interface CellProps {
  field: Field;
  value: unknown;
}

export interface SettingsProps {
  field: Field;
  definition: Definition;
  /** Members to change; an undefined member is removed. */
  onChange: (patch: Partial<Field>) => void;
}

/** Everything the product knows about one field type; one file each, one line in the registry. */
export interface FieldKind {
  type: FieldType;
  icon: IconName;
  Input: ComponentType<InputProps>;
  Cell: ComponentType<CellProps>;
  Settings: ComponentType<SettingsProps>;
  /** Members a new field of the type starts with. */
  fresh?: Partial<Field>;
  /** Figures stand on the right. */
  numeric?: boolean;
  /** Takes the whole width of a section. */
  wide?: boolean;
  /** The label stands beside the control (a checkbox), not above. */
  ownLabel?: boolean;
  /** Nobody fills it in and no formula is written for it: the product gives it its value, or it has none. */
  automatic?: boolean;
  /** It is filled in by people only: neither computed nor given a value to start with. */
  noFormula?: boolean;
  /** Its cell may be a link; inside a button it stands as plain text. */
  links?: boolean;
  /** The filter compares with a number although it is not shown as a figure. */
  decimal?: boolean;
  /** Comparisons offered by the filter, in order. */
  filters: FilterOp[];
}

/** The Settings of a type that has none of its own. */
export const noSettings: ComponentType<SettingsProps> = () => null;

export type FilterOp =
  | 'is' | 'isNot' | 'contains' | 'atLeast' | 'atMost' | 'from' | 'to' | 'notBefore' | 'notAfter' | 'in' | 'anyOf' | 'empty' | 'notEmpty' | 'true' | 'false' | 'me';

export function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);
}
