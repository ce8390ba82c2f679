import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import type { FieldStates } from '@/api/types';
import type { InputProps } from '@/fields/kind';
import { kindOf } from '@/fields/registry';
import type { Definition, Form } from '@/model/definition';
import { FormSections } from './FormFields';
import type { FormState } from './useForm';

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

const form: Form = {
  key: 'quote',
  name: 'Quote',
  fields: [
    { key: 'title', type: 'text' },
    { key: 'note', type: 'text' },
    { key: 'lines', type: 'table', fields: [{ key: 'code', type: 'text' }, { key: 'memo', type: 'text' }] },
  ],
};
const definition: Definition = { spec: 'pipewright/1', key: 'a', name: 'A', forms: [form] };
const nothing = () => {};

function stateWith(part: Partial<FormState>): FormState {
  return {
    data: {}, states: {}, sections: {}, problems: new Map(), others: new Map(), warnings: new Map(), general: [], cautions: [], dirty: new Set(), pending: false, here: new Set(), offline: false, ready: true,
    set: nothing, showAll: nothing, refuse: nothing, changes: () => ({}), settle: () => Promise.resolve(false), accept: nothing, ...part,
  };
}

const shown = (state: FormState) => <FormSections app="a" definition={definition} form={form} state={state} />;

test('a keystroke renders the field and the cell it changed and no other', () => {
  const kind = kindOf('text');
  const { Input } = kind;
  const drawn: string[] = [];
  kind.Input = (props: InputProps) => {
    drawn.push(props.path);
    return <Input {...props} />;
  };
  try {
    const rows = [{ code: 'A', memo: 'x' }, { code: 'B', memo: 'y' }];
    const states: FieldStates = {};
    const before = { title: 'T', note: 'N', lines: rows };
    const { rerender } = render(shown(stateWith({ data: before, states })));
    expect(drawn.toSorted()).toEqual(['lines[0].code', 'lines[0].memo', 'lines[1].code', 'lines[1].memo', 'note', 'title']);
    drawn.length = 0;
    rerender(shown(stateWith({ data: { ...before, note: 'N2' }, states, pending: true })));
    expect(drawn).toEqual(['note']);
    drawn.length = 0;
    rerender(shown(stateWith({ data: { ...before, note: 'N2', lines: [rows[0]!, { ...rows[1]!, memo: 'z' }] }, states })));
    expect(drawn).toEqual(['lines[1].memo']);
  } finally {
    kind.Input = Input;
  }
});

test('a warning stands calmly under its field, in a row under its cell, and over the form when it belongs to none', () => {
  render(
    shown(
      stateWith({
        data: { title: 'T', lines: [{ code: 'A' }] },
        warnings: new Map([['title', 'Look at the title'], ['lines[0].code', 'Look at the code']]),
        cautions: ['Look at the whole'],
      }),
    ),
  );
  const title = screen.getByDisplayValue('T');
  const words = screen.getByText('Look at the title');
  expect(words.closest('[role="alert"]')).toBeNull();
  expect(title.getAttribute('aria-describedby')?.split(' ')).toContain(words.id);
  expect(title.getAttribute('aria-invalid')).toBeNull();
  const cell = screen.getByDisplayValue('A');
  expect(cell.getAttribute('aria-describedby')).toBe(screen.getByText('Look at the code').id);
  expect(screen.getByText('Look at the whole').getAttribute('role')).toBe('status');
});

test('a computed value that the server has still to say is marked until it does; one that the browser computed is not', () => {
  const priced: Form = { ...form, fields: [{ key: 'qty', type: 'number', calc: '4 + 4' }, { key: 'rate', type: 'number', calc: "decide('rates').rate" }] };
  const here = new Set(['qty']);
  const page = (pending: boolean) => <FormSections app="a" definition={{ ...definition, forms: [priced] }} form={priced} state={stateWith({ data: { qty: '8', rate: '7' }, pending, here })} />;
  const { rerender } = render(page(true));
  expect(screen.getByText('7').className).toContain('pending');
  expect(screen.getByText('8').className).not.toContain('pending');
  rerender(page(false));
  expect(screen.getByText('7').className).not.toContain('pending');
});
