import type { Path } from './path';

/**
 * Where a place stands in a JSON text, as offsets of its value (for a member: from its name). The text must be valid JSON;
 * for a path that is not in it the nearest outer value is given.
 */
export function offsets(text: string, path: Path): { from: number; to: number } {
  let at = 0;
  const space = () => {
    while (at < text.length && /\s/.test(text[at] as string)) at++;
  };
  const string = (): string => {
    const from = at++;
    while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
    at++;
    return text.slice(from, at);
  };
  /** Passes over a value. */
  const skip = () => {
    space();
    const c = text[at];
    if (c === '"') string();
    else if (c === '{' || c === '[') {
      let depth = 0;
      do {
        const d = text[at];
        if (d === '"') {
          string();
          continue;
        }
        if (d === '{' || d === '[') depth++;
        if (d === '}' || d === ']') depth--;
        at++;
      } while (depth > 0 && at < text.length);
    } else while (at < text.length && !/[,\]}\s]/.test(text[at] as string)) at++;
  };
  let mark = 0;
  const end = (): { from: number; to: number } => {
    const first = text.indexOf('\n', mark);
    return { from: mark, to: first < 0 ? text.length : first };
  };
  for (const step of path) {
    space();
    if (typeof step === 'number') {
      if (text[at] !== '[') return end();
      at++;
      let n = 0;
      space();
      while (n < step && text[at] !== ']' && at < text.length) {
        skip();
        space();
        if (text[at] === ',') at++;
        space();
        n++;
      }
      if (text[at] === ']' || at >= text.length) return end();
      mark = at;
      continue;
    }
    if (text[at] !== '{') return end();
    at++;
    let found = false;
    space();
    while (text[at] === '"') {
      const from = at;
      const name = JSON.parse(string()) as string;
      space();
      at++;
      space();
      if (name === step) {
        mark = from;
        found = true;
        break;
      }
      skip();
      space();
      if (text[at] === ',') at++;
      space();
    }
    if (!found) return end();
  }
  return end();
}
