import { expect, it } from 'vitest';
import type { RecordFull, Round } from '@/api/types';
import { saidOn } from './TaskPanel';

const person = (name: string) => ({ id: name, name });
const step = (key: string, state: string, comment: string) => ({ key, name: key, state: 'returned', slots: [{ person: person(`${key}.er`), state, comment }, { person: person('quiet'), state: 'open' }] });
const round = (more: object) => ({ id: 'R|2', n: 2, chain: 'seal', state: 'running', steps: [step('first', 'approved', '可以')], ...more }) as unknown as Round;
const ended = (more: object) => ({ id: 'R|1', chain: 'seal', name: '', result: 'returned', openedAt: '', endedAt: '', steps: [step('first', 'approved', '旧话'), step('money', 'returned', '请先补页')], ...more });
const words = (now: Round | null, before: object[]) => saidOn(now, before as unknown as RecordFull['rounds']).map((x) => x.slot.comment);

it('puts why the round before came back ahead of what is said in this one', () => {
  expect(words(round({}), [ended({}), ended({ steps: [step('law', 'returned', '更早')] })])).toEqual(['请先补页', '可以']);
});

it('says nothing of a round that was not returned, was of another chain, or when none runs', () => {
  expect(words(round({}), [ended({ result: 'passed' })])).toEqual(['可以']);
  expect(words(round({}), [ended({ chain: 'other' })])).toEqual(['可以']);
  expect(words(round({ state: 'returned' }), [ended({})])).toEqual(['可以']);
  expect(words(null, [ended({})])).toEqual([]);
});
