import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import words from '@/locales/en/scenarios.json';
import type { Definition, Test } from '@/model/definition';
import { formOfTest } from '@/model/scenarios';
import { tellStep, type Teller } from './words';

const known = words as Record<string, string>;
const teller: Teller = {
  say: (key, values = {}) => {
    const found = known[key] ?? known[`${key}_other`];
    if (found === undefined) throw new Error(`no words for ${key}`);
    return found.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name]));
  },
  text: (text, otherwise) => (typeof text === 'string' ? text : (text?.en ?? otherwise)),
  duration: (iso) => iso,
  record: (key) => ({ acme: 'Acme Ltd' })[key] ?? key,
  person: (id) => ({ 'rep.li': 'Li', 'mgr.wang': 'Wang' })[id] ?? id,
  list: (names) => names.join(', '),
};

const def = {
  spec: 'pipewright/1',
  key: 'shop',
  name: 'Shop',
  options: [{ key: 'size', items: [{ key: 's', name: 'Small' }] }],
  forms: [{ key: 'deal', name: 'Deal', fields: [{ key: 'size', type: 'select', options: 'size', name: 'Size' }, { key: 'lines', type: 'table', name: 'Lines', fields: [] }] }],
  processes: [
    {
      key: 'deal', form: 'deal', name: 'Deal', start: 'talk',
      stages: [{ key: 'talk', name: 'Talk', checklist: [{ key: 'call', name: 'Called' }] }, { key: 'won', name: 'Won', end: 'won' }],
      transitions: [{ key: 'win', name: 'Win', from: ['talk'], to: 'won' }],
    },
  ],
  approvals: [{ key: 'price', name: 'Price', steps: [{ key: 'boss', name: 'Boss', who: [] }] }],
} as unknown as Definition;
const test: Test = { name: 'x', as: 'rep.li', given: { form: 'deal' }, steps: [] };
const told = (step: Test['steps'][number]) => tellStep(def, test, step, teller);

describe('a step of a scenario in words', () => {
  it('names who, what and what must be so', () => {
    expect(told({ do: 'win', with: { size: 's', lines: [{}, {}] }, expect: { stage: 'won', problems: [], data: { size: null } } })).toEqual({
      who: 'Li', does: 'takes “Win”', with: [['Size', 'Small'], ['Lines', '2 rows']], expects: ['it is done', 'it is in “Won”', 'Size is empty'],
    });
    expect(told({ as: 'mgr.wang', approve: 'boss', expect: { waitingFor: ['boss'] } })).toMatchObject({ who: 'Wang', does: 'approves “Boss”', expects: ['it waits at “Boss”'] });
    expect(told({ expect: { waitingFor: [] } }).expects).toEqual(['it waits at no step']);
    expect(told({ check: ['call'] }).does).toBe('ticks Called');
    expect(told({ after: 'P3D' })).toEqual({ does: 'After P3D', with: [], expects: [] });
    expect(told({ expect: { problems: ['required', 'odd.code'] } })).toEqual({ does: 'Look at it', with: [], expects: ['it is refused: something required is missing, odd.code'] });
  });

  it('has words for every step of the built-in templates', () => {
    const folder = join(import.meta.dirname, '../../../../../builtin-templates');
    let steps = 0;
    for (const app of readdirSync(folder, { withFileTypes: true }).filter((d) => d.isDirectory())) {
      const whole = JSON.parse(readFileSync(join(folder, app.name, 'app.json'), 'utf8')) as Definition;
      for (const one of whole.tests ?? []) {
        expect(formOfTest(whole, one)).toBeDefined();
        for (const step of one.steps) {
          steps += 1;
          const read = tellStep(whole, one, step, teller);
          expect(read.does === 'Look at it' ? read.expects.length : read.does.length, `${app.name} ${one.name}`).toBeGreaterThan(0);
        }
      }
    }
    expect(steps).toBeGreaterThan(20);
  });
});
