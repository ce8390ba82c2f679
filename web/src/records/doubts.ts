import type { Field, Form } from '@/model/definition';

const doubtful = (f: Field): boolean => f.type === 'idcode' || Boolean(f.checks?.some((c) => c.mode === 'warn')) || Boolean(f.fields?.some(doubtful));

/** Values of this form may be saved although something should be looked at: a check or a unique rule only warns, or a code may be mistyped. */
export function mayDoubt(form: Form): boolean {
  return form.fields.some(doubtful) || Boolean(form.checks?.some((c) => c.mode === 'warn')) || Boolean(form.unique?.some((u) => u.mode === 'warn'));
}
