export const KEY = /^[a-z][a-zA-Z0-9]{0,39}$/;

/** Words a formula already gives a meaning to: system names, functions, words of the language (semantics 14). */
const RESERVED = new Set(
  (
    'stage owner team pool number title createdAt updatedAt since idleDays release me probability open won lost old ' +
    'abs addWorkdays all and any avg base ceil cnAmount contains convert count date datetime days decide else endsWith false filter find findIndex findLast ' +
    'findLastIndex groupBy hoursBetween if in isWorkday len let lower map matches max min nil none not now null one or pinyin rate reduce round same sortBy ' +
    'startsWith sum today trackingLink trim true upper workdays'
  ).split(' '),
);

/** Why a key will not do: it is no key, it is taken, or formulas use the word; undefined when it will. */
export function keyFault(key: string, taken: Iterable<string>): 'invalid' | 'taken' | 'reserved' | undefined {
  if (!KEY.test(key)) return 'invalid';
  for (const t of taken) if (t === key) return 'taken';
  if (RESERVED.has(key)) return 'reserved';
  return undefined;
}

/** A key nobody has yet: the base itself, or the base with the next number. */
export function freshKey(base: string, taken: Iterable<string>): string {
  const all = new Set(taken);
  if (keyFault(base, all) === undefined) return base;
  for (let n = all.has(base) ? 2 : 1; ; n++) {
    const key = base + n;
    if (!all.has(key)) return key;
  }
}

/** A key from what a person wrote, when it has Latin letters to make one of: "Close date" gives closeDate. */
export function keyFromName(name: string): string | undefined {
  const words = name
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9]+/g, ' ')
    .trim()
    .split(' ')
    .filter((w) => w !== '');
  const key = words
    .map((w, i) => (i === 0 ? w.charAt(0).toLowerCase() + w.slice(1) : w.charAt(0).toUpperCase() + w.slice(1)))
    .join('')
    .slice(0, 40);
  return KEY.test(key) ? key : undefined;
}

export function keysOf(list: readonly { key: string }[] | undefined): string[] {
  return (list ?? []).map((e) => e.key);
}
