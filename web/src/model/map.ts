import { type Action, type Definition, type Text } from './definition';
import { formOfAutomation } from './references';

/** A process that is begun by another: where it comes from, where it goes, and what says so. */
export interface HandOver {
  automation: string;
  from: string;
  /** The stage it is handed over in; undefined when no one stage says so. */
  stage: string | undefined;
  to: string;
}

/** Every hand-over from a process of the app to a process of the app, in the order of the automations. */
export function handOvers(def: Definition): HandOver[] {
  const processes = def.processes ?? [];
  const out: HandOver[] = [];
  for (const a of def.automations ?? []) {
    const form = formOfAutomation(def, a);
    const from = processes.find((p) => p.form === form);
    if (!from) continue;
    const [, key] = (a.on?.stage ?? a.on?.transition ?? a.on?.due ?? a.on?.idle ?? '').split('.');
    const stage = a.on?.transition === undefined ? key : from.transitions?.find((t) => t.key === key)?.to;
    for (const start of starts(a.do ?? [])) {
      const to = processes.find((p) => (start.process === undefined ? p.form === start.form : p.key === start.process));
      if (!to || to.key === from.key) continue;
      const known = from.stages.some((s) => s.key === stage) ? stage : undefined;
      if (!out.some((h) => h.from === from.key && h.stage === known && h.to === to.key)) out.push({ automation: a.key, from: from.key, stage: known, to: to.key });
    }
  }
  return out;
}

function starts(actions: readonly Action[]): NonNullable<Action['start']>[] {
  return actions.flatMap((a) => [...(a.start ? [a.start] : []), ...starts(a.do ?? []), ...starts(a.then ?? []), ...starts(a.else ?? [])]);
}

/** The measures of the map, in pixels. */
export const MAP = { left: 196, chip: 92, step: 104, lane: 52, gutter: 44, right: 36 } as const;

export interface MapLine {
  hand: HandOver;
  points: readonly (readonly [number, number])[];
  /** Where its name stands. */
  label: readonly [number, number];
  /** It leads back to a process further up. */
  back: boolean;
}

export interface MapPlan {
  width: number;
  height: number;
  lines: MapLine[];
}

/** Lays the hand-overs out between the lanes: they run in the gutters and, past other lanes, along the right side, each on a track of its own. */
export function planMap(def: Definition): MapPlan {
  const processes = def.processes ?? [];
  const hands = handOvers(def);
  const columns = Math.max(1, ...processes.map((p) => p.stages.length));
  const edge = MAP.left + columns * MAP.step;
  const pitch = MAP.lane + MAP.gutter;
  const top = (lane: number) => MAP.gutter + lane * pitch;
  const middle = (index: number) => MAP.left + index * MAP.step + MAP.chip / 2;
  const used = new Map<number, number>();
  const track = (gutter: number) => {
    const n = used.get(gutter) ?? 0;
    used.set(gutter, n + 1);
    return top(gutter) - MAP.gutter + 12 + (n % 3) * 10;
  };
  let side = 0;
  const lines = hands.map<MapLine>((hand) => {
    const a = processes.findIndex((p) => p.key === hand.from);
    const b = processes.findIndex((p) => p.key === hand.to);
    const index = processes[a]?.stages.findIndex((s) => s.key === hand.stage) ?? -1;
    const count = hands.filter((h) => h.to === hand.to).indexOf(hand);
    const x1 = middle(index < 0 ? 0 : index) + (index < 0 ? -24 : 0);
    const x2 = middle(0) + Math.min(3, count) * 14 - 14;
    const y1 = top(a) + MAP.lane - 8;
    const y2 = top(b) + 8;
    const nth = used.get(a + 1) ?? 0;
    const out = track(a + 1);
    if (b === a + 1) return { hand, back: false, label: [(x1 + x2) / 2, out], points: [[x1, y1], [x1, out], [x2, out], [x2, y2]] };
    const right = edge + 12 + side++ * 10;
    const into = track(b);
    // The names on tracks next to each other stand apart.
    return { hand, back: b < a, label: [x1 + (right - x1) * (nth % 2 === 0 ? 0.3 : 0.7), out], points: [[x1, y1], [x1, out], [right, out], [right, into], [x2, into], [x2, y2]] };
  });
  const width = edge + 24 + side * 10 + MAP.right;
  return { width, height: MAP.gutter + processes.length * pitch, lines: apart(lines, (key) => roomOf(def.automations?.find((a) => a.key === key)?.name ?? key), width) };
}

/** How high a name stands, and the most it takes across. */
const NAME = { height: 20, most: 200 } as const;

/** About how wide a name is in whichever language it is longest. */
function roomOf(name: Text): number {
  const one = (s: string) => [...s].reduce((n, c) => n + (c > '\u2e80' ? 12.5 : 7), 14);
  return Math.min(NAME.most, Math.max(...(typeof name === 'string' ? [name] : Object.values(name)).map(one)));
}

/** Moves names to the right that would stand on one another. */
function apart(lines: readonly MapLine[], room: (automation: string) => number, width: number): MapLine[] {
  const placed: { x: number; y: number; half: number }[] = [];
  return lines.map((line) => {
    const half = room(line.hand.automation) / 2;
    const [, y] = line.label;
    let [x] = line.label;
    for (;;) {
      const under = placed.find((p) => Math.abs(p.y - y) < NAME.height && Math.abs(p.x - x) < p.half + half);
      if (!under) break;
      x = under.x + under.half + half;
    }
    if (x + half > width) x = line.label[0]; // there is no room: on one another is better than out of sight
    placed.push({ x, y, half });
    return { ...line, label: [x, y] };
  });
}
