import type { RuleRow } from '@/model/definition';

/** A block of cells as spreadsheets put it on the clipboard: tabs between cells, lines between rows, quotes around what holds either. */
export function parseTsv(text: string): string[][] {
  const rows: string[][] = [[]];
  let cell = '';
  let quoted = false;
  const source = text.replaceAll('\r\n', '\n').replaceAll('\r', '\n').replace(/\n$/, '');
  const end = () => {
    (rows.at(-1) as string[]).push(cell);
    cell = '';
  };
  for (let i = 0; i < source.length; i++) {
    const c = source[i] as string;
    if (quoted) {
      if (c !== '"') cell += c;
      else if (source[i + 1] === '"') cell += source[++i];
      else quoted = false;
    } else if (c === '"' && cell === '' && closes(source, i)) quoted = true;
    else if (c === '\t') end();
    else if (c === '\n') {
      end();
      rows.push([]);
    } else cell += c;
  }
  end();
  return rows;
}

/** Whether the quote that opens here is closed before a tab, a line or the end: else it is a letter of the cell. */
function closes(source: string, from: number): boolean {
  for (let i = from + 1; i < source.length; i++) {
    if (source[i] !== '"') continue;
    if (source[i + 1] === '"') i++;
    else return i + 1 === source.length || source[i + 1] === '\t' || source[i + 1] === '\n';
  }
  return false;
}

/** A block of cells for the clipboard. */
export function formatTsv(block: readonly (readonly string[])[]): string {
  return block.map((row) => row.map((c) => (/["\t\n]/.test(c) ? `"${c.replaceAll('"', '""')}"` : c)).join('\t')).join('\n');
}

/** A cell of a decision table: its row, and its column, conditions first, results after them. */
export interface Spot {
  row: number;
  column: number;
}

/** How many columns a table has on either side. */
export interface Shape {
  ins: number;
  outs: number;
}

export function cellAt(rows: readonly RuleRow[], shape: Shape, at: Spot): string {
  const row = rows[at.row];
  return (at.column < shape.ins ? row?.if[at.column] : row?.then[at.column - shape.ins]) ?? '';
}

/** The rows with a block put in from a cell on. Rows are added as the block needs them; columns it has too many are left out. */
export function paste(rows: readonly RuleRow[], shape: Shape, at: Spot, block: readonly (readonly string[])[]): RuleRow[] {
  const out = rows.map((r) => ({ ...r, if: filled(r.if, shape.ins), then: filled(r.then, shape.outs) }));
  block.forEach((cells, i) => {
    const r = at.row + i;
    while (out.length <= r) out.push({ if: filled([], shape.ins), then: filled([], shape.outs) });
    const row = out[r] as RuleRow;
    cells.forEach((text, j) => {
      const c = at.column + j;
      if (c < shape.ins) row.if[c] = text;
      else if (c < shape.ins + shape.outs) row.then[c - shape.ins] = text;
    });
  });
  return out;
}

function filled(list: readonly string[], n: number): string[] {
  return Array.from({ length: n }, (_v, i) => list[i] ?? '');
}

/** The cells between two corners, in rows. */
export function between(a: Spot, b: Spot): { from: Spot; to: Spot } {
  return {
    from: { row: Math.min(a.row, b.row), column: Math.min(a.column, b.column) },
    to: { row: Math.max(a.row, b.row), column: Math.max(a.column, b.column) },
  };
}

export function inside(at: Spot, from: Spot, to: Spot): boolean {
  return at.row >= from.row && at.row <= to.row && at.column >= from.column && at.column <= to.column;
}

/** Where a key leads from a cell, kept within the table; Tab goes on in the next row. Undefined where the table is left. */
export function moved(at: Spot, key: string, shift: boolean, rows: number, columns: number): Spot | undefined {
  const clamp = (row: number, column: number): Spot => ({
    row: Math.max(0, Math.min(rows - 1, row)),
    column: Math.max(0, Math.min(columns - 1, column)),
  });
  switch (key) {
    case 'ArrowUp':
      return clamp(at.row - 1, at.column);
    case 'ArrowDown':
      return clamp(at.row + 1, at.column);
    case 'ArrowLeft':
      return clamp(at.row, at.column - 1);
    case 'ArrowRight':
      return clamp(at.row, at.column + 1);
    case 'Home':
      return clamp(at.row, 0);
    case 'End':
      return clamp(at.row, columns - 1);
    case 'Enter':
      return clamp(at.row + (shift ? -1 : 1), at.column);
    case 'Tab': {
      const n = at.row * columns + at.column + (shift ? -1 : 1);
      return n < 0 || n >= rows * columns ? undefined : { row: Math.floor(n / columns), column: n % columns };
    }
    default:
      return undefined;
  }
}
