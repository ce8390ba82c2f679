import { fireEvent, render, screen } from '@testing-library/react';
import { useState } from 'react';
import { describe, expect, test, vi } from 'vitest';
import { FIELD_TYPES, type Field } from '@/model/definition';
import { instantOf } from './datetime';
import { readDecimal } from './DecimalInput';
import { kindOf, kinds } from './registry';
import { columnSum } from './table';

vi.mock('react-i18next', () => ({ useTranslation: () => ({ t: (key: string) => key, i18n: { language: 'zh-CN' } }) }));

test('every field type has a kind, in the order of the palette', () => {
  expect(kinds.map((k) => k.type)).toEqual([...FIELD_TYPES]);
});

test.each([
  ['1,234.50', '1234.50'], ['１２．５', '12.5'], ['−3', '-3'], ['007', '7'], ['.5', '0.5'], ['12.', '12'], ['abc', undefined], ['', undefined], ['1e5', undefined], ['--1', undefined],
])('readDecimal %s', (typed, want) => expect(readDecimal(typed)).toBe(want));

test.each([
  ['2026-11-24T14:20', 'Asia/Shanghai', '2026-11-24T06:20:00.000Z'],
  ['2026-07-01T09:00', 'America/New_York', '2026-07-01T13:00:00.000Z'],
  ['2026-11-01T12:00', 'America/New_York', '2026-11-01T17:00:00.000Z'],
])('instantOf %s in %s', (local, zone, want) => expect(instantOf(local, zone)).toBe(want));

test('a column sums only one currency', () => {
  const cny = (amount: string) => ({ net: { amount, currency: 'CNY' } });
  expect(columnSum([cny('256000.00'), cny('88000.10'), {}], 'net')).toEqual({ amount: '344000.10', currency: 'CNY' });
  expect(columnSum([cny('1'), { net: { amount: '1', currency: 'USD' } }], 'net')).toBeUndefined();
  expect(columnSum([], 'net')).toBeUndefined();
});

function Typing({ field, start, seen }: { field: Field; start: unknown; seen: (value: unknown) => void }) {
  const [value, setValue] = useState<unknown>(start);
  const { Input } = kindOf(field.type);
  return (
    <Input
      id="x"
      field={field}
      value={value}
      onChange={(next) => {
        setValue(next);
        seen(next);
      }}
      path={field.key}
      label={field.key}
    />
  );
}

describe('typing', () => {
  const cases: [string, Field, unknown, string, unknown][] = [
    ['a number is a decimal string', { key: 'qty', type: 'number' }, '1', '2.50', '2.50'],
    ['an emptied number is null', { key: 'qty', type: 'number' }, '1', '', null],
    ['what is no number is left to the server to refuse', { key: 'qty', type: 'number' }, '1', '2x', '2x'],
    ['percent is typed as percent and kept as a fraction', { key: 'off', type: 'percent' }, '0.1', '16.7', '0.167'],
    ['money takes the app\u2019s currency', { key: 'amount', type: 'money', currency: 'USD' }, null, '12', { amount: '12', currency: 'USD' }],
    ['money keeps the currency it has', { key: 'amount', type: 'money' }, { amount: '1.00', currency: 'JPY' }, '2', { amount: '2', currency: 'JPY' }],
    ['an emptied text is null', { key: 'name', type: 'text' }, 'a', '', null],
  ];
  test.each(cases)('%s', (_, field, start, typed, want) => {
    const seen = vi.fn();
    render(<Typing field={field} start={start} seen={seen} />);
    const input = screen.getByLabelText(field.key);
    fireEvent.focus(input);
    fireEvent.change(input, { target: { value: typed } });
    expect(seen).toHaveBeenLastCalledWith(want);
  });

  test('a number is grouped while it is read and plain while it is edited', () => {
    render(<Typing field={{ key: 'qty', type: 'number' }} start="1234567.5" seen={() => {}} />);
    const input = screen.getByLabelText<HTMLInputElement>('qty');
    expect(input.value).toBe('1,234,567.5');
    fireEvent.focus(input);
    expect(input.value).toBe('1234567.5');
  });
});
