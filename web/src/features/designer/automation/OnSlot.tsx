import { Select } from 'antd';
import { useTranslation } from 'react-i18next';
import type { ActOn } from '@/model/definition';
import type { Path } from '@/model/path';
import { rowReferences, type Sight } from '@/model/references';
import { useDefinition, useNameOf, useSlot } from '../context';
import { FormulaSlot } from '../controls/FormulaSlot';
import { Row } from '../controls/Row';

/** Which record an action works on: this one, the one behind a reference, or every record that a filter finds. */
export function OnSlot({ at, sight }: { at: Path; sight: Sight }) {
  const { t } = useTranslation('designer');
  const def = useDefinition();
  const nameOf = useNameOf();
  const slot = useSlot<ActOn>(at, ['where']);
  const on = slot.value;
  const references = (def.forms?.find((f) => f.key === sight.form)?.fields ?? []).filter((f) => f.type === 'reference');
  const value = on === undefined ? '' : typeof on === 'string' ? (on === 'record' ? '' : on) : `form:${on.form}`;
  const options = [
    { value: '', label: t('thisRecord') },
    ...references.map((f) => ({ value: f.key, label: t('recordOf', { field: nameOf(f) }) })),
    ...rowReferences(def, sight).map((f) => ({ value: `row.${f.key}`, label: t('recordOfRow', { field: nameOf(f) }) })),
    ...(def.forms ?? []).map((f) => ({ value: `form:${f.key}`, label: t('everyRecordOf', { name: nameOf(f) }) })),
  ];
  if (!options.some((o) => o.value === value)) options.push({ value, label: value });
  return (
    <>
      <Row label={t('onRecord')} path={slot.path} problems={slot.problems}>
        {(id) => (
          <Select
            id={id}
            className="d-wide"
            aria-label={t('onRecord')}
            value={value}
            options={options}
            showSearch={{ optionFilterProp: 'label' }}
            onChange={(v) => slot.set(v === '' ? undefined : v.startsWith('form:') ? { form: v.slice(5) } : v)}
          />
        )}
      </Row>
      {typeof on === 'object' ? (
        <FormulaSlot at={[...at, 'where']} form={on.form} label={t('eachWhere')} placeholder="supplier == source.supplier" />
      ) : null}
    </>
  );
}
