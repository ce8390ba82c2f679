import { afterEach, expect, test, vi } from 'vitest';
import { keepFocus } from './keepFocus';

afterEach(() => {
  document.body.innerHTML = '';
  vi.restoreAllMocks();
});

/** Lets the observer of what is taken away have its turn. */
const taken = () => Promise.resolve();

function page() {
  // Nothing has a size here; what is there is in sight.
  vi.spyOn(Element.prototype, 'getClientRects').mockReturnValue([{}] as unknown as DOMRectList);
  document.body.innerHTML = '<main><button id="open"></button><button id="row"></button></main>';
  const dialog = document.createElement('div');
  dialog.className = 'ant-modal-wrap';
  dialog.innerHTML = '<button id="close"></button>';
  const at = (id: string) => document.getElementById(id)!;
  return { at, dialog };
}

test('the focus goes back to where it was when a dialog is taken away', async () => {
  const { at, dialog } = page();
  const end = keepFocus();
  at('open').focus();
  document.body.append(dialog);
  at('close').focus();
  at('row').focus(); // by Tab, for a moment
  at('close').focus();
  dialog.remove();
  await taken();
  expect(document.activeElement?.id).toBe('open');
  end();
});

test('what is gone itself is passed over, and a focus that stands elsewhere stays', async () => {
  const { at, dialog } = page();
  const end = keepFocus();
  at('open').focus();
  at('row').focus();
  document.body.append(dialog);
  at('close').focus();
  at('row').remove();
  dialog.remove();
  await taken();
  expect(document.activeElement?.id).toBe('open');
  const other = document.createElement('div');
  document.body.append(other);
  const input = document.createElement('input');
  document.querySelector('main')!.append(input);
  input.focus();
  other.remove();
  await taken();
  expect(document.activeElement).toBe(input);
  end();
});
