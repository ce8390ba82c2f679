import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';

/** The languages the product speaks, with their own names. */
export const languages = [
  { key: 'zh-CN', name: '简体中文' },
  { key: 'zh-TW', name: '繁體中文' },
  { key: 'en', name: 'English' },
] as const;

export type Language = (typeof languages)[number]['key'];

const storageKey = 'pipewright.language';

// One file a feature and language; each is loaded when a screen first asks for its namespace.
const files = import.meta.glob<Record<string, string>>('../locales/*/*.json', { import: 'default' });

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
        const load = files[`../locales/${lng}/${ns}.json`];
        if (!load) {
          done(new Error(`no texts for ${lng}/${ns}`), null);
          return;
        }
        load().then((data) => done(null, data), (error: unknown) => done(error as Error, null));
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
