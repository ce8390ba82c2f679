import { useCallback, useLayoutEffect, useMemo, useRef } from 'react';
import type { Data } from '@/api/types';
import { isComputed, type Field } from '@/model/definition';
import { addDecimals, isMoney } from '@/ui/format';
import { stateOf, unknownNow, useFieldEnv, type InputProps } from './kind';

export function rowsOf(value: unknown): Data[] {
  return Array.isArray(value) ? (value as Data[]) : [];
}

/** The exact sum of a computed money column, when all rows have the same currency. */
export function columnSum(rows: readonly Data[], key: string): { amount: string; currency: string } | undefined {
  const amounts = rows.map((r) => r[key]).filter(isMoney);
  const currency = amounts[0]?.currency;
  if (!currency || amounts.some((a) => a.currency !== currency)) return undefined;
  return { amount: addDecimals(amounts.map((a) => a.amount)), currency };
}

/**
 * What both faces of a table do to its rows. The functions stay the same from one keystroke to the next, so that of a large table only the
 * cells that changed are rendered.
 */
export function useRows({ field, value, onChange, onLeave, path, disabled, now = unknownNow }: InputProps) {
  const { readOnly } = useFieldEnv();
  const { states, problems, warnings } = now;
  const rows = rowsOf(value);
  const hidden = (field.fields ?? []).filter((c) => !stateOf(states, `${path}.${c.key}`).visible).map((c) => c.key).join(' ');
  const columns = useMemo(() => (field.fields ?? []).filter((c) => !hidden.split(' ').includes(c.key)), [field, hidden]);
  const locked = Boolean(disabled) || readOnly;
  const newest = useRef({ rows, onChange, onLeave });
  useLayoutEffect(() => {
    newest.current = { rows, onChange, onLeave };
  });
  const change = useCallback((next: Data[] | null) => {
    // Two changes may come before the next rendering: the second starts from the first.
    newest.current.rows = next ?? [];
    newest.current.onChange(next);
  }, []);
  return {
    rows,
    columns,
    locked,
    states,
    problems,
    warnings,
    set: useCallback((index: number, column: string, next: unknown) => change(newest.current.rows.map((r, i) => (i === index ? { ...r, [column]: next } : r))), [change]),
    add: useCallback(() => change([...newest.current.rows, {}]), [change]),
    remove: useCallback(
      (index: number) => {
        const { rows: all } = newest.current;
        change(all.length === 1 ? null : all.filter((_, i) => i !== index));
        newest.current.onLeave?.();
      },
      [change],
    ),
    cellLocked: (index: number, column: Field) =>
      locked || isComputed(column) || stateOf(states, `${path}[${index}].${column.key}`, `${path}.${column.key}`).readOnly,
  };
}
