import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { fireEvent, render, screen } from '@testing-library/react';
import { Suspense } from 'react';
import { expect, test, vi } from 'vitest';
import { meQuery } from '@/api/queries';
import { Palette } from './Palette';

const navigate = vi.hoisted(() => vi.fn());
vi.mock('@tanstack/react-router', async (original) => ({ ...(await original<object>()), useNavigate: () => navigate, useRouter: () => ({ navigate }) }));

function open(onClose: () => void) {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: Number.POSITIVE_INFINITY } } });
  client.setQueryData(meQuery().queryKey, { apps: [], user: {}, company: {}, can: {} } as never);
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
