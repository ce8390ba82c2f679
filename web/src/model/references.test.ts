// @vitest-environment node
import { expect, test } from 'vitest';
import type { Definition, Field, Form } from './definition';
import { mayBePhone } from './references';

const field = (key: string, type: Field['type'], more: Partial<Field> = {}): Field => ({ key, name: key, type, ...more });

test('a phone is a phone, a lookup what it brings along, through lookups too', () => {
  const lead: Form = { key: 'lead', name: 'Lead', fields: [field('phone', 'phone'), field('note', 'text'), field('round', 'lookup', { via: 'self', field: 'round' }), field('self', 'reference', { form: 'lead' })] };
  const deal: Form = { key: 'deal', name: 'Deal', fields: [field('lead', 'reference', { form: 'lead' }), field('phone', 'lookup', { via: 'lead', field: 'phone' })] };
  const quote: Form = {
    key: 'quote', name: 'Quote',
    fields: [
      field('deal', 'reference', { form: 'deal' }), field('theirs', 'reference', { form: 'crm.person' }),
      field('phone', 'lookup', { via: 'deal', field: 'phone' }), field('note', 'lookup', { via: 'deal', field: 'lead' }), field('gone', 'lookup', { via: 'deal', field: 'no' }),
      field('unset', 'lookup'), field('elsewhere', 'lookup', { via: 'theirs', field: 'name' }),
    ],
  };
  const def = { forms: [lead, deal, quote] } as unknown as Definition;
  const phones = (form: Form) => form.fields.filter((f) => mayBePhone(def, form, f)).map((f) => f.key);
  expect(phones(lead)).toEqual(['phone']);
  expect(phones(deal)).toEqual(['phone']);
  expect(phones(quote)).toEqual(['phone', 'elsewhere']);
});
