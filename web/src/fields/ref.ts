export interface Ref {
  id: string;
  title: string;
}

/** A reference as answered, or the bare id. */
export function readRef(value: unknown): Ref | undefined {
  if (typeof value === 'string' && value !== '') return { id: value, title: value };
  if (typeof value === 'object' && value !== null && typeof (value as Ref).id === 'string') {
    const { id, title } = value as Ref;
    return { id, title: title || id };
  }
  return undefined;
}
