import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import type { Text } from '@/model/definition';
import { textIn } from '@/model/text';

/** Picks the reader's language out of texts of the definition; a missing text falls back to what is given. */
export function useText(): (text: Text | undefined | null, fallback?: string) => string {
  const { i18n } = useTranslation();
  const language = i18n.language;
  return useCallback((text, fallback = '') => textIn(text ?? undefined, language) || fallback, [language]);
}
