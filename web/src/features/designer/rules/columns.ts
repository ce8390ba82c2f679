import type { Rule, RuleInput, RuleOutput, RuleRow } from '@/model/definition';

/** The two sides of a decision table: what it decides by, and what comes out. */
export type Side = 'in' | 'out';

type Columns = Pick<Rule, 'in' | 'out' | 'rows'>;

const CELLS = { in: 'if', out: 'then' } as const;

/** A table whose columns and cells of a side are changed alike; a row that lacks cells gets empty ones. */
function changed(rule: Columns, side: Side, change: <T>(list: readonly T[], blank: T) => T[], blank: RuleInput | RuleOutput): Columns {
  const columns: readonly (RuleInput | RuleOutput)[] = rule[side] ?? [];
  const cells = CELLS[side];
  const rows = (rule.rows ?? []).map<RuleRow>((row) => ({ ...row, [cells]: change(columns.map((_c, i) => row[cells][i] ?? ''), side === 'in' ? '' : emptyOf(blank)) }));
  return { [side]: change(columns, blank), rows };
}

/** What a new result says until it is written: results are never left out. */
function emptyOf(column: RuleInput | RuleOutput): string {
  return 'type' in column && column.type === 'text' ? "''" : '';
}

export function withColumn(rule: Columns, side: Side, column: RuleInput | RuleOutput): Columns {
  return changed(rule, side, (list, blank) => [...list, blank], column);
}

export function withoutColumn(rule: Columns, side: Side, index: number): Columns {
  return changed(rule, side, (list) => list.toSpliced(index, 1), { key: '' });
}

export function movedColumn(rule: Columns, side: Side, from: number, to: number): Columns {
  return changed(rule, side, (list) => list.toSpliced(from, 1).toSpliced(to, 0, ...list.slice(from, from + 1)), { key: '' });
}
