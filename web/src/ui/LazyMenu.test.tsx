import { fireEvent, render, screen } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import { LazyMenu } from './LazyMenu';
// Loaded before, so that no test waits for it.
import './menu';

test('a menu opens with the first press, though its code comes with it', async () => {
  const chosen = vi.fn();
  render(
    <LazyMenu menu={{ items: [{ key: 'one', label: 'One', onClick: chosen }] }}>
      <button type="button">More</button>
    </LazyMenu>,
  );
  const button = screen.getByRole('button', { name: 'More' });
  expect(button.getAttribute('aria-haspopup')).toBe('menu');
  expect(screen.queryByRole('menuitem')).toBeNull();
  fireEvent.click(button);
  fireEvent.click(await screen.findByRole('menuitem', { name: 'One' }));
  expect(chosen).toHaveBeenCalledTimes(1);
});
