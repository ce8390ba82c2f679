import type { Shape } from './definition';

const SEGMENT = /^[A-Za-z0-9_-]{1,80}$/;
const DAY = /^\d{4}-\d\d-\d\d$/;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/;

/** A key made of the words of a place: "data.order_no" gives orderNo, or dataOrderNo where that is taken. */
function keyOf(path: readonly string[], taken: ReadonlySet<string>): string {
  for (let from = path.length - 1; from >= 0; from--) {
    const words = path.slice(from).flatMap((p) => p.split(/[_-]+/)).filter(Boolean);
    const key = words.map((w, i) => (i === 0 ? (/^[A-Z]+$/.test(w) ? w.toLowerCase() : w.charAt(0).toLowerCase() + w.slice(1)) : w.charAt(0).toUpperCase() + w.slice(1))).join('').slice(0, 40);
    if (/^[a-z]/.test(key) && !taken.has(key)) return key;
  }
  for (let n = 1; ; n++) if (!taken.has(`value${n}`)) return `value${n}`;
}

const isObject = (v: unknown): v is Record<string, unknown> => typeof v === 'object' && v !== null && !Array.isArray(v);

function typeOf(value: unknown): Shape['type'] | undefined {
  if (typeof value === 'number') return 'number';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'string') return DAY.test(value) ? 'date' : INSTANT.test(value) ? 'datetime' : 'text';
  return value === null ? 'text' : undefined;
}

/** What a sample of another system's JSON holds, as members that could be read from it; lists of objects are tables, other lists are left out. */
export function membersOf(sample: unknown, keys: Iterable<string> = []): Shape[] {
  const taken = new Set(keys);
  const out: Shape[] = [];
  const walk = (value: unknown, path: string[], inTable: boolean): void => {
    if (path.length > 10 || out.length >= 100 || path.some((p) => !SEGMENT.test(p))) return;
    if (isObject(value)) {
      for (const [name, inner] of Object.entries(value)) walk(inner, [...path, name], inTable);
      return;
    }
    const rows = Array.isArray(value) && value.length > 0 && value.every(isObject);
    const type = rows && !inTable ? 'table' : typeOf(value);
    if (type === undefined || path.length === 0) return;
    const fields = type === 'table' ? membersOf(Object.assign({}, ...(value as object[]).toReversed())).filter((m) => m.type !== 'table') : undefined;
    if (fields?.length === 0) return;
    const key = keyOf(path, taken);
    taken.add(key);
    const from = path.join('.');
    out.push({ key, type, ...(from === key ? {} : { from }), ...(fields ? { fields } : {}) });
  };
  walk(sample, [], false);
  return out;
}

/** Where a member is read from. */
export const placeOf = (m: Shape) => m.from ?? m.key;
