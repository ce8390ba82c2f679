import { reduce, type Change } from './change';
import { isObject, type Json, type Path } from './path';

/** Seeded random numbers in [0, 1) for the property tests: the same seed gives the same run everywhere (mulberry32). */
export function random(seed: number): () => number {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const MEMBERS = ['name', 'fields', 'stages', 'if', 'amount', 'a/b', 'x~y'];

export function someTree(r: () => number, depth: number): Json {
  const kind = depth === 0 ? 0 : Math.floor(r() * 4);
  switch (kind) {
    case 0: {
      const leaves = ['text', '', 0, 12.5, true, false, null];
      return leaves[Math.floor(r() * leaves.length)];
    }
    case 1:
      return Array.from({ length: Math.floor(r() * 4) }, () => someTree(r, depth - 1));
    case 2:
      return Array.from({ length: Math.floor(r() * 4) }, (_v, i) => ({ key: 'k' + i, v: someTree(r, depth - 1) }));
    default:
      return Object.fromEntries(MEMBERS.filter(() => r() < 0.5).map((m) => [m, someTree(r, depth - 1)]));
  }
}

/** A random change that fits the tree. */
export function someChange(r: () => number, root: Json): Change {
  if (r() < 0.15) {
    const changes: Change[] = [];
    let now = root;
    for (let n = Math.floor(r() * 4); n > 0; n--) {
      const next = someSingle(r, now);
      changes.push(next);
      now = reduce(now, next);
    }
    return { op: 'all', changes };
  }
  return someSingle(r, root);
}

function someSingle(r: () => number, root: Json): Change {
  const places: { path: Path; value: Json }[] = [];
  const walk = (value: Json, path: Path) => {
    places.push({ path, value });
    if (Array.isArray(value)) value.forEach((v, i) => walk(v, [...path, i]));
    else if (isObject(value)) for (const [k, v] of Object.entries(value)) walk(v, [...path, k]);
  };
  walk(root, []);
  const at = places[Math.floor(r() * places.length)] as { path: Path; value: Json };
  if (Array.isArray(at.value) && r() < 0.7) {
    const n = at.value.length;
    const pick = Math.floor(r() * 3);
    if (pick === 0 || n === 0) return { op: 'insert', at: at.path, index: Math.floor(r() * (n + 1)), value: someTree(r, 2) };
    if (pick === 1) return { op: 'remove', at: at.path, index: Math.floor(r() * n) };
    return { op: 'move', at: at.path, from: Math.floor(r() * n), to: Math.floor(r() * n) };
  }
  if (isObject(at.value) && r() < 0.7) {
    const member = MEMBERS[Math.floor(r() * MEMBERS.length)] as string;
    const deep = r() < 0.3 && !Object.hasOwn(at.value, member) ? [...at.path, member, 'deep', 0, 'er'] : [...at.path, member];
    if (r() < 0.3)
      return r() < 0.5
        ? { op: 'set', at: deep }
        : { op: 'insert', at: [...at.path, 'new', member], index: 0, value: someTree(r, 2) };
    return { op: 'set', at: deep, value: someTree(r, 2) };
  }
  if (at.path.length === 0) return { op: 'set', at: [], value: someTree(r, 3) };
  return { op: 'set', at: at.path, value: r() < 0.3 ? undefined : someTree(r, 2) };
}
