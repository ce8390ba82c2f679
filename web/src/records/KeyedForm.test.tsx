import { fireEvent, render, screen } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import { KeyedForm } from './KeyedForm';

test('Enter in an input sends nothing; Ctrl+Enter and ⌘Enter do, and not while an input method composes', () => {
  const send = vi.fn();
  const { container } = render(
    <KeyedForm onSend={send}>
      <input aria-label="name" />
    </KeyedForm>,
  );
  const name = screen.getByLabelText('name');
  fireEvent.keyDown(name, { key: 'Enter' });
  const submitted = new Event('submit', { bubbles: true, cancelable: true });
  fireEvent(container.querySelector('form')!, submitted);
  expect(submitted.defaultPrevented).toBe(true);
  fireEvent.keyDown(name, { key: 'Enter', ctrlKey: true, isComposing: true });
  expect(send).not.toHaveBeenCalled();
  fireEvent.keyDown(name, { key: 'Enter', ctrlKey: true });
  fireEvent.keyDown(name, { key: 'Enter', metaKey: true });
  expect(send).toHaveBeenCalledTimes(2);
});
