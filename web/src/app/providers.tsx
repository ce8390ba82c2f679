import { QueryClientProvider } from '@tanstack/react-query';
import { ConfigProvider } from 'antd';
import dayjs from 'dayjs';
import 'dayjs/locale/zh-cn';
import 'dayjs/locale/zh-tw';
import { useEffect, useMemo, useState, type ComponentProps, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { queryClient } from '@/api/queries';
import { Toasts } from '@/ui/toast';
import { useMedia } from '@/ui/useMedia';
import { ThemeContext } from '@/ui/themeContext';
import { antTheme, storedTheme, storeTheme, type ThemeChoice } from './theme';

type AntLocale = NonNullable<ComponentProps<typeof ConfigProvider>['locale']>;

// The library's own words, loaded for the language in force.
const antLocales: Record<string, () => Promise<{ default: AntLocale }>> = {
  'zh-CN': () => import('antd/locale/zh_CN'),
  'zh-TW': () => import('antd/locale/zh_TW'),
  en: () => import('antd/locale/en_US'),
};
const dayLocales: Record<string, string> = { 'zh-CN': 'zh-cn', 'zh-TW': 'zh-tw', en: 'en' };

/** Everything that stands around the pages: server state, theme, the component library's language, toasts. */
export function Providers({ children }: { children: ReactNode }) {
  const { i18n } = useTranslation();
  const language = i18n.language;
  const [antLocale, setAntLocale] = useState<AntLocale>();
  const [choice, setChoice] = useState<ThemeChoice>(storedTheme);
  const systemDark = useMedia('(prefers-color-scheme: dark)');
  const reduced = useMedia('(prefers-reduced-motion: reduce)');
  const dark = choice === 'dark' || (choice === 'system' && systemDark);

  useEffect(() => {
    document.documentElement.dataset.theme = dark ? 'dark' : 'light';
  }, [dark]);
  useEffect(() => {
    let gone = false;
    void antLocales[language]?.().then((m) => {
      if (!gone) setAntLocale(m.default);
    });
    return () => {
      gone = true;
    };
  }, [language]);
  dayjs.locale(dayLocales[language] ?? 'zh-cn');

  const theme = useMemo(() => antTheme(dark, reduced), [dark, reduced]);
  const themeValue = useMemo(
    () => ({
      choice,
      dark,
      setChoice: (next: ThemeChoice) => {
        storeTheme(next);
        setChoice(next);
      },
    }),
    [choice, dark],
  );
  return (
    <QueryClientProvider client={queryClient}>
      <ThemeContext.Provider value={themeValue}>
        <ConfigProvider
          theme={theme}
          {...(antLocale ? { locale: antLocale } : {})}
          button={{ autoInsertSpace: false }}
          wave={{ disabled: true }}
        >
          {children}
          <Toasts />
        </ConfigProvider>
      </ThemeContext.Provider>
    </QueryClientProvider>
  );
}
