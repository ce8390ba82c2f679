import { act, cleanup, renderHook, waitFor } from '@testing-library/react';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { api } from '@/api/client';
import type { Evaluated, RecordFull } from '@/api/types';
import type { Form } from '@/model/definition';
import { mayDoubt, toldAgain } from './doubts';
import { useForm } from './useForm';

// The server's evaluation alone: the app's model, which the browser's rules need, never comes.
beforeEach(() => void vi.spyOn(api, 'get').mockReturnValue(new Promise(() => {})));

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

const form: Form = { key: 'account', name: 'Account', fields: [{ key: 'code', type: 'idcode' }, { key: 'other', type: 'text' }] };
const free = { visible: true, required: false, readOnly: false };
const answer: Evaluated = {
  data: { code: '91350100M000100Y44' },
  fields: { code: free, other: free },
  sections: {},
  problems: [
    { path: '/data/code', code: 'code.checksum', message: 'The check character is wrong', severity: 'warning' },
    { path: '/data/other', code: 'check.failed', message: 'Look at the other', severity: 'warning' },
    { path: '/data', code: 'check.failed', message: 'Look at the whole', severity: 'warning' },
  ],
};

function around({ children }: { children: ReactNode }) {
  return <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { enabled: false } } })}>{children}</QueryClientProvider>;
}

test('warnings show where the person was, stand in nobody\'s way, and outlive a save', async () => {
  vi.spyOn(api, 'post').mockResolvedValue(answer);
  const { result } = renderHook(() => useForm({ app: 'a', form }), { wrapper: around });
  await waitFor(() => expect(result.current.ready).toBe(true));
  act(() => result.current.set('code', '91350100M000100Y44'));
  let stands = true;
  await act(async () => {
    stands = await result.current.settle();
  });
  expect(stands).toBe(false);
  expect(result.current.problems.size).toBe(0);
  expect([...result.current.warnings]).toEqual([['code', 'The check character is wrong']]);
  expect(result.current.cautions).toEqual(['Look at the whole']);
  expect(result.current.general).toEqual([]);
  const saved = { data: answer.data, fields: answer.fields, sections: {}, rev: 2 } as unknown as RecordFull;
  act(() => result.current.accept(saved, { code: '91350100M000100Y44' }));
  expect(result.current.warnings.has('code')).toBe(true);
  expect(result.current.dirty.size).toBe(0);
});

test('an answer that says the same leaves every piece of the form as it was', async () => {
  const post = vi.spyOn(api, 'post').mockImplementation(() => Promise.resolve(structuredClone(answer)));
  const { result } = renderHook(() => useForm({ app: 'a', form }), { wrapper: around });
  await waitFor(() => expect(result.current.ready).toBe(true));
  act(() => result.current.set('code', '91350100M000100Y44'));
  await act(async () => void (await result.current.settle()));
  act(() => result.current.set('other', 'w'));
  await act(async () => void (await result.current.settle()));
  const before = result.current;
  act(() => result.current.set('other', 'x'));
  expect(result.current.problems).toBe(before.problems);
  expect(result.current.warnings).toBe(before.warnings);
  expect(result.current.dirty).toBe(before.dirty);
  await act(async () => void (await result.current.settle()));
  expect(post.mock.calls.length).toBeGreaterThan(2);
  expect(result.current.states).toBe(before.states);
  expect(result.current.sections).toBe(before.sections);
});

test('a saved record that may be doubtful is opened with its warnings, wherever the person was; a form that never warns asks nothing', async () => {
  const post = vi.spyOn(api, 'post').mockImplementation(() => Promise.resolve(structuredClone(answer)));
  const record = { id: 'r1', release: 1, rev: 1, data: answer.data, fields: answer.fields, sections: {} } as unknown as RecordFull;
  const { result } = renderHook(() => useForm({ app: 'a', form, record }), { wrapper: around });
  await waitFor(() => expect([...result.current.warnings.keys()]).toEqual(['code', 'other']));
  expect(result.current.cautions).toEqual(['Look at the whole']);
  expect(result.current.pending).toBe(false);
  expect(post).toHaveBeenCalledTimes(1);
  // A code is doubted as it is read: the server is told it again, unless the person may not change it.
  expect(post.mock.calls[0]![1]).toEqual({ id: 'r1', data: { code: '91350100M000100Y44' } });
  expect(toldAgain(form, { code: { ...free, readOnly: true } })).toEqual([]);
  expect(toldAgain(form, { code: { ...free, masked: true } })).toEqual([]);
  const plain: Form = { key: 'plain', name: 'Plain', fields: [{ key: 'other', type: 'text' }] };
  renderHook(() => useForm({ app: 'a', form: plain, record }), { wrapper: around });
  expect(post).toHaveBeenCalledTimes(1);
});

test.each<[string, Partial<Form>]>([
  ['a check', { checks: [{ key: 'k', if: 'true', message: 'M', mode: 'warn' }] }],
  ['a unique rule', { unique: [{ key: 'u', on: ['other'], mode: 'warn' }] }],
  ['a check of a row', { fields: [{ key: 'rows', type: 'table', checks: [{ key: 'k', if: 'true', message: 'M', mode: 'warn' }], fields: [] }] }],
])('%s that only warns makes a form doubtful', (_, part) => {
  const plain: Form = { key: 'plain', name: 'Plain', fields: [{ key: 'other', type: 'text' }] };
  expect(mayDoubt(plain)).toBe(false);
  expect(mayDoubt({ ...plain, ...part })).toBe(true);
});
