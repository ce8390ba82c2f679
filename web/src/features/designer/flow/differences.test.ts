// @vitest-environment node
import { expect, test } from 'vitest';
import type { Process } from '@/model/definition';
import type { DiffItem } from '../api';
import { differencesOf, marksOf } from './differences';

const item = (kind: DiffItem['kind'], path: string): DiffItem => ({ kind, path, area: path.split('/')[1] ?? '', text: path });
const process = (stages: string[], ways: [string, string?][]): Process =>
  ({
    key: 'deal', form: 'deal', name: 'Deal', start: 'a',
    stages: stages.map((key) => ({ key, name: key, ...(key === 'b' ? { approval: { chain: 'entry', passed: 'x' } } : {}) })),
    transitions: ways.map(([key, approval]) => ({ key, from: ['a'], to: 'b', ...(approval ? { approval } : {}) })),
  }) as Process;
const asIs = process(['a', 'b', 'old'], [['win', 'sign'], ['lose']]);
const toBe = process(['a', 'b', 'fresh'], [['win', 'sign'], ['lose']]);
const items = [
  item('added', '/processes/deal/stages/fresh'),
  item('removed', '/processes/deal/stages/old'),
  item('changed', '/processes/deal/stages/a/checklist/budget/name'),
  item('changed', '/processes/deal/stages'),
  item('changed', '/processes/deal/name'),
  item('added', '/approvals/sign/steps/boss'),
  item('changed', '/approvals/entry/name'),
  item('changed', '/approvals/signature/name'),
  item('changed', '/processes/dealer/stages/a/name'),
];

test('stages and transitions are marked, also by the approvals they wait for', () => {
  expect(Object.fromEntries(marksOf(items, [asIs, toBe], 'deal'))).toEqual({
    '/processes/deal/stages/fresh': 'added',
    '/processes/deal/stages/old': 'removed',
    '/processes/deal/stages/a': 'changed',
    '/processes/deal/stages/b': 'changed',
    '/processes/deal/transitions/win': 'changed',
  });
});

test('a process that one side lacks differs in all of it', () => {
  const marks = marksOf([item('added', '/processes/deal')], [undefined, toBe], 'deal');
  expect([...marks.values()]).toEqual(['added', 'added', 'added', 'added', 'added']);
});

test('the words are those of the process, or of what is chosen', () => {
  const paths = (at?: string) => differencesOf(items, [asIs, toBe], 'deal', at).map((i) => i.path);
  expect(paths()).toHaveLength(7);
  expect(paths('/processes/deal/stages/a')).toEqual(['/processes/deal/stages/a/checklist/budget/name']);
  expect(paths('/processes/deal/transitions/win')).toEqual(['/approvals/sign/steps/boss']);
  expect(paths('/processes/deal/transitions/lose')).toEqual([]);
});
