/** Cards that follow each other and are of one kind. */
export interface Run<T> {
  small: boolean;
  cards: T[];
}

/** The cards in their order, tiles and the others in turns. */
export function runsOf<T>(cards: readonly T[], small: (card: T) => boolean): Run<T>[] {
  const out: Run<T>[] = [];
  for (const card of cards) {
    const last = out.at(-1);
    if (last?.small === small(card)) last.cards.push(card);
    else out.push({ small: small(card), cards: [card] });
  }
  return out;
}

/** How many twelfths of the width each of n tiles takes, so that every row is full: at most `most` stand beside each other. */
export function twelfths(n: number, most: number): number[] {
  const rows = Math.ceil(n / most);
  const out: number[] = [];
  for (let row = 0; row < rows; row++) {
    const here = Math.floor((n + row) / rows);
    for (let i = 0; i < here; i++) out.push(12 / here);
  }
  return out;
}

export interface Slot {
  column: 0 | 1;
  top: number;
  height: number;
}

/** Where cards of these heights stand in two columns: each below the shorter one, in their order; the last of the shorter column reaches down to the other's end. */
export function twoColumns(heights: readonly number[], gap: number): Slot[] {
  const ends = [0, 0] as [number, number];
  const lasts: [number, number] = [-1, -1];
  const out = heights.map((height, i): Slot => {
    const column = ends[0] <= ends[1] ? 0 : 1;
    const top = ends[column];
    ends[column] += height + gap;
    lasts[column] = i;
    return { column, top, height };
  });
  const shorter = ends[0] < ends[1] ? 0 : 1;
  const last = out[lasts[shorter]];
  if (last) last.height += Math.abs(ends[0] - ends[1]);
  return out;
}
