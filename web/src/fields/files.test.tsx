import { fireEvent, render, screen, waitFor } from '@testing-library/react';
import { useState } from 'react';
import { expect, test, vi } from 'vitest';
import { Toasts } from '@/ui/toast';
import { FilesInput, MAX_FILE, type FileRef } from './files';

vi.mock('react-i18next', () => ({ useTranslation: () => ({ t: (key: string, values: object = {}) => [key, ...Object.values(values)].join(' '), i18n: { language: 'zh-CN' } }) }));

/** Uploads that wait to be answered, by name. */
const waiting = new Map<string, (ok: boolean) => void>();
vi.mock('@/api/client', async (load) => ({
  ...(await load<typeof import('@/api/client')>()),
  api: {
    upload: (_: string, content: Blob, { query, signal }: { query: { name: string }; signal: AbortSignal }) =>
      new Promise((resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('stopped')));
        waiting.set(query.name, (ok) => (ok ? resolve({ id: query.name, name: query.name, type: 'text/plain', size: content.size, sha256: '' }) : reject(new Error('no'))));
      }),
  },
}));

const held: { value: FileRef[] | null } = { value: null };
function Files({ start = [] as FileRef[] }) {
  const [value, setValue] = useState<unknown>(start);
  return (
    <>
      <FilesInput id="x" field={{ key: 'papers', type: 'attachment', max: 3 }} value={value} onChange={(next) => { held.value = next as FileRef[] | null; setValue(next); }} path="papers" now={{ states: {}, problems: new Map(), warnings: new Map(), data: {} }} invalid={false} pictures={false} />
      <Toasts />
    </>
  );
}

const names = () => held.value?.map((f) => f.id) ?? null;
const choose = (...files: File[]) => fireEvent.change(document.querySelector('input[type=file]')!, { target: { files } });
const file = (name: string, size = 1) => Object.defineProperty(new File(['x'], name), 'size', { value: size });
const arrive = async (name: string, ok = true) => {
  await waitFor(() => expect(waiting.has(name)).toBe(true));
  waiting.get(name)!(ok);
};

test('each file that is not taken is told of, and the others are kept', async () => {
  render(<Files />);
  choose(file('合同.pdf'), file('big.mov', MAX_FILE + 1), file('c.txt'), file('d.txt'));
  await arrive('合同.pdf');
  await arrive('c.txt', false);
  await waitFor(() => expect(names()).toEqual(['合同.pdf']));
  expect(screen.getByRole('alert').textContent?.split('\n')).toEqual(['filesLeftOut 3 d.txt', 'fileTooLarge big.mov 20', 'c.txt: failed']);
});

test('an upload is stopped: what had arrived stays, the rest is not begun', async () => {
  render(<Files />);
  choose(file('one.txt'), file('two.txt'), file('three.txt'));
  await arrive('one.txt');
  await waitFor(() => expect(waiting.has('two.txt')).toBe(true));
  fireEvent.click(screen.getByText('stopUpload'));
  await waitFor(() => expect(names()).toEqual(['one.txt']));
  expect(waiting.has('three.txt')).toBe(false);
  await waitFor(() => expect(screen.queryByText('stopUpload')).toBeNull());
});

test('a file that is removed can be taken back, where it stood', () => {
  render(<Files start={[{ id: 'a', name: 'a' }, { id: 'b', name: 'b' }]} />);
  fireEvent.click(screen.getByLabelText('removeFile a'));
  expect(names()).toEqual(['b']);
  fireEvent.click(screen.getByText('undo'));
  expect(names()).toEqual(['a', 'b']);
});
