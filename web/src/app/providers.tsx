import { QueryClientProvider } from '@tanstack/react-query';
import { App as AntApp, ConfigProvider } from 'antd';
import enUS from 'antd/locale/en_US';
import zhCN from 'antd/locale/zh_CN';
import zhTW from 'antd/locale/zh_TW';
import dayjs from 'dayjs';
import 'dayjs/locale/zh-cn';
import 'dayjs/locale/zh-tw';
import { useEffect, useMemo, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { queryClient } from '@/api/queries';
import { Toasts } from '@/ui/toast';
import { useMedia } from '@/ui/useMedia';
import { ThemeContext } from '@/ui/themeContext';
import { antTheme, storedTheme, storeTheme, type ThemeChoice } from './theme';

const antLocales = { 'zh-CN': zhCN, 'zh-TW': zhTW, en: enUS };
const dayLocales = { 'zh-CN': 'zh-cn', 'zh-TW': 'zh-tw', en: 'en' };

/** Everything that stands around the pages: server state, theme, the component library's language, toasts. */
export function Providers({ children }: { children: ReactNode }) {
  const { i18n } = useTranslation();
  const language = i18n.language as keyof typeof antLocales;
  const [choice, setChoice] = useState<ThemeChoice>(storedTheme);
  const systemDark = useMedia('(prefers-color-scheme: dark)');
  const reduced = useMedia('(prefers-reduced-motion: reduce)');
  const dark = choice === 'dark' || (choice === 'system' && systemDark);

  useEffect(() => {
    document.documentElement.dataset.theme = dark ? 'dark' : 'light';
  }, [dark]);
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
          locale={antLocales[language] ?? zhCN}
          button={{ autoInsertSpace: false }}
          wave={{ disabled: true }}
        >
          <AntApp component={false}>
            {children}
            <Toasts />
          </AntApp>
        </ConfigProvider>
      </ThemeContext.Provider>
    </QueryClientProvider>
  );
}
