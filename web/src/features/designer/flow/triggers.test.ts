import { expect, it } from 'vitest';
import { inOrder, type SetsOff } from './triggers';

const edge = (from: string, to: string): SetsOff => ({ from, to, path: `/automations/${from}/do/0`, what: 'updated', later: false, loop: false });

it('puts causes before what they cause, and leaves out what nothing touches', () => {
  expect(inOrder(['c', 'idle', 'b', 'a'], [edge('a', 'b'), edge('b', 'c')])).toEqual(['a', 'b', 'c']);
});

it('keeps the order of the list where edges leave it free', () => {
  expect(inOrder(['x', 'y', 'z', 'w'], [edge('x', 'z'), edge('y', 'w')])).toEqual(['x', 'z', 'y', 'w']);
});

it('takes every automation of a circle once', () => {
  expect(inOrder(['a', 'b', 'self'], [edge('a', 'b'), edge('b', 'a'), edge('self', 'self')]).sort()).toEqual(['a', 'b', 'self']);
});
