// Texts and number slots of a definition.

export const LANGUAGES = ['zh-CN', 'zh-TW', 'en'] as const;
export type Lang = (typeof LANGUAGES)[number];

/** A text people read: one for all languages, or one per language. */
export type Text = string | Partial<Record<Lang, string>>;

/** A number slot takes a JSON number or an expression. */
export type NumberSlot = number | string;
