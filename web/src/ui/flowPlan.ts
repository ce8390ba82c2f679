import type { Definition, Process, Stage, Transition } from '@/model/definition';
import { leadsBack, sources } from '@/model/questions';
import { GAP, wrapLayout } from './flowLayout';

/** The cards of stages, and the stubs of what leads there from any stage. */
export const CARD = { width: 188, height: 132 } as const;
export const STUB = { width: 188, height: 26 } as const;

/** Lines between two rows run one below the other, this far apart. */
const LANE = 26;

export type Side = 'left' | 'right' | 'top' | 'bottom';
export interface Point {
  x: number;
  y: number;
}

/** The arrow between two stages; transitions of the same two stages share one. */
export interface Pair {
  id: string;
  from: string;
  to: string;
  list: Transition[];
  back: boolean;
}

export interface PlannedArrow extends Pair {
  out: Side;
  in: Side;
  /** The height at which its level part runs; without one it goes between neighbours, its names above it. */
  lane?: number;
}

/** "Any open stage → lost" is one stub, not a line from every stage. */
export interface PlannedStub extends Point {
  id: string;
  transition: Transition;
}

export interface FlowPlan {
  places: Map<string, Point>;
  arrows: PlannedArrow[];
  stubs: PlannedStub[];
  /** Changes when the automatic layout places the cards anew. */
  layout: string;
}

function pairsOf(process: Process): Pair[] {
  const pairs = new Map<string, Pair>();
  for (const x of process.transitions ?? []) {
    if (x.from.includes('*') || !process.stages.some((s) => s.key === x.to)) continue;
    for (const from of sources(process, x.from, x.to)) {
      if (from === x.to) continue;
      const id = `${from}>${x.to}`;
      const pair = pairs.get(id) ?? { id, from, to: x.to, list: [], back: leadsBack(process, from, x.to) };
      pair.list.push(x);
      pairs.set(id, pair);
    }
  }
  return [...pairs.values()];
}

/** Which sides an arrow leaves and enters by. */
function sides(from: Point, to: Point, back: boolean): { out: Side; in: Side } {
  const sameRow = Math.abs(from.y - to.y) < CARD.height / 2;
  if (sameRow && !back && to.x > from.x && to.x - from.x < 2 * CARD.width + GAP.x) return { out: 'right', in: 'left' };
  if (sameRow) return { out: 'bottom', in: 'bottom' };
  return to.y > from.y ? { out: 'bottom', in: 'top' } : { out: 'top', in: 'bottom' };
}

/** The y of the row whose lower side an arrow's level part runs along; undefined for arrows between neighbours. */
function corridor(from: Point, to: Point, back: boolean): number | undefined {
  return sides(from, to, back).out === 'right' ? undefined : Math.min(from.y, to.y);
}

/** Where the cards stand: where they were put, else by the automatic layout, with room for the lines between the rows. */
function placesOf(process: Process, pairs: readonly Pair[], columns: number, own: NonNullable<Definition['layout']>[string] | undefined) {
  const ids = process.stages.map((s) => s.key);
  const first = wrapLayout(ids, pairs, CARD, columns);
  const stubs = new Set((process.transitions ?? []).filter((t) => t.from.includes('*')).map((t) => t.to));
  const tops = [...new Set([...first.values()].map((p) => p.y))].sort((a, b) => a - b);
  const room = (row: readonly string[]) => {
    const y = Math.max(...row.map((id) => first.get(id)?.y ?? 0));
    const lanes = pairs.filter((p) => {
      const a = first.get(p.from);
      const b = first.get(p.to);
      return a && b && corridor(a, b, p.back) === y;
    }).length;
    const next = tops.find((t) => t > y);
    const pointed = next !== undefined && ids.some((id) => first.get(id)?.y === next && stubs.has(id));
    return Math.max(GAP.y, 26 + lanes * LANE + 14) + (pointed ? 34 : 0);
  };
  const auto = wrapLayout(ids, pairs, CARD, columns, room);
  const places = new Map<string, Point>(ids.map((id) => [id, own?.[id] ?? auto.get(id) ?? { x: 0, y: 0 }]));
  return { places, layout: [...auto.values()].map((p) => `${p.x},${p.y}`).join(' ') };
}

/** Where everything on the picture of a process stands. */
export function planFlow(process: Process, own: NonNullable<Definition['layout']>[string] | undefined, columns: number): FlowPlan {
  const pairs = pairsOf(process);
  const { places, layout } = placesOf(process, pairs, columns, own);
  const stubs: PlannedStub[] = [];
  for (const x of process.transitions ?? []) {
    const target = places.get(x.to);
    if (!target || !x.from.includes('*')) continue;
    const n = stubs.filter((s) => s.transition.to === x.to).length;
    stubs.push({ id: `*${x.to} ${x.key}`, x: target.x, y: target.y - 54 - n * 32, transition: x });
  }
  const lanes = new Map<number, number>();
  const arrows: PlannedArrow[] = [];
  for (const pair of pairs) {
    const a = places.get(pair.from);
    const b = places.get(pair.to);
    if (!a || !b) continue;
    const row = corridor(a, b, pair.back);
    const n = row === undefined ? 0 : (lanes.get(row) ?? 0);
    if (row !== undefined) lanes.set(row, n + 1);
    arrows.push({ ...pair, ...sides(a, b, pair.back), ...(row === undefined ? {} : { lane: row + CARD.height + 26 + n * LANE }) });
  }
  return { places, arrows, stubs, layout };
}

/** A stage's hue: its own, by its end, else by its place. A name of the palette (stage-1, stage-won), or a colour. */
export function hueOf(stage: Stage, index: number): string {
  if (stage.color) return /^\d$/.test(stage.color) ? `stage-${stage.color}` : stage.color;
  if (stage.end === 'won' || stage.end === 'done') return 'stage-won';
  if (stage.end === 'lost' || stage.end === 'cancelled') return 'stage-lost';
  return `stage-${(index % 7) + 1}`;
}
