import { Select } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Each } from '@/model/definition';
import type { Path } from '@/model/path';
import { formOfEach, type Sight } from '@/model/references';
import { useDefinition, useNameOf, useSlot } from '../context';
import { useFieldChoices } from '../controls/choices';
import { FormulaSlot } from '../controls/FormulaSlot';
import { Row } from '../controls/Row';
import { ChoiceSlot } from '../controls/slots';
import { tablesOf } from './tables';

/** What an each goes through: rows of a table, records of a form, or groups of them. Without `sight` it is that of a schedule. */
export function EachSlot({ at, sight, none }: { at: Path; sight?: Sight; none?: string }) {
  const { t } = useTranslation('designer');
  const def = useDefinition();
  const nameOf = useNameOf();
  const slot = useSlot<Each>(at, ['where', 'groupBy']);
  const each = slot.value;
  const kind = (['rows', 'process', 'form'] as const).find((k) => each?.[k] !== undefined);
  const form = formOfEach(def, each);
  const fields = useFieldChoices(form);
  const value = kind ? `${kind}:${each?.[kind]}` : '';
  const options = [
    ...(none ? [{ value: '', label: none }] : []),
    ...tablesOf(def, sight?.form).map(({ key, via, table }) => ({
      value: `rows:${key}`,
      label: t('eachRow', { name: via ? `${nameOf(via)} · ${nameOf(table)}` : nameOf(table) }),
    })),
    ...(def.processes ?? []).map((p) => ({ value: `process:${p.key}`, label: t('eachOf', { name: nameOf(p) }) })),
    ...(def.forms ?? [])
      .filter((f) => !def.processes?.some((p) => p.form === f.key))
      .map((f) => ({ value: `form:${f.key}`, label: t('eachOf', { name: nameOf(f) }) })),
  ];
  if (value !== '' && !options.some((o) => o.value === value)) options.push({ value, label: kind === 'form' ? t('eachOf', { name: nameOf(def.forms?.find((f) => f.key === each?.form) ?? { key: each?.form ?? '' }) }) : String(each?.[kind ?? 'rows']) });
  return (
    <>
      <Row label={t('forEach')} path={slot.path} problems={slot.problems}>
        {(id) => (
          <Select
            id={id}
            className="d-wide"
            aria-label={t('forEach')}
            value={value || (none ? '' : null)}
            options={options}
            onChange={(v) => {
              const [what, key] = (v ?? '').split(':');
              slot.set(what === undefined || what === '' ? undefined : { [what as 'form']: key, ...(each?.where ? { where: each.where } : {}) });
            }}
          />
        )}
      </Row>
      {kind === undefined ? null : (
        <FormulaSlot
          at={[...at, 'where']}
          form={kind === 'rows' ? (sight?.form ?? '') : form}
          label={t('eachWhere')}
          placeholder={kind === 'rows' ? 'row.qty > 0' : 'open and idleDays > 7'}
        />
      )}
      {kind === 'form' || kind === 'process' ? (
        <ChoiceSlot at={[...at, 'groupBy']} label={t('eachGroupBy')} unset={t('notGrouped')} choices={fields} hint={t('eachGroupHint')} />
      ) : null}
    </>
  );
}
