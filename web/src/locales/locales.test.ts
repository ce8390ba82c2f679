// @vitest-environment node
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const folder = join(import.meta.dirname, '/');
const languages = ['zh-CN', 'zh-TW', 'en'] as const;
const read = (language: string, file: string) => JSON.parse(readFileSync(join(folder, language, file), 'utf8')) as Record<string, string>;
const slots = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1]).sort();

function sources(at: string): string[] {
  return readdirSync(at).flatMap((name) => {
    const path = join(at, name);
    if (statSync(path).isDirectory()) return sources(path);
    return /\.tsx?$/.test(name) && !/\.test\./.test(name) ? [path] : [];
  });
}

describe('texts', () => {
  const files = readdirSync(join(folder, 'zh-CN')).sort();

  test.each(languages)('%s has the same files', (language) => {
    expect(readdirSync(join(folder, language)).sort()).toEqual(files);
  });

  test.each(files)('%s says the same in every language', (file) => {
    const base = read('zh-CN', file);
    // English tells one from many: its plural forms stand in for the one key of Chinese.
    const plural = (keys: string[]) => [...new Set(keys.map((k) => k.replace(/_(one|other)$/, '')))].sort();
    for (const language of languages) {
      const other = read(language, file);
      expect(plural(Object.keys(other))).toEqual(plural(Object.keys(base)));
      for (const [key, text] of Object.entries(other)) {
        expect(text, `${language} ${key}`).not.toBe('');
        expect(slots(text), `${language} ${key}`).toEqual(slots(base[key] ?? base[key.replace(/_(one|other)$/, '')] ?? base[`${key}_other`] ?? ''));
      }
    }
  });

  test.each(files)('%s counts one thing as one in English', (file) => {
    const en = read('en', file);
    const many = Object.entries(en).filter(([key, text]) => !/_(one|other)$/.test(key) && /\{count\}( [a-z]+)? [a-z]+s\b/.test(text) && !/\{count\} (at|of|is|was)\b/.test(text));
    expect(many.filter(([key]) => !en[`${key}_one`])).toEqual([]);
  });

  test('every text asked for by name exists', () => {
    const missing: string[] = [];
    // Each file of texts is read once, not for every text.
    const known = new Map(files.map((file) => [file, read('zh-CN', file)]));
    for (const path of sources(join(folder, '..'))) {
      const source = readFileSync(path, 'utf8');
      // A file may hold several components; a plain key belongs to the first namespace of one of them.
      const own = [...source.matchAll(/useTranslation\(\s*(?:\[?\s*'(\w+)')?/g)].map((m) => m[1] ?? 'common');
      for (const match of source.matchAll(/\bt\(\s*'([^'$]+)'/g)) {
        const [spaces, key] = match[1]!.includes(':') ? [[match[1]!.split(':')[0]!], match[1]!.split(':')[1]!] : [own, match[1]!];
        const there = spaces.some((ns) => {
          const texts = known.get(`${ns}.json`) ?? {};
          return key in texts || `${key}_other` in texts;
        });
        if (!there) missing.push(`${path.slice(folder.length)} ${spaces.join('|')}:${key}`);
      }
    }
    expect(missing).toEqual([]);
  });
});
