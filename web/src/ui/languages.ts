import i18next, { type Resource } from 'i18next';
import { useTranslation } from 'react-i18next';
import { toast } from './toast';

/** The languages the product speaks, with their own names. */
export const languages = [
  { key: 'zh-CN', name: '简体中文' },
  { key: 'zh-TW', name: '繁體中文' },
  { key: 'en', name: 'English' },
] as const;

export type Language = (typeof languages)[number]['key'];

// One file a feature and language; each is loaded when a screen first asks for its namespace.
const files = import.meta.glob<Record<string, string>>('../locales/*/*.json', { import: 'default' });

/** The texts of one feature in one language. */
export async function textsOf(language: string, namespace: string): Promise<Record<string, string>> {
  const load = files[`../locales/${language}/${namespace}.json`];
  if (!load) throw new Error(`no texts for ${language}/${namespace}`);
  return load();
}

/**
 * Goes over to a language once all that stands on the page is there in it; without a line the page keeps the one it has.
 * (The library changes over in any case, shows the names of texts it could not load, and never asks for them again.)
 */
export async function speak(language: string, load: typeof textsOf = textsOf): Promise<void> {
  const used = [i18next.options.ns ?? []].flat().filter((ns) => !i18next.hasResourceBundle(language, ns));
  const texts = await Promise.all(used.map((ns) => load(language, ns)));
  used.forEach((ns, i) => i18next.addResourceBundle(language, ns, texts[i] as Resource[string]));
  await i18next.changeLanguage(language);
}

/** Goes over to a language the person has chosen, or says why it cannot; answers whether it did. */
export function useSpeak(): (language: string) => Promise<boolean> {
  const { t } = useTranslation();
  return async (language) => {
    try {
      await speak(language);
      return true;
    } catch {
      toast(t('offline'), { kind: 'bad' });
      return false;
    }
  };
}
