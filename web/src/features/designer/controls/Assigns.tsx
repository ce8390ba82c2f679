import { Select } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Assigns as Map } from '@/model/definition';
import type { Path } from '@/model/path';
import { useSlot } from '../context';
import { useFieldChoices } from './choices';
import { FormulaSlot } from './FormulaSlot';
import { IconButton, Problems } from './Row';

/** Fields of one form, each set to a formula that reads another (or the same). */
export function AssignsSlot({
  at,
  target,
  reads,
  label,
  initial = '',
}: {
  at: Path;
  target: string;
  reads: string;
  label: string;
  initial?: string;
}) {
  const { t } = useTranslation('designer');
  const slot = useSlot<Map>(at);
  const fields = useFieldChoices(target);
  const entries = Object.keys(slot.value ?? {});
  const without = (key: string) => Object.fromEntries(Object.entries(slot.value ?? {}).filter(([k]) => k !== key));
  return (
    <div className="d-conditions" role="group" aria-label={label}>
      {entries.map((key) => (
        <div key={key} className="d-assign">
          <FormulaSlot
            at={[...at, key]}
            form={reads}
            into={key}
            intoForm={target}
            label={t('setTo', { field: fields.find((f) => f.value === key)?.label ?? key })}
          />
          <IconButton icon="close" label={t('remove')} onClick={() => slot.set(without(key))} />
        </div>
      ))}
      <Select
        className="d-wide"
        aria-label={`${label}: ${t('addSet')}`}
        value={null}
        placeholder={t('addSet')}
        options={fields.filter((f) => !entries.includes(f.value))}
        showSearch={{ optionFilterProp: 'label' }}
        onChange={(key: string | null) => {
          if (key) slot.set({ ...slot.value, [key]: initial });
        }}
      />
      <Problems list={entries.length === 0 ? slot.problems : []} />
    </div>
  );
}
