import { QueryClientProvider } from '@tanstack/react-query';
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import i18next from 'i18next';
import { useState } from 'react';
import { initReactI18next } from 'react-i18next';
import { afterEach, beforeAll, expect, it, vi } from 'vitest';
import { queryClient } from '@/api/queries';
import common from '@/locales/zh-CN/common.json';
import record from '@/locales/zh-CN/record.json';
import NoteInput from './NoteInput';
import { callsIn } from './Said';

const users = [{ id: 'mgr.wang', name: '王敏', active: true }, { id: 'x', name: '王敏君', active: true }, { id: 'li', name: 'Li', active: true }];

beforeAll(async () => {
  await i18next.use(initReactI18next).init({ lng: 'zh-CN', defaultNS: 'common', nsSeparator: ':', keySeparator: false, interpolation: { prefix: '{', suffix: '}', escapeValue: false }, resources: { 'zh-CN': { common, record } } });
  queryClient.setQueryData(['users'], users);
});
afterEach(cleanup);

it('finds whom a note calls, by the longest name or by the name they sign in with', () => {
  const marks = (text: string) => callsIn(text, users).map((p) => (p.who ? `[${p.text}]` : p.text)).join('');
  expect(marks('请@王敏看，@王敏君也看')).toBe('请[@王敏]看，[@王敏君]也看');
  expect(marks('ask @mgr.wang. Now')).toBe('ask [@王敏]. Now');
  expect(marks('@Liam @Li')).toBe('@Liam [@Li]');
  expect(marks('a@b.com @')).toBe('a@b.com @');
});

it('offers people after @, also amid a sentence without a space, by name or by the name they sign in with', async () => {
  const onCalled = vi.fn();
  function Box() {
    const [text, setText] = useState('');
    return <NoteInput value={text} onChange={setText} onCalled={onCalled} />;
  }
  render(
    <QueryClientProvider client={queryClient}>
      <Box />
    </QueryClientProvider>,
  );
  const box = screen.getByRole<HTMLTextAreaElement>('textbox', { name: '写笔记' });
  fireEvent.change(box, { target: { value: '请@mgr', selectionStart: 5 } });
  box.setSelectionRange(5, 5);
  fireEvent.keyDown(box, { key: 'r', which: 82 });
  fireEvent.keyUp(box, { key: 'r', which: 82 });
  fireEvent.click(await screen.findByText('王敏'));
  expect(box.value).toBe('请 @王敏 ');
  expect(onCalled).toHaveBeenCalledWith('mgr.wang', '王敏');
});
