import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import type { Definition } from '@/model/definition';
import { textIn } from '@/model/text';
import { clip, drawFlow, drawMap, LIGHT, pictureOf, roundedPath, textWidth, wrap, type Shape } from './flowDrawing';
import type { FlowWords } from './flowWords';
import { fileNameOf, scaleOf } from './pictures';

const b2b = JSON.parse(readFileSync(join(import.meta.dirname, '../../../builtin-templates/b2b/app.json'), 'utf8')) as Definition;

/** Words of a definition without the translations around them. */
function plain(def: Definition, lang = 'zh-CN'): FlowWords {
  const name: FlowWords['name'] = (x) => (x ? textIn(x.name as never, lang) || x.key : '');
  return {
    name, way: name, owner: () => 'owner', who: () => 'who', goal: (s) => textIn(s.goal, lang), time: () => '3 days', checks: (s) => `${s.checklist?.length ?? 0}`, end: (s) => s.end ?? '',
    chance: (s) => `${s.probability ?? 0}%`, start: 'start', anyStage: 'any', fields: (_p, keys) => keys.join(), asks: () => 'asks', chain: (key) => name(def.approvals?.find((c) => c.key === key) ?? { key }), roles: (keys) => (keys ?? []).join(),
  };
}

const all = (shapes: readonly Shape[]): Shape[] => shapes.flatMap((s) => [s, ...all(s.children ?? [])]);

describe('texts in a drawing', () => {
  it('are cut where they do not fit', () => {
    expect(clip('谈判与提案', 200, 12)).toBe('谈判与提案');
    expect(clip('谈判与提案', 40, 12)).toBe('谈判…');
    expect(textWidth(clip('a long name of a stage in English', 90, 14, true), 14, true)).toBeLessThanOrEqual(90);
  });
  it('are broken between words and between Chinese letters', () => {
    expect(wrap('hand over to delivery', 84, 12, 3)).toEqual(['hand over to', 'delivery']);
    expect(wrap('判断是否值得投入资源', 60, 12, 3)).toEqual(['判断是否值', '得投入资源']);
    expect(wrap('判断是否值得投入资源', 60, 12, 1)).toEqual(['判断是否…']);
    expect(wrap('', 60, 12, 2)).toEqual([]);
  });
});

test('a line has rounded corners, and straight ones where there is no room', () => {
  expect(roundedPath([{ x: 0, y: 0 }, { x: 0, y: 40 }, { x: 40, y: 40 }])).toBe('M0 0L0 30Q0 40 10 40L40 40');
  expect(roundedPath([{ x: 0, y: 0 }, { x: 0, y: 4 }, { x: 40, y: 4 }])).toBe('M0 0L0 2Q0 4 2 4L40 4');
});

test.each(b2b.processes?.map((p) => [p.key, p] as const) ?? [])('the picture of %s has all of it, inside its borders', (_key, process) => {
  const drawing = drawFlow(b2b, process, plain(b2b));
  const shown = new Set(all(drawing.shapes).map((s) => s.is?.path));
  for (const s of process.stages) expect(shown).toContain(`/processes/${process.key}/stages/${s.key}`);
  for (const x of process.transitions ?? []) if (x.from.some((f) => f !== x.to)) expect(shown).toContain(`/processes/${process.key}/transitions/${x.key}`);
  for (const s of all(drawing.shapes)) {
    if (s.tag !== 'rect') continue;
    const { x, y, width, height } = s.attrs as Record<string, number>;
    expect(x).toBeGreaterThanOrEqual(drawing.x);
    expect(y).toBeGreaterThanOrEqual(drawing.y);
    expect(x! + width!).toBeLessThanOrEqual(drawing.x + drawing.width);
    expect(y! + height!).toBeLessThanOrEqual(drawing.y + drawing.height);
  }
});

test('a file is well-formed, light, and holds its text as text', () => {
  const words = plain(b2b);
  for (const [title, drawing] of [['<B2B> & "全景"\u0001', drawMap(b2b, words)], ['x', drawFlow(b2b, b2b.processes![0]!, words)]] as const) {
    const { svg, width } = pictureOf(drawing, title, 'v1', 'zh-CN');
    const doc = new DOMParser().parseFromString(svg, 'image/svg+xml');
    expect(doc.querySelector('parsererror')).toBeNull();
    expect(svg).not.toContain('var(');
    expect(svg).not.toContain('undefined');
    expect(svg).not.toContain('\u0001');
    expect(doc.querySelectorAll('text').length).toBeGreaterThan(10);
    expect(width).toBeGreaterThan(400);
  }
});

test('what differs is marked by a sign as well as by a colour', () => {
  const process = b2b.processes![0]!;
  const [stage, way] = [process.stages[0]!, process.transitions!.find((x) => !x.from.includes('*'))!];
  const at = `/processes/${process.key}`;
  const drawing = drawFlow(b2b, process, plain(b2b), {
    marks: new Map([[`${at}/stages/${stage.key}`, 'removed'], [`${at}/transitions/${way.key}`, 'added']]),
    markName: (m) => m,
  });
  const named = all(drawing.shapes).flatMap((s) => (s.is ? [s] : []));
  const card = named.find((s) => s.is?.path === `${at}/stages/${stage.key}`)!;
  expect(card.is?.name).toMatch(/^removed: /);
  expect(all([card]).some((s) => s.tag === 'circle' && s.attrs.stroke === 'bad-ink')).toBe(true);
  const chip = named.find((s) => s.is?.path === `${at}/transitions/${way.key}`)!;
  expect(all([chip]).some((s) => s.text?.startsWith('+ '))).toBe(true);
});

test('the colours of files are those of the light theme', () => {
  const css = readFileSync(join(import.meta.dirname, '../app/tokens.css'), 'utf8').split(':root[data-theme="dark"]')[0]!;
  const tokens = new Map([...css.matchAll(/--([\w-]+): (#[0-9a-f]+)/g)].map((m) => [m[1], m[2]]));
  for (const [name, colour] of Object.entries(LIGHT)) expect(tokens.get(name), name).toBe(colour);
});

test('files are named after what they show', () => {
  expect(fileNameOf(['B2B 复杂销售', '销售漏斗'], 'svg')).toBe('B2B 复杂销售 - 销售漏斗.svg');
  expect(fileNameOf(['a/b:c', ' x\ny '], 'png')).toBe('a b c - x y.png');
  expect(fileNameOf(['', '??'], 'png')).toBe('flow.png');
});

test('a picture is twice as large, and smaller where browsers make none so large', () => {
  expect(scaleOf(1000, 500)).toBe(2);
  expect(scaleOf(16_000, 100)).toBe(1);
  expect(scaleOf(9000, 9000) * 9000).toBeLessThanOrEqual(10_000);
});
