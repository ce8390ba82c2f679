import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { languages, textsOf, type Language } from '@/ui/languages';

const storageKey = 'pipewright.language';

/** The language to start with: what this browser used last, else what the browser asks for, else Simplified Chinese. */
export function startLanguage(wanted: readonly string[], stored: string | null): Language {
  for (const tag of stored ? [stored, ...wanted] : wanted) {
    const low = tag.toLowerCase();
    if (low.startsWith('zh')) return /(tw|hk|mo|hant)/.test(low) ? 'zh-TW' : 'zh-CN';
    if (low.startsWith('en')) return 'en';
  }
  return 'zh-CN';
}

export async function startI18n(): Promise<void> {
  const language = startLanguage(navigator.languages, localStorage.getItem(storageKey));
  await i18next
    .use({
      type: 'backend' as const,
      init() {},
      read(lng: string, ns: string, done: (error: Error | null, data: Record<string, string> | null) => void) {
        textsOf(lng, ns).then((data) => done(null, data), (error: unknown) => done(error as Error, null));
      },
    })
    .use(initReactI18next)
    .init({
      lng: language,
      fallbackLng: false,
      supportedLngs: languages.map((l) => l.key),
      load: 'currentOnly',
      ns: ['common', 'fields'],
      defaultNS: 'common',
      keySeparator: false,
      returnNull: false,
      interpolation: { escapeValue: false, prefix: '{', suffix: '}' },
      react: { useSuspense: true },
    });
  document.documentElement.lang = language;
  i18next.on('languageChanged', (lng) => {
    document.documentElement.lang = lng;
    localStorage.setItem(storageKey, lng);
  });
}

/** The language in force now. */
export function currentLanguage(): Language {
  return i18next.language as Language;
}
