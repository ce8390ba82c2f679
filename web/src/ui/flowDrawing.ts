import type { Definition, Process, Stage, Transition } from '@/model/definition';
import { MAP, planMap } from '@/model/map';
import { CARD, hueOf, planFlow, STUB, type FlowPlan, type Point, type Side } from './flowPlan';
import type { FlowWords } from './flowWords';
import { icons, type IconName } from './icons';

/** The colours of drawings by their name in tokens.css, as the light theme has them: files have one theme. */
export const LIGHT: Readonly<Record<string, string>> = {
  ink: '#1b2130',
  'ink-2': '#5b6475',
  card: '#fff',
  page: '#f6f7f9',
  line: '#e7e9ee',
  'line-strong': '#d5d9e2',
  accent: '#2f5bea',
  'ok-ink': '#14703f',
  'warn-ink': '#80520f',
  'bad-ink': '#b3261e',
  'stage-1': '#7c8ba6',
  'stage-2': '#4c7ddb',
  'stage-3': '#2aa3a3',
  'stage-4': '#c98a1b',
  'stage-5': '#8a63d2',
  'stage-6': '#3a93bf',
  'stage-7': '#a3708b',
  'stage-won': '#1e8e5a',
  'stage-lost': '#c8372d',
};

/** A colour on the screen: one of the palette follows the theme. */
export function paint(name: string): string {
  return name in LIGHT ? `var(--${name})` : name;
}

/** How a thing on one picture differs from that on another. */
export type Mark = 'added' | 'removed' | 'changed';
const MARKS: Record<Mark, { icon: IconName; sign: string; colour: string }> = {
  added: { icon: 'plus', sign: '+', colour: 'ok-ink' },
  removed: { icon: 'minus', sign: '−', colour: 'bad-ink' },
  changed: { icon: 'tilde', sign: '~', colour: 'warn-ink' },
};

/** One element of a drawing. Attributes are those of SVG; colours are named by the palette. */
export interface Shape {
  tag: 'g' | 'rect' | 'path' | 'text' | 'circle';
  attrs: Record<string, string | number>;
  text?: string;
  children?: Shape[];
  /** What of the definition it stands for, by key path, and how it is called. */
  is?: { path: string; name: string };
}

export interface Drawing {
  x: number;
  y: number;
  width: number;
  height: number;
  shapes: Shape[];
}

export interface DrawOptions {
  columns?: number;
  /** Cards stand by the automatic layout, wherever they were put. */
  auto?: boolean;
  /** What differs, by the key path of the stage or transition. */
  marks?: ReadonlyMap<string, Mark>;
  /** How a mark is called. */
  markName?: (mark: Mark) => string;
  selected?: string;
}

const isWide = (c: string) => (c.codePointAt(0) ?? 0) >= 0x2e80 || '“”‘’…—·'.includes(c);

/** About how wide a text is: Chinese letters are as wide as high, Latin ones by their kind. Rather too wide than too narrow. */
export function textWidth(text: string, size: number, bold = false): number {
  let em = 0;
  for (const c of text) em += isWide(c) ? 1 : /[iljtfrI.,:;'|! ()]/.test(c) ? 0.34 : /[mwMW%@]/.test(c) ? 0.9 : /[A-Z]/.test(c) ? 0.68 : 0.56;
  return em * size * (bold ? 1.06 : 1);
}

/** A text that fits, its end left out where it must be. */
export function clip(text: string, width: number, size: number, bold = false): string {
  if (textWidth(text, size, bold) <= width) return text;
  const letters = [...text];
  while (letters.length > 0 && textWidth(`${letters.join('')}…`, size, bold) > width) letters.pop();
  return `${letters.join('').trimEnd()}…`;
}

/** A text in lines: broken between words, and between Chinese letters. The last line says by … that there is more. */
export function wrap(text: string, width: number, size: number, lines: number): string[] {
  const parts = text.replaceAll(/\s+/g, ' ').trim().match(/[\u2e80-\u{10ffff}]|[^\s\u2e80-\u{10ffff}]+ ?|\s/gu) ?? [];
  const out: string[] = [];
  let line = '';
  for (const [i, part] of parts.entries()) {
    if (textWidth((line + part).trimEnd(), size) <= width || line === '') {
      line += part;
      continue;
    }
    if (out.length === lines - 1) {
      out.push(clip(line + parts.slice(i).join(''), width, size));
      return out;
    }
    out.push(line.trimEnd());
    line = part.trimStart();
  }
  if (line !== '') out.push(line);
  return out.map((l) => clip(l.trimEnd(), width, size));
}

/** A line through points, its corners rounded. */
export function roundedPath(points: readonly Point[], radius = 10): string {
  const [first, ...rest] = points;
  if (!first) return '';
  let out = `M${first.x} ${first.y}`;
  rest.forEach((p, i) => {
    const before = points[i] as Point;
    const after = rest[i + 1];
    if (!after) {
      out += `L${p.x} ${p.y}`;
      return;
    }
    const r = Math.min(radius, Math.hypot(p.x - before.x, p.y - before.y) / 2, Math.hypot(after.x - p.x, after.y - p.y) / 2);
    const toward = (q: Point) => {
      const d = Math.hypot(q.x - p.x, q.y - p.y) || 1;
      return `${round(p.x + ((q.x - p.x) / d) * r)} ${round(p.y + ((q.y - p.y) / d) * r)}`;
    };
    out += `L${toward(before)}Q${p.x} ${p.y} ${toward(after)}`;
  });
  return out;
}

const round = (n: number) => Math.round(n * 100) / 100;

const text = (x: number, y: number, value: string, more: Record<string, string | number> = {}): Shape => ({
  tag: 'text',
  attrs: { x: round(x), y: round(y), 'font-size': 12, fill: 'ink', ...more },
  text: value,
});

function icon(name: IconName, x: number, y: number, size: number, colour = 'ink-2'): Shape {
  const [grid, path] = icons[name];
  return {
    tag: 'path',
    attrs: {
      d: path,
      transform: `translate(${round(x)} ${round(y)}) scale(${round(size / grid)})`,
      fill: 'none',
      stroke: colour,
      'stroke-width': grid === 24 ? 1.75 : 1.3,
      'stroke-linecap': 'round',
      'stroke-linejoin': 'round',
    },
  };
}

/** Where an arrow leaves or meets a card. What leaves and what arrives keep apart on the short sides. */
function anchor(card: Point & { width: number; height: number }, side: Side, leaves: boolean): Point {
  const x = card.x + card.width * (leaves ? 0.62 : 0.38);
  if (side === 'right') return { x: card.x + card.width, y: card.y + card.height / 2 };
  if (side === 'left') return { x: card.x, y: card.y + card.height / 2 };
  return { x, y: side === 'top' ? card.y : card.y + card.height };
}

function wayThrough(a: Point, b: Point, lane: number | undefined): Point[] {
  if (lane !== undefined) return [a, { x: a.x, y: lane }, { x: b.x, y: lane }, b];
  if (Math.abs(a.y - b.y) < 1 || Math.abs(a.x - b.x) < 1) return [a, b];
  const x = (a.x + b.x) / 2;
  return [a, { x, y: a.y }, { x, y: b.y }, b];
}

/** The line and its open head. */
function arrow(points: readonly Point[], colour: string, dashed: boolean, width = 1.5): Shape[] {
  const end = points.at(-1) as Point;
  const before = points.at(-2) as Point;
  const d = Math.hypot(end.x - before.x, end.y - before.y) || 1;
  const [ux, uy] = [(end.x - before.x) / d, (end.y - before.y) / d];
  const wing = (side: 1 | -1) => `${round(end.x - ux * 7 - uy * 4 * side)} ${round(end.y - uy * 7 + ux * 4 * side)}`;
  const line = { fill: 'none', stroke: colour, 'stroke-width': width, 'stroke-linecap': 'round', 'stroke-linejoin': 'round' };
  return [
    { tag: 'path', attrs: { d: roundedPath(points), ...line, ...(dashed ? { 'stroke-dasharray': '4 4' } : {}) } },
    { tag: 'path', attrs: { d: `M${wing(1)}L${end.x} ${end.y}L${wing(-1)}`, ...line } },
  ];
}

class Sheet {
  readonly shapes: Shape[] = [];
  private box = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };

  covers(x: number, y: number, width = 0, height = 0): void {
    const b = this.box;
    this.box = { left: Math.min(b.left, x), top: Math.min(b.top, y), right: Math.max(b.right, x + width), bottom: Math.max(b.bottom, y + height) };
  }

  drawing(margin = 24): Drawing {
    const { left, top, right, bottom } = Number.isFinite(this.box.left) ? this.box : { left: 0, top: 0, right: 0, bottom: 0 };
    return {
      x: Math.floor(left - margin),
      y: Math.floor(top - margin),
      width: Math.ceil(right - left + 2 * margin),
      height: Math.ceil(bottom - top + 2 * margin),
      shapes: this.shapes,
    };
  }
}

/** The picture of a process: what the canvas of the designer shows, without what only an admin needs. */
export function drawFlow(def: Definition, process: Process, words: FlowWords, options: DrawOptions = {}): Drawing {
  const plan = planFlow(process, options.auto ? undefined : def.layout?.[process.key], options.columns ?? 4);
  const sheet = new Sheet();
  const base = `/processes/${process.key}`;
  const labels: Shape[] = [];
  const shown = (list: readonly Transition[]) => {
    const mark = list.map((x) => options.marks?.get(`${base}/transitions/${x.key}`)).find(Boolean);
    const on = list.some((x) => options.selected === `${base}/transitions/${x.key}`);
    return { colour: on ? 'accent' : mark ? MARKS[mark].colour : 'ink-2', width: on || mark ? 2 : 1.5 };
  };
  for (const s of plan.stubs) {
    const target = plan.places.get(s.transition.to) as Point;
    const a = { x: s.x + STUB.width * 0.38, y: s.y + STUB.height };
    const b = anchor({ ...target, ...CARD }, 'top', false);
    const look = shown([s.transition]);
    sheet.shapes.push(...arrow([a, b], look.colour, true, look.width));
    labels.push(...chips(sheet, base, [s.transition], { x: s.x + STUB.width / 2, y: s.y + STUB.height / 2 }, words, options, words.anyStage));
  }
  for (const x of plan.arrows) {
    const points = wayThrough(
      anchor({ ...(plan.places.get(x.from) as Point), ...CARD }, x.out, true),
      anchor({ ...(plan.places.get(x.to) as Point), ...CARD }, x.in, false),
      x.lane,
    );
    const look = shown(x.list);
    sheet.shapes.push(...arrow(points, look.colour, x.back, look.width));
    for (const p of points) sheet.covers(p.x, p.y);
    const [a, b] = [points[0] as Point, points.at(-1) as Point];
    const middle = { x: (a.x + b.x) / 2, y: x.lane ?? (a.y + b.y) / 2 };
    labels.push(...(x.lane === undefined ? plainNames(sheet, base, x.list, middle, words, options) : chips(sheet, base, x.list, middle, words, options)));
  }
  process.stages.forEach((stage, i) => sheet.shapes.push(card(sheet, process, stage, i, plan, words, options)));
  sheet.shapes.push(...labels);
  return sheet.drawing();
}

function marked(path: string, name: string, options: DrawOptions): { mark: Mark | undefined; is: { path: string; name: string }; on: boolean } {
  const mark = options.marks?.get(path);
  const said = mark ? options.markName?.(mark) : undefined;
  return { mark, is: { path, name: said ? `${said}: ${name}` : name }, on: options.selected === path };
}

function card(sheet: Sheet, process: Process, stage: Stage, index: number, plan: FlowPlan, words: FlowWords, options: DrawOptions): Shape {
  const { x, y } = plan.places.get(stage.key) as Point;
  const { width, height } = CARD;
  const path = `/processes/${process.key}/stages/${stage.key}`;
  const { mark, is, on } = marked(path, words.name(stage), options);
  sheet.covers(x, y, width, height);
  const inner = width - 28;
  const out: Shape[] = [
    {
      tag: 'rect',
      attrs: {
        x, y, width, height, rx: 8, fill: 'card',
        stroke: on ? 'accent' : mark ? MARKS[mark].colour : 'line-strong',
        'stroke-width': on ? 3 : mark ? 2 : 1,
        ...(mark === 'removed' ? { 'stroke-dasharray': '6 4' } : {}),
      },
    },
    { tag: 'rect', attrs: { x, y: y + 12, width: 3, height: height - 24, fill: hueOf(stage, index) } },
  ];
  const chance = words.chance(stage);
  const tag = stage.key === process.start ? words.start : words.end(stage);
  const right = x + width - 12 - (chance ? textWidth(chance, 12) + 6 : 0);
  const tagWidth = tag ? Math.min(textWidth(tag, 12) + 10, 70) : 0;
  const room = right - (x + 14);
  const full = words.name(stage);
  // An end has room for its kind below a long name.
  const below = stage.end !== undefined && textWidth(full, 14, true) + tagWidth + 6 > room;
  const name = clip(full, room - (tagWidth && !below ? tagWidth + 6 : 0), 14, true);
  out.push(text(x + 14, y + 25, name, { 'font-size': 14, 'font-weight': 600 }));
  if (tag) {
    const [at, top] = below ? [x + 14, y + 36] : [x + 14 + textWidth(name, 14, true) + 6, y + 11];
    out.push(
      { tag: 'rect', attrs: { x: round(at), y: top, width: round(tagWidth), height: 18, rx: 4, fill: 'page', stroke: 'line', 'stroke-width': 1 } },
      text(at + 5, top + 13, clip(tag, tagWidth - 8, 12), { fill: 'ink-2' }),
    );
  }
  if (chance) out.push(text(x + width - 12, y + 24, chance, { fill: 'ink-2', 'text-anchor': 'end' }));
  if (stage.end) {
    wrap(words.asks(process, stage), inner, 12, 2).forEach((line, n) => out.push(text(x + 14, y + (below ? 68 : 56) + n * 17, line)));
  } else {
    const owner = words.owner(process, stage);
    if (owner) out.push(icon('user', x + 14, y + 45, 14), text(x + 34, y + 56, clip(owner, inner - 20, 12)));
    const time = words.time(process, stage);
    const checks = words.checks(stage);
    const left = inner - 20 - (checks ? textWidth(checks, 12) + 24 : 0);
    if (time) out.push(icon('clock', x + 14, y + 69, 14), text(x + 34, y + 80, clip(time, left, 12)));
    if (checks) {
      const at = time ? x + width - 12 - textWidth(checks, 12) : x + 34;
      out.push(icon('task', at - 20, y + 69, 14), text(at, y + 80, checks));
    }
  }
  const goal = wrap(words.goal(stage), inner, 12, 2);
  if (goal.length > 0) {
    out.push({ tag: 'path', attrs: { d: `M${x + 14} ${y + 92.5}H${x + width - 12}`, stroke: 'line', 'stroke-width': 1 } });
    goal.forEach((line, n) => out.push(text(x + 14, y + 108 + n * 16, line, { fill: 'ink-2' })));
  }
  if (mark) {
    sheet.covers(x + width - 26, y - 12, 24, 24);
    out.push(
      { tag: 'circle', attrs: { cx: x + width - 14, cy: y, r: 11, fill: 'card', stroke: MARKS[mark].colour, 'stroke-width': 2 } },
      icon(MARKS[mark].icon, x + width - 21, y - 7, 14, MARKS[mark].colour),
    );
  }
  return { tag: 'g', attrs: {}, is, children: out };
}

/** The names of the ways on a line that runs between rows, each in a box of its own, side by side. */
function chips(sheet: Sheet, base: string, list: readonly Transition[], middle: Point, words: FlowWords, options: DrawOptions, prefix?: string): Shape[] {
  const boxes = list.map((x) => {
    const full = prefix ? `${prefix} · ${words.way(x)}` : words.way(x);
    const { mark, is, on } = marked(`${base}/transitions/${x.key}`, full, options);
    const name = `${mark ? `${MARKS[mark].sign} ` : ''}${clip(full, 150, 12)}`;
    const chain = x.approval === undefined ? '' : clip(words.chain(x.approval), 100, 12);
    return { mark, is, on, name, chain, width: textWidth(name, 12) + 14 + (chain ? textWidth(chain, 12) + 20 : 0) };
  });
  const whole = boxes.reduce((sum, b) => sum + b.width, 0) + (boxes.length - 1) * 4;
  let left = middle.x - whole / 2;
  const y = middle.y - 10;
  sheet.covers(left, y, whole, 20);
  return boxes.map(({ mark, is, on, name, chain, width }) => {
    const x = left;
    left += width + 4;
    const strong = on || mark;
    const after = x + 7 + textWidth(name, 12);
    return {
      tag: 'g' as const,
      attrs: {},
      is,
      children: [
        {
          tag: 'rect' as const,
          attrs: { x: round(x), y: round(y), width: round(width), height: 20, rx: 4, fill: 'card', stroke: on ? 'accent' : mark ? MARKS[mark].colour : 'line-strong', 'stroke-width': strong ? 2 : 1 },
        },
        text(chain ? x + 7 : x + width / 2, y + 14, name, { ...(chain ? {} : { 'text-anchor': 'middle' }), ...(mark ? { fill: MARKS[mark].colour } : {}) }),
        ...(chain ? [icon('diamond', after + 5, y + 4, 12), text(after + 20, y + 14, chain, { fill: 'ink-2' })] : []),
      ],
    };
  });
}

/** The names of the ways between neighbours, above their line and as wide as the gap. */
function plainNames(sheet: Sheet, base: string, list: readonly Transition[], middle: Point, words: FlowWords, options: DrawOptions): Shape[] {
  const width = 84;
  const out: Shape[] = [];
  let y = middle.y - 8;
  for (const x of [...list].reverse()) {
    const { mark, is, on } = marked(`${base}/transitions/${x.key}`, words.way(x), options);
    const colour = on ? 'accent' : mark ? MARKS[mark].colour : 'ink';
    const lines = wrap(`${mark ? `${MARKS[mark].sign} ` : ''}${words.way(x)}`, width, 12, 3);
    const chain = x.approval === undefined ? '' : clip(words.chain(x.approval), width - 15, 12);
    const bottom = y;
    const children: Shape[] = [];
    if (chain) {
      const left = middle.x - (textWidth(chain, 12) + 15) / 2;
      children.push(icon('diamond', left, y - 11, 12), text(left + 15, y, chain, { fill: 'ink-2' }));
      y -= 16;
    }
    for (const line of lines.reverse()) {
      children.push(text(middle.x, y, line, { fill: colour, 'text-anchor': 'middle', ...(mark || on ? { 'font-weight': 600 } : {}) }));
      y -= 15;
    }
    const top = y + 4;
    children.unshift({ tag: 'rect', attrs: { x: middle.x - width / 2 - 3, y: top, width: width + 6, height: bottom - top + 5, rx: 4, fill: 'none', stroke: on ? 'accent' : 'none', 'pointer-events': 'all' } });
    sheet.covers(middle.x - width / 2, top, width, bottom - top);
    out.push({ tag: 'g', attrs: {}, is, children });
    y -= 4;
  }
  return out;
}

/** The map: all processes of the app, a lane each, and the hand-overs between them. */
export function drawMap(def: Definition, words: FlowWords): Drawing {
  const processes = def.processes ?? [];
  const plan = planMap(def);
  const sheet = new Sheet();
  sheet.covers(0, 0, plan.width, plan.height);
  processes.forEach((p, i) => {
    const y = MAP.gutter + i * (MAP.lane + MAP.gutter);
    const roles = words.roles(p.roles);
    sheet.shapes.push({ tag: 'rect', attrs: { x: 0.5, y, width: plan.width - 1, height: MAP.lane, rx: 8, fill: 'card', stroke: 'line', 'stroke-width': 1 } });
    sheet.shapes.push({
      tag: 'g',
      attrs: {},
      is: { path: `/processes/${p.key}`, name: words.name(p) },
      children: [
        text(14, y + (roles ? 23 : 31), clip(words.name(p), MAP.left - 34, 13, true), { 'font-size': 13, 'font-weight': 600 }),
        ...(roles ? [text(14, y + 41, clip(roles, MAP.left - 34, 12), { fill: 'ink-2' })] : []),
      ],
    });
    p.stages.forEach((s, j) => {
      const x = MAP.left + j * MAP.step;
      sheet.shapes.push({
        tag: 'g',
        attrs: {},
        is: { path: `/processes/${p.key}/stages/${s.key}`, name: words.name(s) },
        children: [
          { tag: 'rect', attrs: { x, y: y + 10, width: MAP.chip, height: MAP.lane - 20, rx: 6, fill: 'card', stroke: 'line-strong', 'stroke-width': 1 } },
          text(x + MAP.chip / 2, y + 31, clip(words.name(s), MAP.chip - 10, 12), { 'text-anchor': 'middle', ...(s.end ? { fill: 'ink-2' } : {}) }),
        ],
      });
    });
  });
  for (const l of plan.lines) sheet.shapes.push(...arrow(l.points.map(([x, y]) => ({ x, y })), l.back ? 'accent' : 'ink-2', false));
  for (const l of plan.lines) {
    const name = clip(words.name(def.automations?.find((a) => a.key === l.hand.automation)), 188, 12);
    const width = textWidth(name, 12) + 12;
    sheet.shapes.push(
      { tag: 'rect', attrs: { x: round(l.label[0] - width / 2), y: l.label[1] - 9, width: round(width), height: 18, fill: 'page', rx: 3 } },
      text(l.label[0], l.label[1] + 4, name, { 'text-anchor': 'middle', fill: l.back ? 'accent' : 'ink' }),
    );
  }
  return sheet.drawing();
}

const FONTS: Record<string, string> = {
  'zh-TW': "'PingFang TC', 'Noto Sans CJK TC', 'Microsoft JhengHei', 'Segoe UI', Roboto, sans-serif",
  en: "'Segoe UI', Roboto, 'Helvetica Neue', 'Noto Sans', 'PingFang SC', 'Noto Sans CJK SC', sans-serif",
};
const FONT = "'PingFang SC', 'Noto Sans CJK SC', 'Noto Sans SC', 'Microsoft YaHei', 'Segoe UI', Roboto, sans-serif";

// What XML cannot hold is left out.
const FORBIDDEN = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;
const escape = (s: string) => s.replaceAll(FORBIDDEN, '').replaceAll(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c] ?? c);
const COLOURED = new Set(['fill', 'stroke']);

function written(s: Shape): string {
  const attrs = Object.entries(s.attrs).map(([name, value]) => ` ${name}="${escape(COLOURED.has(name) ? (LIGHT[value] ?? String(value)) : String(value))}"`);
  const inner = (s.text === undefined ? '' : escape(s.text)) + (s.children ?? []).map(written).join('');
  return `<${s.tag}${attrs.join('')}${inner === '' ? '/>' : `>${inner}</${s.tag}>`}`;
}

export interface Picture {
  svg: string;
  width: number;
  height: number;
}

/** A drawing as a file of its own: on white, with a title above it, its text as text. */
export function pictureOf(drawing: Drawing, title: string, note: string, lang: string): Picture {
  const head = 52;
  const { x, width } = drawing;
  const wide = Math.max(width, textWidth(title, 18, true) + 48);
  const y = drawing.y - head;
  const height = drawing.height + head;
  const ground: Shape = { tag: 'rect', attrs: { x, y, width: wide, height, fill: '#ffffff' } };
  const words = [text(x + 24, y + 36, title, { 'font-size': 18, 'font-weight': 600 }), text(x + 24, y + 56, note, { fill: 'ink-2' })];
  const body = [ground, ...words, ...drawing.shapes].map(written).join('\n');
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${wide}" height="${height}" viewBox="${x} ${y} ${wide} ${height}" font-family="${escape(FONTS[lang] ?? FONT)}" xml:lang="${escape(lang)}">\n<title>${escape(title)}</title>\n${body}\n</svg>\n`;
  return { svg, width: wide, height };
}
