/**
 * Two ways to say a place in a definition.
 *
 * A key path is what people, problems and diffs use: "/forms/deal/fields/amount/visibleIf", list members named by their key.
 * A Path is what changes use: member names and list indexes. It does not break when a change renames a key.
 */
export type Path = readonly (string | number)[];

/** A JSON value; undefined means the member is absent. */
export type Json = unknown;

export function isObject(v: Json): v is Record<string, Json> {
  return typeof v === 'object' && v !== null && !Array.isArray(v);
}

function keyOf(v: Json): string | undefined {
  return isObject(v) && typeof v['key'] === 'string' ? v['key'] : undefined;
}

export function splitKeyPath(path: string): string[] {
  if (path === '' || path === '/') return [];
  const parts = path.split('/');
  if (parts[0] === '') parts.shift();
  return parts.map((p) => p.replaceAll('~1', '/').replaceAll('~0', '~'));
}

export function joinKeyPath(parts: readonly (string | number)[]): string {
  return parts.map((p) => '/' + String(p).replaceAll('~', '~0').replaceAll('/', '~1')).join('');
}

function indexIn(list: readonly Json[], part: string): number {
  const byKey = list.findIndex((e) => keyOf(e) === part);
  if (byKey >= 0) return byKey;
  if (part === '-') return list.length;
  return /^(0|[1-9]\d{0,6})$/.test(part) ? Number(part) : -1;
}

/**
 * Finds the Path of a key path. Members that are not there yet are taken as named, so that a fix can add them; undefined when
 * a list has no member of that key.
 */
export function locate(root: Json, keyPath: string): Path | undefined {
  const out: (string | number)[] = [];
  let at: Json = root;
  for (const part of splitKeyPath(keyPath)) {
    if (Array.isArray(at)) {
      const i = indexIn(at, part);
      if (i < 0) return undefined;
      out.push(i);
      at = at[i];
    } else {
      out.push(part);
      at = isObject(at) ? at[part] : undefined;
    }
  }
  return out;
}

/** The longest beginning of a key path that is there, as a Path, and whether it is the whole of it. */
export function locateNearest(root: Json, keyPath: string): { path: Path; whole: boolean } {
  const out: (string | number)[] = [];
  let at: Json = root;
  for (const part of splitKeyPath(keyPath)) {
    let step: string | number = part;
    if (Array.isArray(at)) step = indexIn(at, part);
    const next = Array.isArray(at) ? at[step as number] : isObject(at) ? at[part] : undefined;
    if (next === undefined) return { path: out, whole: false };
    out.push(step);
    at = next;
  }
  return { path: out, whole: true };
}

/** The key path of a Path, by the keys the list members have now. */
export function keyPath(root: Json, path: Path): string {
  const out: (string | number)[] = [];
  let at: Json = root;
  for (const step of path) {
    const next: Json = Array.isArray(at) ? at[step as number] : isObject(at) ? at[step as string] : undefined;
    out.push(Array.isArray(at) ? (keyOf(next) ?? step) : step);
    at = next;
  }
  return joinKeyPath(out);
}

/** The value at a Path, undefined when any part of the way is absent. */
export function valueAt(root: Json, path: Path): Json {
  let at: Json = root;
  for (const step of path) {
    if (Array.isArray(at)) at = typeof step === 'number' ? at[step] : undefined;
    else if (isObject(at)) at = Object.hasOwn(at, step) ? at[step] : undefined;
    else return undefined;
  }
  return at;
}

/** Whether a key path lies at or under another. */
export function isUnder(path: string, base: string): boolean {
  return path === base || path.startsWith(base.endsWith('/') ? base : base + '/');
}
