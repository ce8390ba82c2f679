import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readFigures } from './figures';

const cases = JSON.parse(readFileSync(join(import.meta.dirname, '../../../../../designer/testdata/figures.json'), 'utf8')) as Record<string, string>;

it.each(Object.entries(cases))('reads %s as %s', (written, meant) => expect(readFigures(written)).toBe(meant));
