import { expect, test } from 'vitest';
import type { Evaluated } from '@/api/types';
import { Changes, type Answered, type Ask } from './changes';

const free = { visible: true, required: false, readOnly: false };
const whole: Evaluated = { data: { a: '1', total: '1' }, fields: { a: free, 'lines[0].q': free }, sections: { s: { visible: true } }, problems: [] };

function talk() {
  const changes = new Changes();
  const asked: Ask[] = [];
  const ask = (old: Parameters<Changes['ask']>[0], now: Parameters<Changes['ask']>[1], answer: Answered | Error) =>
    changes.ask(old, now, (a) => {
      asked.push(a);
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    });
  return { asked, ask };
}

test('a change sends its field alone, and its answer is put over the one before', async () => {
  const { asked, ask } = talk();
  const old = { a: '0' };
  const lines = [{ q: '1' }];
  await ask(old, { a: '1', b: null, lines }, whole);
  const next = await ask(old, { a: '2', b: null, lines }, {
    data: { total: '2' }, fields: { a: { ...free, required: true } }, sections: { s: { visible: false } }, problems: [], gone: { data: ['a'], fields: ['lines[0].q'] },
  });
  expect(asked).toEqual([{ old, new: { a: '1', b: null, lines } }, { new: { a: '2' }, changes: true }]);
  expect(next).toEqual({ data: { total: '2' }, fields: { a: { ...free, required: true } }, sections: { s: { visible: false } }, problems: [] });
  expect(whole.fields['lines[0].q']).toBe(free);
});

test('everything is sent again after a failure, and over another saved record', async () => {
  const { asked, ask } = talk();
  const old = { a: '0' };
  await ask(old, { a: '1' }, whole);
  await expect(ask(old, { a: '2' }, new Error('too long'))).rejects.toThrow('too long');
  await ask(old, { a: '3' }, whole);
  await ask({ a: '3' }, { a: '4' }, whole);
  expect(asked.map((a) => a.changes ?? false)).toEqual([false, true, false, false]);
});
