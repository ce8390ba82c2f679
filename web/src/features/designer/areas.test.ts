import { expect, test } from 'vitest';
import { nextArea } from './areas';

test('F6 goes through the parts of a page and lands on what matters there', () => {
  document.body.innerHTML = `
    <nav class="d-tabs"><a href="#1" id="forms">Forms</a><a href="#2" id="flow" aria-current="page">Flow</a></nav>
    <nav class="d-palette"></nav>
    <section class="d-canvas"><button id="bar">x</button><button class="d-hit" id="one"></button><button class="d-hit" id="two" aria-pressed="true"></button></section>
    <aside class="d-panel"><button id="close">x</button><input id="name"><button>y</button></aside>`;
  const at = (id: string) => document.getElementById(id);
  const walk = (start: string | null, back: boolean, steps: number) => {
    let here = start === null ? document.body : at(start);
    return Array.from({ length: steps }, () => (here = nextArea(document, here, back) ?? null)?.id);
  };
  expect(walk(null, false, 4)).toEqual(['flow', 'two', 'name', 'flow']);
  expect(walk('close', true, 3)).toEqual(['two', 'flow', 'name']);
  expect(nextArea(document.createElement('div'), null, false)).toBeUndefined();
});
