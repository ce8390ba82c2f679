/** A place in the grid: the row's subject and the month. */
export function cellKey(subject: string, month: string): string {
  return `${subject}|${month}`;
}

const units: Record<string, number> = { 万: 4, 萬: 4, w: 4, k: 3, 千: 3, m: 6, 亿: 8, 億: 8 };

/**
 * What somebody typed or pasted as a figure: "1,200,000.50", "¥ 120万", "３00". "" is no figure, null what cannot be read.
 * Exact: digits are moved, never computed as floats.
 */
export function parseFigure(text: string): string | null {
  const plain = text.normalize('NFKC').replace(/[\s,，¥￥$€£'’]/g, '').replace(/^(CNY|RMB|NT|HK|US)/i, '');
  if (plain === '' || plain === '-' || plain === '–') return '';
  const match = /^(\d*)(?:\.(\d*))?([万萬wk千m亿億]?)(?:元)?$/i.exec(plain);
  if (!match) return null;
  const [, whole = '', fraction = '', unit = ''] = match;
  if (whole === '' && fraction === '') return null;
  const shift = units[unit.toLowerCase()] ?? 0;
  const digits = fraction.padEnd(shift, '0');
  const head = (whole + digits.slice(0, shift)).replace(/^0+(?=\d)/, '') || '0';
  const tail = digits.slice(shift).replace(/0+$/, '');
  return tail ? `${head}.${tail}` : head;
}

/** A block copied from a spreadsheet: lines of cells apart by tabs. Cells in quotes may hold line breaks. */
export function parseBlock(text: string): string[][] {
  const rows: string[][] = [[]];
  let cell = '';
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const c = text[i] ?? '';
    if (quoted) {
      if (c !== '"') cell += c;
      else if (text[i + 1] === '"') {
        cell += '"';
        i++;
      } else quoted = false;
    } else if (c === '"' && cell === '') quoted = true;
    else if (c === '\t' || c === '\n') {
      rows.at(-1)?.push(cell);
      cell = '';
      if (c === '\n') rows.push([]);
    } else if (c !== '\r') cell += c;
  }
  if (cell !== '' || (rows.at(-1)?.length ?? 0) > 0) rows.at(-1)?.push(cell);
  else rows.pop();
  return rows;
}

/** Where a key takes the cursor; undefined when it does not move. Inside a text, left and right move the caret until it is at the end. */
export function moveBy(key: string, shift: boolean, at: [number, number], size: [number, number], caret: { start: boolean; end: boolean }): [number, number] | undefined {
  const [row, col] = at;
  const [rows, cols] = size;
  switch (key) {
    case 'ArrowUp':
      return row > 0 ? [row - 1, col] : undefined;
    case 'ArrowDown':
      return row < rows - 1 ? [row + 1, col] : undefined;
    case 'Enter': {
      const next = shift ? row - 1 : row + 1;
      return next >= 0 && next < rows ? [next, col] : undefined;
    }
    case 'ArrowLeft':
      return caret.start && col > 0 ? [row, col - 1] : undefined;
    case 'ArrowRight':
      return caret.end && col < cols - 1 ? [row, col + 1] : undefined;
    default:
      return undefined;
  }
}
