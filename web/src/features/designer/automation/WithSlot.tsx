import { Select } from 'antd';
import { useTranslation } from 'react-i18next';
import type { WithValue } from '@/model/definition';
import type { Path } from '@/model/path';
import type { Sight } from '@/model/references';
import { useDefinition, useNameOf, useSlot } from '../context';
import { useFieldChoices } from '../controls/choices';
import { FormulaSlot } from '../controls/FormulaSlot';
import { IconButton, Problems } from '../controls/Row';
import { ChoiceSlot } from '../controls/slots';
import { tablesOf } from './tables';

/** What a started record begins with: a formula for each field, or for a table the rows it is made from. */
export function WithSlot({ at, target, sight }: { at: Path; target: string; sight: Sight }) {
  const { t } = useTranslation('designer');
  const def = useDefinition();
  const slot = useSlot<Record<string, WithValue>>(at);
  const fields = useFieldChoices(target);
  const isTable = (key: string) => def.forms?.find((f) => f.key === target)?.fields.some((f) => f.key === key && f.type === 'table') ?? false;
  const label = t('startWith');
  const entries = Object.entries(slot.value ?? {});
  const without = (key: string) => Object.fromEntries(entries.filter(([k]) => k !== key));
  const nameOfField = (key: string) => fields.find((f) => f.value === key)?.label ?? key;
  const tables = tablesOf(def, sight.form);
  return (
    <div className="d-conditions" role="group" aria-label={label}>
      {entries.map(([key, value]) => (
        <div key={key} className="d-assign">
          {typeof value === 'string' ? (
            <FormulaSlot at={[...at, key]} form={sight.form} label={t('setTo', { field: nameOfField(key) })} />
          ) : (
            <RowsOf at={[...at, key]} form={sight.form} target={target} table={key} label={nameOfField(key)} />
          )}
          <IconButton icon="close" label={t('remove')} onClick={() => slot.set(without(key))} />
        </div>
      ))}
      <Select
        className="d-wide"
        aria-label={`${label}: ${t('addSet')}`}
        value={null}
        placeholder={t('addSet')}
        options={fields.filter((f) => slot.value?.[f.value] === undefined)}
        showSearch={{ optionFilterProp: 'label' }}
        onChange={(key: string | null) => {
          if (key) slot.set({ ...slot.value, [key]: isTable(key) ? { from: tables[0]?.key ?? 'rows', set: {} } : '' });
        }}
      />
      <Problems list={entries.length === 0 ? slot.problems : []} />
    </div>
  );
}

function RowsOf({ at, form, target, table, label }: { at: Path; form: string; target: string; table: string; label: string }) {
  const { t } = useTranslation('designer');
  const def = useDefinition();
  const nameOf = useNameOf();
  const set = useSlot<Record<string, string>>([...at, 'set']);
  const columns = def.forms?.find((f) => f.key === target)?.fields.find((f) => f.key === table)?.fields ?? [];
  const tables = tablesOf(def, form);
  const keys = Object.keys(set.value ?? {});
  return (
    <div className="d-conditions" role="group" aria-label={label}>
      <ChoiceSlot
        at={[...at, 'from']}
        label={t('rowsFrom', { field: label })}
        choices={[...tables.map(({ key, via, table }) => ({ value: key, label: via ? `${nameOf(via)} · ${nameOf(table)}` : nameOf(table) })), { value: 'rows', label: t('rowsOfGroup') }]}
      />
      <FormulaSlot at={[...at, 'if']} form={form} label={t('rowsIf')} placeholder="row.qty > 0" />
      {keys.map((key) => (
        <div key={key} className="d-assign">
          <FormulaSlot
            at={[...at, 'set', key]}
            form={form}
            label={t('setTo', { field: nameOf(columns.find((c) => c.key === key) ?? { key }) })}
            placeholder={`row.${key}`}
          />
          <IconButton icon="close" label={t('remove')} onClick={() => set.set(Object.fromEntries(Object.entries(set.value ?? {}).filter(([k]) => k !== key)))} />
        </div>
      ))}
      <Select
        className="d-wide"
        aria-label={`${label}: ${t('addRowColumn')}`}
        value={null}
        placeholder={t('addRowColumn')}
        options={columns.filter((c) => !keys.includes(c.key)).map((c) => ({ value: c.key, label: nameOf(c) }))}
        onChange={(key: string | null) => {
          if (key) set.set({ ...set.value, [key]: '' });
        }}
      />
      <Problems list={set.problems} />
    </div>
  );
}
