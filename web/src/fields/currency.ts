import type { Data } from '@/api/types';
import type { Definition, Field, Form } from '@/model/definition';
import { isMoney } from '@/ui/format';

/** Whether the amounts of a field are in the currency of their record: the form names a field for it, and this one names none. */
export function varies(form: Form | undefined, field: Field): boolean {
  return Boolean(form?.currency) && field.type === 'money' && !field.currency;
}

/** The form a field stands in, itself or as a column of a table. */
export function formAround(definition: Definition, field: Field): Form | undefined {
  return definition.forms?.find((f) => f.fields.includes(field) || f.fields.some((x) => x.fields?.includes(field)));
}

/** The currency a record is in; undefined where nobody has said it, neither the record nor the app. */
export function currencyOf(form: Form | undefined, data: Data | undefined, base: string | undefined): string | undefined {
  const chosen = form?.currency ? data?.[form.currency] : undefined;
  return typeof chosen === 'string' && chosen !== '' ? chosen : base;
}

/** The values with their amounts in another currency: the figures stay, as the person wrote them. */
export function inCurrency(form: Form, data: Data, currency: string): Data {
  const next: Data = { ...data };
  for (const field of form.fields) {
    const value = data[field.key];
    if (varies(form, field) && isMoney(value)) next[field.key] = { ...value, currency };
    const columns = (field.fields ?? []).filter((c) => varies(form, c));
    if (columns.length === 0 || !Array.isArray(value)) continue;
    next[field.key] = (value as Data[]).map((row) => {
      const moved: Data = { ...row };
      for (const { key } of columns) {
        const cell = row[key];
        if (isMoney(cell)) moved[key] = { ...cell, currency };
      }
      return moved;
    });
  }
  return next;
}
