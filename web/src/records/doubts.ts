import type { FieldStates } from '@/api/types';
import { isComputed, type Field, type Form } from '@/model/definition';

const doubtful = (f: Field): boolean => f.type === 'idcode' || Boolean(f.checks?.some((c) => c.mode === 'warn')) || Boolean(f.fields?.some(doubtful));

/** Values of this form may be saved although something should be looked at: a check or a unique rule only warns, or a code may be mistyped. */
export function mayDoubt(form: Form): boolean {
  return form.fields.some(doubtful) || Boolean(form.checks?.some((c) => c.mode === 'warn')) || Boolean(form.unique?.some((u) => u.mode === 'warn'));
}

const coded = (f: Field): boolean => f.type === 'idcode' || Boolean(f.fields?.some(coded));

/**
 * Fields whose doubt is found as they are read, so that the server must be told them although they did not change. Only those that the person
 * may change: of the others it would refuse to hear.
 */
export function toldAgain(form: Form, states: FieldStates): string[] {
  return form.fields.filter((f) => coded(f) && !isComputed(f) && states[f.key]?.visible && !states[f.key]?.readOnly && !states[f.key]?.masked).map((f) => f.key);
}
