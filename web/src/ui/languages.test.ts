import i18next from 'i18next';
import { beforeEach, expect, it } from 'vitest';
import { speak, textsOf } from './languages';

beforeEach(async () => {
  await i18next.init({ lng: 'zh-CN', fallbackLng: false, ns: ['common', 'outside'], defaultNS: 'common', keySeparator: false, resources: { 'zh-CN': { common: { language: '语言' }, outside: { retry: '重试' } } } });
});

it('keeps the language it has without a line, and goes over when the line is back', async () => {
  const noLine = (language: string, ns: string) => (ns === 'outside' ? Promise.reject(new Error('no line')) : textsOf(language, ns));
  await expect(speak('en', noLine)).rejects.toThrow('no line');
  expect(i18next.language).toBe('zh-CN');
  expect(i18next.t('outside:retry')).toBe('重试');
  await speak('en');
  expect(i18next.language).toBe('en');
  expect(i18next.t('common:language')).toBe('Language');
  expect(i18next.t('outside:retry')).toBe('Try again');
});
