import { expect, it } from 'vitest';
import { canonical } from './canonical';
import { offsets } from './offsets';
import { isObject, type Json, type Path } from './path';
import { random, someTree } from './random';
import { sample } from './sample';

it('property: finds every place of a written text', () => {
  for (let seed = 1; seed <= 200; seed++) {
    const tree = { v: someTree(random(seed), 4) };
    const text = JSON.stringify(tree, null, 2);
    const walk = (value: Json, path: Path) => {
      const { from } = offsets(text, path);
      const last = path.at(-1);
      // A member is found at its name, a list's element at its value.
      const want = typeof last === 'string' ? `${JSON.stringify(last)}: ` : JSON.stringify(value)?.[0];
      if (last !== undefined) expect(text.slice(from, from + (want?.length ?? 0)), `seed ${seed} ${path.join('/')}`).toBe(want);
      if (Array.isArray(value)) value.forEach((v, i) => walk(v, [...path, i]));
      else if (isObject(value)) for (const [k, v] of Object.entries(value)) walk(v, [...path, k]);
    };
    walk(tree, []);
  }
});

it('gives the nearest outer value for what is not there', () => {
  const text = canonical(sample);
  const there = offsets(text, ['forms', 1, 'fields', 0]);
  expect(offsets(text, ['forms', 1, 'fields', 0, 'calc', 'x'])).toEqual(there);
});

it('writes the same text for the same definition, however its members are ordered', () => {
  const turned = (v: Json): Json =>
    Array.isArray(v)
      ? v.map(turned)
      : isObject(v)
        ? Object.fromEntries(
            Object.entries(v)
              .toReversed()
              .map(([k, x]) => [k, turned(x)]),
          )
        : v;
  const listed = Object.keys(JSON.parse(canonical(turned(sample))) as object);
  expect(listed.slice(0, 3)).toEqual(['spec', 'key', 'name']);
  expect(JSON.parse(canonical(sample))).toEqual(JSON.parse(JSON.stringify(sample)));
});
