/** A name in a formula. `member` is set for names after a dot: `.net`, `#.net`, `account.name`. */
export interface Identifier {
  name: string;
  member: boolean;
  from: number;
  to: number;
}

/** The names in an expression, in order. Strings, numbers and keywords are passed over; a broken formula gives what can be read. */
export function identifiers(source: string): Identifier[] {
  const out: Identifier[] = [];
  const word = /[A-Za-z_$][\w$]*/y;
  for (let i = 0; i < source.length;) {
    const c = source[i] as string;
    if (c === '"' || c === "'" || c === '`') {
      i++;
      while (i < source.length && source[i] !== c) i += source[i] === '\\' && c !== '`' ? 2 : 1;
      i++;
      continue;
    }
    if (/\d/.test(c)) {
      while (i < source.length && /[\w.]/.test(source[i] as string)) i++;
      continue;
    }
    word.lastIndex = i;
    const m = word.exec(source);
    if (m === null) {
      i++;
      continue;
    }
    const before = source.slice(0, i).trimEnd();
    const to = i + m[0].length;
    const named = /^\s*:(?!:)/.test(source.slice(to)) && /[{,]$/.test(before);
    if (!named && !KEYWORDS.has(m[0]))
      out.push({ name: m[0], member: before.endsWith('.') && !before.endsWith('..'), from: i, to });
    i = to;
  }
  return out;
}

const KEYWORDS = new Set([
  'and',
  'or',
  'not',
  'in',
  'true',
  'false',
  'nil',
  'null',
  'let',
  'if',
  'else',
  'matches',
  'contains',
  'startsWith',
  'endsWith',
]);

/** The formulas in a text slot, each with where it stands. */
export function formulas(template: string): { source: string; from: number }[] {
  return [...template.matchAll(/\{\{([\s\S]*?)\}\}/g)].map((m) => ({ source: m[1] as string, from: m.index + 2 }));
}
