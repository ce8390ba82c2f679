import { graphlib, layout } from '@dagrejs/dagre';

export interface Size {
  width: number;
  height: number;
}

export interface Arrow {
  from: string;
  to: string;
}

/** Gaps between cards: across, and between the rows of a wrapped line. */
export const GAP = { x: 92, y: 64 } as const;

/**
 * Places cards from left to right by the arrows that lead on, and wraps the line after `columns` cards, as text does. Arrows
 * that lead back take no part. Cards no arrow leads to come last, in the order given. `below` says how much room a row needs
 * under it for the arrows that run there.
 */
export function wrapLayout(
  ids: readonly string[],
  arrows: readonly Arrow[],
  size: Size,
  columns: number,
  below: (row: readonly string[]) => number = () => GAP.y,
): Map<string, { x: number; y: number }> {
  const order = new Map(ids.map((id, i) => [id, i]));
  const on = arrows.filter((a) => (order.get(a.from) ?? Infinity) < (order.get(a.to) ?? -1));
  const linked = new Set(on.flatMap((a) => [a.from, a.to]));
  const graph = new graphlib.Graph();
  graph.setGraph({ rankdir: 'LR', ranker: 'longest-path', nodesep: GAP.y, ranksep: GAP.x });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const id of ids) if (linked.has(id)) graph.setNode(id, { ...size });
  for (const a of on) graph.setEdge(a.from, a.to);
  layout(graph);

  // dagre says which cards share a column; their order in it follows the list, which people know.
  const xs = [...new Set(ids.filter((id) => linked.has(id)).map((id) => graph.node(id).x as number))].sort((a, b) => a - b);
  const columnOf = (id: string) => xs.indexOf(graph.node(id).x as number);
  const ranks: string[][] = xs.map(() => []);
  for (const id of ids) if (linked.has(id)) ranks[columnOf(id)]?.push(id);
  for (const id of ids) if (!linked.has(id)) ranks.push([id]);

  const out = new Map<string, { x: number; y: number }>();
  let top = 0;
  for (let start = 0; start < ranks.length; start += columns) {
    const row = ranks.slice(start, start + columns);
    const deepest = Math.max(...row.map((r) => r.length));
    row.forEach((rank, c) =>
      rank.forEach((id, n) => out.set(id, { x: c * (size.width + GAP.x), y: top + n * (size.height + GAP.y) })),
    );
    top += deepest * (size.height + GAP.y) - GAP.y + below(row.flat());
  }
  return out;
}
