import { render, screen } from '@testing-library/react';
import { expect, test } from 'vitest';
import type { Field } from '@/model/definition';
import './registry';
import { TableGrid } from './TableGrid';

const field = { key: 'lines', type: 'table', name: 'Lines', fields: [{ key: 'count', type: 'text', name: 'Count', required: true }] } as unknown as Field;

test('a column that must be filled in says so only where it can be', () => {
  const heading = (disabled: boolean) => {
    const { unmount } = render(<TableGrid id="lines" field={field} value={[{ count: '1' }]} disabled={disabled} path="lines" onChange={() => {}} />);
    const text = screen.getByRole('columnheader', { name: /Count/ }).textContent;
    unmount();
    return text;
  };
  expect(heading(true)).toBe('Count');
  expect(heading(false)).toBe('Count *');
});
