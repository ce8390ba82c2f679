import type { Detail } from '@/api/client';
import type { RecordItem } from '@/api/types';
import { isComputed, type Field } from '@/model/definition';
import { fieldOf, mayWriteIn, type Model } from '@/records/model';

/** How many records are chosen at most; the server takes no more at once. */
export const mostChosen = 100;

/** What became of one of many records. */
export interface Outcome {
  id: string;
  ok: boolean;
  error: { code: string; message: string; details?: Detail[] } | null;
}

/** Why one was refused: what is wrong with it in particular, where that is said. */
export function reasonOf(outcome: Outcome): string {
  const details = outcome.error?.details ?? [];
  return details.length > 0 ? [...new Set(details.map((d) => d.message))].join(' · ') : (outcome.error?.message ?? '');
}

/** Types whose value is no single one that many records could share, or is one record's by its nature. */
const unshared: ReadonlySet<Field['type']> = new Set(['table', 'static', 'autonumber', 'signature', 'attachment', 'image', 'location']);

/** The fields that may be changed in some of the records at once: writable by a role of the person, and in the stage of one of them. */
export function sharedFields(model: Model, formKey: string, records: readonly RecordItem[]): Field[] {
  const form = model.form(formKey);
  const process = model.processOf(formKey);
  return model.mayWrite(formKey).flatMap((key) => {
    const field = fieldOf(form, key);
    if (!field || isComputed(field) || unshared.has(field.type)) return [];
    return records.some((r) => mayWriteIn(process, r.stage, key)) ? [field] : [];
  });
}
