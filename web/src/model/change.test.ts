import { describe, expect, it } from 'vitest';
import { ChangeError, invert, reduce, same, type Change } from './change';
import { begin, make, redo, settle, typing, undo } from './history';
import { isObject, keyPath, locate, valueAt, type Json, type Path } from './path';
import { random, someChange, someTree } from './random';

describe('change', () => {
  const def = { forms: [{ key: 'deal', fields: [{ key: 'a' }, { key: 'b' }, { key: 'c' }] }] };

  it.each<[string, Change, Json]>([
    [
      'sets a member',
      { op: 'set', at: ['forms', 0, 'fields', 1, 'required'], value: true },
      [{ key: 'a' }, { key: 'b', required: true }, { key: 'c' }],
    ],
    ['removes a member', { op: 'set', at: ['forms', 0, 'fields', 1, 'key'] }, [{ key: 'a' }, {}, { key: 'c' }]],
    [
      'inserts',
      { op: 'insert', at: ['forms', 0, 'fields'], index: 1, value: { key: 'x' } },
      [{ key: 'a' }, { key: 'x' }, { key: 'b' }, { key: 'c' }],
    ],
    ['removes', { op: 'remove', at: ['forms', 0, 'fields'], index: 0 }, [{ key: 'b' }, { key: 'c' }]],
    ['moves on', { op: 'move', at: ['forms', 0, 'fields'], from: 0, to: 2 }, [{ key: 'b' }, { key: 'c' }, { key: 'a' }]],
    ['moves back', { op: 'move', at: ['forms', 0, 'fields'], from: 2, to: 0 }, [{ key: 'c' }, { key: 'a' }, { key: 'b' }]],
  ])('%s', (_name, change, fields) => {
    const after = reduce(def, change);
    expect(after.forms[0]?.fields).toEqual(fields);
    expect(def.forms[0]?.fields).toEqual([{ key: 'a' }, { key: 'b' }, { key: 'c' }]);
    expect(reduce(after, invert(def, change))).toEqual(def);
  });

  it('makes missing parents and takes them away again', () => {
    const change: Change = { op: 'set', at: ['layout', 'deal', 'won'], value: { x: 1, y: 2 } };
    const after = reduce(def as Json, change);
    expect(after).toEqual({ ...def, layout: { deal: { won: { x: 1, y: 2 } } } });
    expect(reduce(after, invert(def as Json, change))).toEqual(def);
  });

  it.each<[string, Change]>([
    ['a place past the end', { op: 'insert', at: ['forms', 0, 'fields'], index: 9, value: 1 }],
    ['a list where there is none', { op: 'remove', at: ['forms', 0, 'key'], index: 0 }],
    ['a member of a list', { op: 'set', at: ['forms', 'deal'], value: 1 }],
  ])('refuses %s', (_name, change) => {
    expect(() => reduce(def as Json, change)).toThrow(ChangeError);
  });

  it('property: a change and its inverse leave everything as it was', () => {
    for (let seed = 1; seed <= 2000; seed++) {
      const r = random(seed);
      const before = someTree(r, 4);
      const change = someChange(r, before);
      const frozen = JSON.stringify(before);
      const after = reduce(before, change);
      expect(JSON.stringify(before)).toBe(frozen);
      const back = reduce(after, invert(before, change));
      if (!same(back, before)) throw new Error(`seed ${seed}: ${JSON.stringify({ before, change, after, back })}`);
    }
  });
});

describe('history', () => {
  it('property: undoing everything gives the beginning, redoing everything the end', () => {
    for (let seed = 1; seed <= 300; seed++) {
      const r = random(seed);
      const start = someTree(r, 4);
      let h = begin(start);
      for (let i = 0; i < 12; i++) {
        h = make(h, someChange(r, h.now), r() < 0.3 ? 'm' : undefined);
        if (r() < 0.2) h = settle(h);
        if (r() < 0.2) h = undo(h);
        if (r() < 0.1) h = redo(h);
      }
      while (h.forth.length > 0) h = redo(h);
      const end = h.now;
      while (h.back.length > 0) h = undo(h);
      expect(same(h.now, start), `seed ${seed}, start`).toBe(true);
      while (h.forth.length > 0) h = redo(h);
      expect(same(h.now, end), `seed ${seed}, end`).toBe(true);
    }
  });

  it('joins typing at one place into one step', () => {
    const at = ['name'];
    let h = begin<Json>({ name: '' });
    for (const name of ['d', 'de', 'dea', 'deal']) h = make(h, { op: 'set', at, value: name }, typing(at));
    expect(h.back).toHaveLength(1);
    h = settle(h);
    h = make(h, { op: 'set', at, value: 'deals' }, typing(at));
    expect(h.back).toHaveLength(2);
    h = undo(undo(h));
    expect(h.now).toEqual({ name: '' });
  });

  it('drops what was undone when something else is done', () => {
    let h = begin<Json>({ n: 0 });
    h = make(h, { op: 'set', at: ['n'], value: 1 });
    h = undo(h);
    h = make(h, { op: 'set', at: ['n'], value: 2 });
    expect(redo(h)).toBe(h);
    expect(undo(h).now).toEqual({ n: 0 });
  });

  it('passes over a change that changes nothing', () => {
    const h = begin<Json>({ n: 1 });
    expect(make(h, { op: 'set', at: ['n'], value: 1 })).toBe(h);
  });
});

describe('key paths', () => {
  it('property: every place is found again by its key path', () => {
    for (let seed = 1; seed <= 300; seed++) {
      const tree = someTree(random(seed), 4);
      const walk = (at: Json, path: Path) => {
        const found = locate(tree, keyPath(tree, path));
        expect(valueAt(tree, found ?? [])).toBe(at);
        if (Array.isArray(at)) at.forEach((v, i) => walk(v, [...path, i]));
        else if (isObject(at)) for (const [k, v] of Object.entries(at)) walk(v, [...path, k]);
      };
      walk(tree, []);
    }
  });
});
