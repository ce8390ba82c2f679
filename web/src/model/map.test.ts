// @vitest-environment node
import { expect, test } from 'vitest';
import type { Definition } from './definition';
import { handOvers, planMap } from './map';

const stages = (...keys: string[]) => keys.map((key) => ({ key, name: key }));
const def = {
  spec: 'pipewright/1',
  key: 'a',
  name: 'A',
  processes: [
    { key: 'lead', name: 'Lead', form: 'lead', stages: stages('new', 'sql'), transitions: [{ key: 'accept', name: 'x', from: ['new'], to: 'sql' }] },
    { key: 'deal', name: 'Deal', form: 'deal', stages: stages('open', 'won') },
    { key: 'order', name: 'Order', form: 'order', stages: stages('begin', 'done') },
  ],
  automations: [
    { key: 'give', on: { transition: 'lead.accept' }, do: [{ start: { process: 'deal' } }] },
    { key: 'sell', on: { stage: 'deal.won' }, do: [{ if: 'open', then: [{ start: { form: 'order' } }], else: [{ start: { process: 'order' } }] }] },
    { key: 'again', on: { stage: 'order.done' }, do: [{ each: { rows: 'lines' }, do: [{ start: { process: 'lead' } }] }] },
    { key: 'self', on: { stage: 'deal.won' }, do: [{ start: { process: 'deal' } }] },
    { key: 'mail', on: { stage: 'deal.won' }, do: [{ notify: { to: [], text: 'x' } }] },
  ],
} as unknown as Definition;

test('hand-overs are found wherever a process begins another', () => {
  expect(handOvers(def)).toEqual([
    { automation: 'give', from: 'lead', stage: 'sql', to: 'deal' },
    { automation: 'sell', from: 'deal', stage: 'won', to: 'order' },
    { automation: 'again', from: 'order', stage: 'done', to: 'lead' },
  ]);
});

test('lines go through the gutters, and those past a lane go round it', () => {
  const { lines, width, height } = planMap(def);
  expect(lines.map((l) => l.back)).toEqual([false, false, true]);
  expect(lines[0]?.points).toHaveLength(4);
  expect(lines[2]?.points).toHaveLength(6);
  for (const l of lines)
    for (const [x, y] of l.points) {
      expect(x).toBeLessThan(width);
      expect(x).toBeGreaterThan(0);
      expect(y).toBeGreaterThan(0);
      expect(y).toBeLessThan(height + 40);
    }
  // No two lines share a track of a gutter.
  const tracks = lines.map((l) => l.points[1]?.[1]);
  expect(new Set(tracks).size).toBe(tracks.length);
  expect(planMap({ ...def, processes: [], automations: [] }).lines).toEqual([]);
});

test('names of lines in one gutter do not stand on one another', () => {
  const many = {
    ...def,
    automations: [
      { key: 'one', name: '付款计划转应收', on: { created: 'deal' }, do: [{ start: { process: 'order' } }] },
      { key: 'two', name: { 'zh-CN': '没有合同的订单：应收', en: 'Orders without a contract' }, on: { stage: 'deal.open' }, do: [{ start: { process: 'order' } }] },
    ],
  } as unknown as Definition;
  const [a, b] = planMap(many).lines.map((l) => l.label);
  expect(b![0] - a![0]).toBeGreaterThan((7 * 12 + 25 * 7) / 2);
});
