import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { fireEvent, render, screen } from '@testing-library/react';
import { Suspense } from 'react';
import { expect, test, vi } from 'vitest';
import { meQuery, modelQuery, searchQuery } from '@/api/queries';
import { Palette } from './Palette';

const navigate = vi.hoisted(() => vi.fn());
vi.mock('@tanstack/react-router', async (original) => ({ ...(await original<object>()), useNavigate: () => navigate, useRouter: () => ({ navigate }) }));

function open(onClose: () => void, apps: string[] = [], fill: (client: QueryClient) => void = () => {}) {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: Number.POSITIVE_INFINITY } } });
  client.setQueryData(meQuery().queryKey, { apps: apps.map((key) => ({ key, release: 1 })), user: {}, company: {}, can: {} } as never);
  fill(client);
  return render(
    <QueryClientProvider client={client}>
      <Suspense>
        <Palette onClose={onClose} />
      </Suspense>
    </QueryClientProvider>,
  );
}

test('the palette is open at once, Enter goes where the mark is, and a click beside it or the browser closes it', () => {
  const close = vi.fn();
  const outside = document.body.appendChild(document.createElement('button'));
  outside.focus();
  const { unmount } = open(close);
  const dialog = screen.getByRole<HTMLDialogElement>('dialog');
  expect(dialog.open).toBe(true);
  fireEvent.click(screen.getByRole('listbox'));
  expect(close).not.toHaveBeenCalled();
  fireEvent.click(dialog);
  expect(close).toHaveBeenCalledTimes(1);
  fireEvent(dialog, new Event('close'));
  expect(close).toHaveBeenCalledTimes(2);
  fireEvent.keyDown(screen.getByRole('combobox'), { key: 'ArrowDown' });
  fireEvent.keyDown(screen.getByRole('combobox'), { key: 'Enter' });
  expect(navigate).toHaveBeenCalledWith({ to: '/inbox' });
  unmount();
  expect(document.activeElement).toBe(outside);
  outside.remove();
});

test('a record found says what it is, and by which field only where that says more than its title', async () => {
  const app = (key: string, name: string, form: string) => ({ app: key, create: [], definition: { name, forms: [{ key: 'one', name: form, fields: [] }], views: [] } });
  const hit = (id: string, more: object) => ({ id, app: 'crm', form: 'one', title: '华东制造 MES', by: [], ...more });
  open(vi.fn(), ['crm', 'shop'], (client) => {
    client.setQueryData(modelQuery('crm').queryKey, app('crm', '销售', '商机') as never);
    client.setQueryData(modelQuery('shop').queryKey, app('shop', '门店', '单子') as never);
    client.setQueryData(searchQuery('hd').queryKey, [
      hit('a', { number: 'SJ-1', by: [{ field: 'name', name: '名称', text: '华东制造 MES' }] }),
      hit('b', { by: [{ field: 'remark', name: '备注', text: '华东来的' }] }),
    ] as never);
  });
  fireEvent.change(screen.getByRole('combobox'), { target: { value: 'hd' } });
  const found = await screen.findAllByRole('option', { name: /华东制造/ });
  expect(found.map((o) => o.textContent)).toEqual(['华东制造 MES商机 · SJ-1销售', '华东制造 MES商机 · 备注: 华东来的销售']);
});
