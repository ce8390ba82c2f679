// @vitest-environment node
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { reduce } from './change';
import { random, someChange, someTree } from './random';
import { changedPlaces, merge3, same } from './threeWay';

const base = {
  name: 'A',
  forms: [
    { key: 'deal', fields: [{ key: 'amount', name: '金额' }, { key: 'note', name: '备注' }, { key: 'owner', name: '负责人' }] },
    { key: 'lead', fields: [] as { key: string; name: string }[] },
  ],
  rows: [['1'], ['2']],
};
const field = (key: string, name: string) => ({ key, name });

test('changes at different places are both kept', () => {
  const mine = structuredClone(base);
  const theirs = structuredClone(base);
  mine.forms[0]!.fields[0]!.name = '总金额';
  mine.forms[0]!.fields.splice(1, 0, field('mine', '我的'));
  theirs.name = 'B';
  theirs.forms[0]!.fields[2]!.name = '跟进人';
  theirs.forms[0]!.fields.push(field('theirs', '对方的'));
  theirs.rows.push(['3']);
  const { value, clashes } = merge3(base, mine, theirs);
  expect(clashes).toEqual([]);
  expect(value.name).toBe('B');
  expect(value.rows).toEqual([['1'], ['2'], ['3']]);
  expect(value.forms[0]!.fields.map((f) => f.name)).toEqual(['总金额', '我的', '备注', '跟进人', '对方的']);
});

test('one who moves and one who adds are both kept', () => {
  const mine = structuredClone(base);
  const theirs = structuredClone(base);
  mine.forms[0]!.fields.reverse();
  theirs.forms[0]!.fields.splice(1, 0, field('new', '新'));
  expect(merge3(base, mine, theirs).value.forms[0]!.fields.map((f) => f.key)).toEqual(['owner', 'note', 'amount', 'new']);
  expect(merge3(base, theirs, mine).value.forms[0]!.fields.map((f) => f.key)).toEqual(['owner', 'note', 'amount', 'new']);
});

test('what both changed otherwise is asked, and told where', () => {
  const mine = structuredClone(base);
  const theirs = structuredClone(base);
  mine.forms[0]!.fields[0]!.name = '总金额';
  theirs.forms[0]!.fields[0]!.name = '合同金额';
  mine.rows.push(['mine']);
  theirs.rows.push(['theirs']);
  const { value, clashes } = merge3(base, mine, theirs);
  expect(clashes.map((c) => c.at)).toEqual([
    ['forms', 'deal', 'fields', 'amount', 'name'],
    ['rows'],
  ]);
  expect(value.forms[0]!.fields[0]!.name).toBe('总金额');
  const chosen = merge3(base, mine, theirs, (at) => (at[0] === 'rows' ? 'theirs' : 'mine'));
  expect(chosen.value.rows).toEqual([['1'], ['2'], ['theirs']]);
  expect(chosen.value.forms[0]!.fields[0]!.name).toBe('总金额');
});

test('what one removes and the other changes is asked', () => {
  const mine = structuredClone(base);
  const theirs = structuredClone(base);
  mine.forms[0]!.fields.splice(1, 1);
  theirs.forms[0]!.fields[1]!.name = '说明';
  const { value, clashes } = merge3(base, mine, theirs);
  expect(clashes).toHaveLength(1);
  expect(clashes[0]!.mine).toBeUndefined();
  expect(value.forms[0]!.fields.map((f) => f.key)).toEqual(['amount', 'owner']);
  expect(merge3(base, mine, theirs, () => 'theirs').value.forms[0]!.fields.map((f) => f.name)).toContain('说明');
});

test('what both give another key is one thing still, and is asked', () => {
  const mine = structuredClone(base) as typeof base;
  const theirs = structuredClone(base) as typeof base;
  Object.assign(mine.forms[0]!.fields[1]!, { key: 'remark', was: ['note'] });
  Object.assign(theirs.forms[0]!.fields[1]!, { key: 'comment', was: ['note'], name: '说明' });
  const { value, clashes } = merge3(base, mine, theirs);
  expect(clashes).toEqual([{ at: ['forms', 'deal', 'fields', 'remark', 'key'], base: 'note', mine: 'remark', theirs: 'comment' }]);
  expect(value.forms[0]!.fields[1]).toMatchObject({ key: 'remark', was: ['note', 'comment'], name: '说明' });
  expect(merge3(base, mine, theirs, () => 'theirs').value.forms[0]!.fields[1]).toMatchObject({ key: 'comment', was: ['note', 'remark'] });
  expect(value.forms[0]!.fields).toHaveLength(3);
});

test('who changes nothing takes all of the other, and twice the same is no clash', () => {
  const r = random(9);
  for (let n = 0; n < 400; n++) {
    const tree = someTree(r, 3);
    const other = reduce(tree, someChange(r, tree));
    expect(same(merge3(tree, tree, other).value, other)).toBe(true);
    expect(same(merge3(tree, other, tree).value, other)).toBe(true);
    expect(merge3(tree, other, structuredClone(other)).clashes).toEqual([]);
  }
});

test('choosing one side at every clash loses nothing of the other side that does not clash', () => {
  const r = random(21);
  for (let n = 0; n < 400; n++) {
    const tree = someTree(r, 3);
    const mine = reduce(tree, someChange(r, tree));
    const theirs = reduce(tree, someChange(r, tree));
    const { value, clashes } = merge3(tree, mine, theirs);
    if (clashes.length > 0) continue;
    // Both merges say the same, in whichever order the two are given, but for the order of lists.
    expect(merge3(tree, theirs, mine).clashes).toEqual([]);
    for (const at of changedPlaces(tree, value)) {
      const touched = [...changedPlaces(tree, mine), ...changedPlaces(tree, theirs)];
      expect(touched.some((p) => p.every((s, i) => at[i] === undefined || at[i] === s) || at.every((s, i) => p[i] === undefined || p[i] === s))).toBe(true);
    }
  }
});

interface Corpus {
  base: unknown;
  cases: { mine: unknown; theirs: unknown; take: 'mine' | 'theirs'; merged: unknown; conflicts: string[] }[];
}

/** The server leaves empty lists out, as it does all defaults. */
function withoutEmpty(v: unknown): unknown {
  if (Array.isArray(v)) return v.map(withoutEmpty);
  if (typeof v !== 'object' || v === null) return v;
  return Object.fromEntries(Object.entries(v).filter(([, x]) => !(Array.isArray(x) && x.length === 0)).map(([k, x]) => [k, withoutEmpty(x)]));
}

test('the server merges alike', () => {
  const corpus = JSON.parse(readFileSync(new URL('../../../designer/testdata/merge.json', import.meta.url), 'utf8')) as Corpus;
  expect(corpus.cases.length).toBeGreaterThan(30);
  expect(corpus.cases.some((c) => c.conflicts.length > 0)).toBe(true);
  for (const c of corpus.cases) {
    const { value, clashes } = merge3(corpus.base, c.mine, c.theirs, () => c.take);
    expect(clashes.map((x) => '/' + x.at.join('/')).toSorted()).toEqual(c.conflicts);
    expect(withoutEmpty(value)).toEqual(withoutEmpty(c.merged));
  }
});

test('two who put the same list in another order are asked', () => {
  const mine = structuredClone(base);
  const theirs = structuredClone(base);
  mine.forms[0]!.fields.reverse();
  theirs.forms[0]!.fields = [base.forms[0]!.fields[1]!, base.forms[0]!.fields[0]!, base.forms[0]!.fields[2]!];
  const { clashes } = merge3(base, mine, theirs);
  expect(clashes.map((c) => c.at)).toEqual([['forms', 'deal', 'fields']]);
  expect(merge3(base, mine, theirs, () => 'theirs').value.forms[0]!.fields.map((f) => f.key)).toEqual(['note', 'amount', 'owner']);
});
