import { useTranslation } from 'react-i18next';
import type { Definition, Field } from '@/model/definition';
import { useText } from '@/ui/text';
import { isEmpty, useFieldEnv, type CellProps, type FieldKind, type InputProps, type SettingsProps } from './kind';
import { kindOf } from './kindOf';
import { ChoiceSetting, TextSetting } from './settings';

/** Lookups and rollups may rest on one another this often. */
const MAX_LINKS = 3;

/** The fields among which a field stands: those of its form or of its table. */
function siblings(definition: Definition, field: Field): Field[] {
  for (const form of definition.forms ?? []) {
    if (form.fields.includes(field)) return form.fields;
    for (const table of form.fields) if (table.fields?.includes(field)) return table.fields;
  }
  return [];
}

/** What a rollup over "form", or over "form.table", sums up: the fields of the form, or the columns of its table. */
export function summed(definition: Definition, of: string | undefined): readonly Field[] {
  const [key, table] = (of ?? '').split('.');
  const fields = definition.forms?.find((f) => f.key === key)?.fields ?? [];
  return table === undefined ? fields : (fields.find((f) => f.key === table && f.type === 'table')?.fields ?? []);
}

/** The field that a lookup or rollup amounts to, under its own name; itself when it names nothing that is there. */
export function shownAs(definition: Definition, field: Field, level = 1): Field {
  if ((field.type !== 'lookup' && field.type !== 'rollup') || level > MAX_LINKS) return field;
  const as = (source: Partial<Field> & Pick<Field, 'type'>): Field => ({ ...source, key: field.key, ...(field.name === undefined ? {} : { name: field.name }) });
  if (field.type === 'rollup' && field.agg === 'count') return as({ type: 'number', scale: 0 });
  const of = field.type === 'lookup' ? siblings(definition, field).find((f) => f.key === field.via)?.form : field.form;
  const source = summed(definition, of).find((f) => f.key === field.field);
  if (!source) return field;
  const end = shownAs(definition, source, level + 1);
  if (field.type === 'rollup' && (end.type === 'rating' || end.type === 'slider')) return as({ type: 'number' });
  if (end.type !== 'money' || end.currency !== undefined || field.ownCurrency) return as(end);
  // Whatever the form it is shown in says of its own amounts.
  return as({ ...end, ...(definition.currency === undefined ? {} : { currency: definition.currency }) });
}

/** Nobody types it; it shows as what it amounts to. */
export function LinkedCell({ field, value }: CellProps) {
  const { definition } = useFieldEnv();
  const shown = shownAs(definition, field);
  if (shown.type === 'lookup' || shown.type === 'rollup') return <>{typeof value === 'object' ? '' : String(value ?? '')}</>;
  const { Cell } = kindOf(shown.type);
  return <Cell field={shown} value={value} />;
}

export function LinkedInput({ id, field, value }: InputProps) {
  return (
    <div className="still calc" id={id}>
      {isEmpty(value) ? <span className="dim">–</span> : <LinkedCell field={field} value={value} />}
    </div>
  );
}

function RollupSettings({ field, definition, onChange }: SettingsProps) {
  const { t } = useTranslation('fields');
  const text = useText();
  const form = definition.forms?.find((f) => f.fields.includes(field));
  const own = form?.key;
  // What can be summed up: forms with a reference that points here, and tables with such a column.
  const points = (f: Field) => f.type === 'reference' && f.form === own;
  const sources = (definition.forms ?? []).flatMap((f) => {
    const name = text(f.name, f.key);
    const tables = f.fields.filter((x) => x.type === 'table' && x.fields?.some(points));
    return [
      ...(f.fields.some(points) ? [{ value: f.key, label: name }] : []),
      ...tables.map((x) => ({ value: `${f.key}.${x.key}`, label: t('rollupRows', { form: name, table: text(x.name, x.key) }) })),
    ];
  });
  const named = (list: readonly Field[]) => list.map((f) => ({ value: f.key, label: text(f.name, f.key) }));
  const via = (of: string | undefined) => summed(definition, of).filter(points);
  const agg = field.agg ?? 'count';
  const currency = form?.fields.find((f) => f.key === form.currency);
  return (
    <>
      <ChoiceSetting
        label={t('rollupForm')}
        value={field.form}
        help={t('rollupFormHelp')}
        options={sources}
        onChange={(form) => onChange({ form, via: via(form)[0]?.key, field: undefined } as Partial<Field>)}
      />
      <ChoiceSetting label={t('rollupVia')} value={field.via} options={named(via(field.form))} onChange={(v) => onChange({ via: v } as Partial<Field>)} />
      <ChoiceSetting
        label={t('agg')}
        value={agg}
        options={(['count', 'sum', 'min', 'max', 'avg'] as const).map((a) => ({ value: a, label: t(`agg.${a}`) }))}
        onChange={(v) => onChange({ agg: v as NonNullable<Field['agg']>, ...(v === 'count' ? { field: undefined } : {}) } as Partial<Field>)}
      />
      {agg === 'count' ? null : (
        <ChoiceSetting
          label={t('aggField')}
          value={field.field}
          options={named(summed(definition, field.form).filter((f) => SUMMED.has(shownAs(definition, f).type) || ((agg === 'min' || agg === 'max') && DATED.has(shownAs(definition, f).type))))}
          onChange={(v) => onChange({ field: v } as Partial<Field>)}
        />
      )}
      {field.ownCurrency || (currency && agg !== 'count' && shownAs(definition, field).type === 'money') ? (
        <ChoiceSetting
          label={t('rollupCurrency')}
          help={t('rollupCurrencyHelp')}
          value={field.ownCurrency ? 'own' : 'app'}
          options={[
            { value: 'app', label: t('rollupCurrency.app', { currency: definition.currency ?? 'CNY' }) },
            { value: 'own', label: t('rollupCurrency.own', { field: text(currency?.name, currency?.key ?? '') }) },
          ]}
          onChange={(v) => onChange({ ownCurrency: v === 'own' ? true : undefined } as Partial<Field>)}
        />
      ) : null}
      <TextSetting label={t('rollupWhere')} help={t('rollupWhereHelp')} mono value={field.where} onChange={(where) => onChange({ where } as Partial<Field>)} />
    </>
  );
}

const SUMMED: ReadonlySet<string> = new Set(['number', 'money', 'percent', 'duration', 'rating', 'slider']);
const DATED: ReadonlySet<string> = new Set(['date', 'datetime']);

export const rollup: FieldKind = {
  type: 'rollup', icon: 'sum', Input: LinkedInput, Cell: LinkedCell, Settings: RollupSettings, automatic: true, numeric: true, fresh: { agg: 'count' }, filters: [],
};
