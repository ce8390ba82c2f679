import { expect, test } from 'vitest';
import { marked } from './marked';

const show = (text: string, asked: string) => marked(text, asked).map((p) => (p.hit ? `[${p.text}]` : p.text)).join('');

test('marks what was asked for', () => {
  expect(show('中国移动 Acme 项目', 'acme 移动')).toBe('中国[移动] [Acme] 项目');
  expect(show('中国移动', 'zgyd')).toBe('中国移动');
  expect(show('aaa', 'a aa')).toBe('[aa][a]');
  expect(show('abc', '  ')).toBe('abc');
  expect(show('', 'a')).toBe('');
  expect(show('İstanbul', 'stan')).toBe('İstanbul');
});
