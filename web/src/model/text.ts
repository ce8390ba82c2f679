import { LANGUAGES, type Lang, type Text } from './definition';

/** The order in which another language stands in for a missing one. */
const STAND_INS: Record<Lang, Lang[]> = {
  'zh-CN': ['zh-CN', 'zh-TW', 'en'],
  'zh-TW': ['zh-TW', 'zh-CN', 'en'],
  en: ['en', 'zh-CN', 'zh-TW'],
};

/** The text to show in a language; falls back to the nearest language that has one, else "". */
export function textIn(text: Text | undefined, lang: string): string {
  if (text === undefined) return '';
  if (typeof text === 'string') return text;
  const order = STAND_INS[lang as Lang] ?? LANGUAGES;
  for (const l of order) {
    const t = text[l];
    if (t) return t;
  }
  return '';
}

/** What is written for exactly this language; a plain string is written for all. */
export function exactText(text: Text | undefined, lang: Lang): string {
  if (text === undefined) return '';
  return typeof text === 'string' ? text : (text[lang] ?? '');
}

/**
 * The text with one language changed. A plain string in an app of several languages is split first, so that the other
 * languages keep what they showed; an app of one language keeps the plain strings it has, and one that promises none writes no others. Whatever else is
 * written is known by its language, so that it can be asked for in those that are added later. An empty text is undefined.
 */
export function withText(text: Text | undefined, lang: Lang, value: string, languages: readonly Lang[]): Text | undefined {
  if (languages.length <= 1 && (typeof text === 'string' || (text === undefined && languages.length === 0))) return value === '' ? undefined : value;
  const next: Partial<Record<Lang, string>> = {};
  for (const l of LANGUAGES) {
    const was = typeof text === 'string' ? (languages.includes(l) ? text : undefined) : text?.[l];
    const now = l === lang ? value : was;
    if (now) next[l] = now;
  }
  return Object.keys(next).length === 0 ? undefined : next;
}

/** The languages of the app that have no text yet. */
export function missingLanguages(text: Text | undefined, languages: readonly Lang[]): Lang[] {
  if (typeof text === 'string') return text === '' ? [...languages] : [];
  return languages.filter((l) => !text?.[l]);
}

/** A text with something put in where the cursor was, over what was chosen there, and where the cursor is after it. */
export function spliced(text: string, what: string, from: number, to: number): [text: string, cursor: number] {
  return [text.slice(0, from) + what + text.slice(Math.max(from, to)), from + what.length];
}
