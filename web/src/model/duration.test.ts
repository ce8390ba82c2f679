import { expect, it } from 'vitest';
import { durationParts } from './duration';

const said = (text: string) => durationParts(text)?.map((p) => `${p.n}${p.unit}`).join(' ');

it.each([
  ['PT2160H1S', '90D 1S'],
  ['PT2160H', '90D'],
  ['PT50H30M', '2D 2H 30M'],
  ['PT36H', '36H'],
  ['P1DT2H', '1D 2H'],
  ['P3BD', undefined],
  ['P', undefined],
  ['PT0S', undefined],
  ['soon', undefined],
])('%s is said as %s', (text, want) => expect(said(text)).toBe(want));
