// @vitest-environment node
import { expect, test } from 'vitest';
import type { Definition } from '@/model/definition';
import { usesOf } from '@/model/rename';
import { tablesOf } from './tables';

const def: Definition = {
  spec: 'pipewright/1',
  key: 'shop',
  name: 'Shop',
  forms: [
    { key: 'contract', name: 'Contract', fields: [{ key: 'plan', type: 'table', name: 'Plan', fields: [] }, { key: 'note', type: 'text', name: 'Note' }] },
    {
      key: 'order',
      name: 'Order',
      fields: [
        { key: 'contract', type: 'reference', form: 'contract', name: 'Contract' },
        { key: 'lines', type: 'table', name: 'Lines', fields: [] },
        { key: 'gone', type: 'reference', form: 'nothing', name: 'Gone' },
      ],
    },
  ],
  automations: [
    { key: 'a', name: 'A', on: { created: 'order' }, each: { rows: 'contract.plan' }, do: [{ start: { form: 'order', with: { lines: { from: 'contract.plan', set: {} } } } }] },
  ],
};

test('the tables of a record, and those behind its references', () => {
  expect(tablesOf(def, 'order').map((x) => x.key)).toEqual(['lines', 'contract.plan']);
  expect(tablesOf(def, undefined)).toEqual([]);
});

test('a table behind a reference uses the reference', () => {
  expect(usesOf(def, 'order', 'contract')).toEqual(['/automations/a/each/rows', '/automations/a/do/0/start/with/lines/from']);
});
