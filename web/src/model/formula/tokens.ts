/** A piece of a formula. The pieces of a formula put together are the formula again, letter by letter. */
export interface Token {
  kind: 'space' | 'word' | 'number' | 'string' | 'quoted' | 'sign';
  text: string;
  from: number;
  to: number;
}

// 「…」 holds a name that is no single word. Longer signs come first.
const KINDS: readonly (readonly [Token['kind'], RegExp])[] = [
  ['space', /\s+/uy],
  ['space', /\/\/[^\n]*|\/\*[\s\S]*?\*\//uy],
  ['string', /"(?:[^"\\\n]|\\[\s\S])*"|'(?:[^'\\\n]|\\[\s\S])*'|`[^`]*`/uy],
  ['quoted', /「[^「」\n]*」/uy],
  ['number', /\d(?:[\d_]*\d)?(?:\.\d+(?!\w*\.\.))?(?:[eE][+-]?\d+)?/uy],
  ['word', /[\p{L}_$][\p{L}\p{N}\p{M}_$]*/uy],
  ['sign', /\?\.|\?\?|\.\.|==|!=|<=|>=|&&|\|\||\*\*|[\s\S]/uy],
];

/** Cuts a formula in pieces. Every text can be cut; what is no part of the language is a sign of its own. */
export function tokens(source: string): Token[] {
  const out: Token[] = [];
  let at = 0;
  while (at < source.length) {
    for (const [kind, pattern] of KINDS) {
      pattern.lastIndex = at;
      const found = pattern.exec(source)?.[0];
      if (found === undefined || found === '') continue;
      out.push({ kind, text: found, from: at, to: at + found.length });
      at += found.length;
      break;
    }
  }
  return out;
}

/** What a string of the language says, undefined when it has escapes other than of its quotes and backslash. */
export function stringValue(literal: string): string | undefined {
  const inner = literal.slice(1, -1);
  if (literal.startsWith('`')) return inner;
  return !/^(?:[^\\]|\\['"\\])*$/.test(inner) ? undefined : inner.replaceAll(/\\(['"\\])/g, '$1');
}

/** A text as a string of the language. */
export function stringLiteral(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n')}'`;
}
