import { theme as antd, type ThemeConfig } from 'antd';

/** What the person chose; "system" follows the device. */
export type ThemeChoice = 'system' | 'light' | 'dark';

const light = {
  colorPrimary: '#2f5bea',
  // Hover goes darker: the library's own goes lighter, and words on it fall below 4.5:1.
  colorPrimaryHover: '#274fd6',
  colorPrimaryActive: '#2145bd',
  colorErrorHover: '#b3261e',
  colorLink: '#2f5bea',
  colorSuccess: '#1e8e5a',
  colorWarning: '#b7791f',
  colorError: '#c8372d',
  colorTextBase: '#1b2130',
  colorText: '#1b2130',
  colorTextSecondary: '#5b6475',
  colorTextDescription: '#5b6475',
  colorTextPlaceholder: '#697184',
  colorTextDisabled: '#5b6475',
  colorBorder: '#d5d9e2',
  colorBorderSecondary: '#e7e9ee',
  colorBgContainer: '#ffffff',
  colorBgElevated: '#ffffff',
  colorBgLayout: '#f6f7f9',
  colorBgContainerDisabled: '#f1f3f7',
};

const dark = {
  ...light,
  colorPrimary: '#3f66e0',
  colorPrimaryHover: '#385cd0',
  colorPrimaryActive: '#3153c0',
  colorErrorHover: '#ff8f86',
  colorLink: '#6c8cff',
  colorSuccess: '#3fb57f',
  colorWarning: '#d9a040',
  colorError: '#e5655b',
  colorTextBase: '#e8ebf2',
  colorText: '#e8ebf2',
  colorTextSecondary: '#a6aebf',
  colorTextDescription: '#a6aebf',
  colorTextPlaceholder: '#8d96a8',
  colorTextDisabled: '#a6aebf',
  colorBorder: '#343b4b',
  colorBorderSecondary: '#272d3a',
  colorBgContainer: '#191d26',
  colorBgElevated: '#1e232e',
  colorBgLayout: '#12151c',
  colorBgContainerDisabled: '#212633',
};

/** The Ant Design theme that matches tokens.css. The components' own rules come from antd.css (zeroRuntime). */
export function antTheme(isDark: boolean, reducedMotion: boolean): ThemeConfig {
  return {
    zeroRuntime: true,
    hashed: false,
    cssVar: { key: 'pw', prefix: 'ant' },
    algorithm: isDark ? antd.darkAlgorithm : antd.defaultAlgorithm,
    token: {
      ...(isDark ? dark : light),
      fontFamily: 'var(--font)',
      fontSize: 14,
      borderRadius: 6,
      borderRadiusLG: 8,
      controlHeight: 32,
      motion: !reducedMotion,
      motionDurationSlow: '0.15s',
      motionDurationMid: '0.12s',
      motionDurationFast: '0.08s',
      boxShadow: 'var(--pop)',
      boxShadowSecondary: 'var(--pop)',
    },
    components: {
      Button: { primaryShadow: 'none', defaultShadow: 'none', dangerShadow: 'none' },
    },
  };
}

const storageKey = 'pipewright.theme';

export function storedTheme(): ThemeChoice {
  const value = localStorage.getItem(storageKey);
  return value === 'light' || value === 'dark' ? value : 'system';
}

export function storeTheme(choice: ThemeChoice): void {
  if (choice === 'system') localStorage.removeItem(storageKey);
  else localStorage.setItem(storageKey, choice);
}
