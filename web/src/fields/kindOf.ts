import type { FieldType } from '@/model/definition';
import type { FieldKind } from './kind';

const byType = new Map<FieldType, FieldKind>();

/** Fills the look-up; the registry does so once. It stands apart so that a table can look up its columns' kinds. */
export function register(kinds: readonly FieldKind[]): void {
  for (const kind of kinds) byType.set(kind.type, kind);
}

/** The kind of a field; an unknown type (of a newer release) shows as text. */
export function kindOf(type: FieldType): FieldKind {
  const kind = byType.get(type) ?? byType.get('text');
  if (!kind) throw new Error('fields/registry.ts was not loaded');
  return kind;
}
