import { useTranslation } from 'react-i18next';
import type { Field } from '@/model/definition';
import { useText } from '@/ui/text';
import type { FieldKind, SettingsProps } from './kind';
import { LinkedCell, LinkedInput } from './rollup';
import { ChoiceSetting } from './settings';

function LookupSettings({ field, definition, onChange }: SettingsProps) {
  const { t } = useTranslation('fields');
  const text = useText();
  const form = definition.forms?.find((f) => f.fields.includes(field) || f.fields.some((x) => x.fields?.includes(field)));
  const among = form?.fields.find((f) => f.fields?.includes(field))?.fields ?? form?.fields ?? [];
  const references = among.filter((f) => f.type === 'reference');
  const target = definition.forms?.find((f) => f.key === references.find((r) => r.key === field.via)?.form);
  const named = (list: readonly Field[]) => list.map((f) => ({ value: f.key, label: text(f.name, f.key) }));
  return (
    <>
      <ChoiceSetting label={t('lookupVia')} help={t('lookupViaHelp')} value={field.via} options={named(references)} onChange={(via) => onChange({ via, field: undefined } as Partial<Field>)} />
      <ChoiceSetting
        label={t('lookupField')}
        value={field.field}
        options={named((target?.fields ?? []).filter((f) => f.type !== 'table' && f.type !== 'static'))}
        onChange={(next) => onChange({ field: next } as Partial<Field>)}
      />
    </>
  );
}

export const lookupField: FieldKind = {
  type: 'lookup', icon: 'lookup', Input: LinkedInput, Cell: LinkedCell, Settings: LookupSettings, automatic: true, links: true, filters: [],
};
