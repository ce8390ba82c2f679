import { expect, it } from 'vitest';
import { spliced } from './text';

it('puts a slot in where the cursor was, over what was chosen, and goes on behind it', () => {
  expect(spliced('Dear ,', '{{ name }}', 5, 5)).toEqual(['Dear {{ name }},', 15]);
  expect(spliced('Dear X,', '{{ name }}', 5, 6)).toEqual(['Dear {{ name }},', 15]);
  expect(spliced('Dear', ' {{ name }}', 4, 4)).toEqual(['Dear {{ name }}', 15]);
});
