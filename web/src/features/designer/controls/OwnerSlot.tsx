import { InputNumber, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { usePeople } from '@/api/people';
import { ownerParts, type Owner, type OwnerAssign, type OwnerParts } from '@/model/definition';
import type { Path } from '@/model/path';
import { useDefinition, useNameOf, useSlot } from '../context';
import { useRoleChoices } from './choices';
import { IconButton, Problems, Row } from './Row';
import { WhoList } from './Who';

/** Among whom an owner is chosen, and how. `unset` is what it means to say nothing about how. */
export function OwnerSlot({ at, form, label, ways, unset }: { at: Path; form: string; label: string; ways: readonly OwnerAssign[]; unset: string }) {
  const { t } = useTranslation('designer');
  const slot = useSlot<Owner>(at);
  const nameOf = useNameOf();
  const pools = (useDefinition().pools ?? []).filter((p) => p.form === form);
  const parts = ownerParts(slot.value);
  const put = (next: OwnerParts) => {
    const { who, assign, weights, pool } = next;
    slot.set({ who: who ?? [], ...(assign ? { assign } : {}), ...(assign === 'weighted' ? { weights: weights ?? {} } : {}), ...(pool ? { pool } : {}) });
  };
  return (
    <div data-path={slot.path}>
      <WhoList
        label={label}
        form={form}
        value={parts.who}
        onChange={(who) => {
          if (who === undefined) slot.set(undefined);
          else put({ ...parts, who });
        }}
        problems={slot.problems}
      />
      {slot.value === undefined ? null : (
        <Row label={t('assign')}>
          {(id) => (
            <Select
              id={id}
              className="d-wide"
              aria-label={t('assign')}
              value={parts.assign ?? ''}
              options={[{ value: '', label: unset }, ...ways.map((v) => ({ value: v, label: t(`assign_${v}`) }))]}
              onChange={(v: OwnerAssign | '') => put({ ...parts, assign: v || undefined })}
            />
          )}
        </Row>
      )}
      {slot.value !== undefined && (pools.length > 0 || parts.pool) ? (
        <Row label={parts.assign === 'pool' ? t('poolIn') : t('poolNobody')}>
          {(id) => (
            <Select
              id={id}
              className="d-wide"
              value={parts.pool ?? ''}
              options={[{ value: '', label: parts.assign === 'pool' ? t('none') : t('poolNobodyUnset') }, ...pools.map((p) => ({ value: p.key, label: nameOf(p) }))]}
              onChange={(v: string) => put({ ...parts, pool: v || undefined })}
            />
          )}
        </Row>
      ) : null}
      {parts.assign === 'weighted' ? <Weights at={[...at, 'weights']} /> : null}
    </div>
  );
}

/** Capacities by role or person: who has twice the weight gets twice the records. */
export function Weights({ at, help }: { at: Path; help?: string }) {
  const { t } = useTranslation('designer');
  const slot = useSlot<Record<string, number>>(at);
  const roles = useRoleChoices();
  const { users } = usePeople();
  const choices = [...roles, ...users.filter((u) => u.active).map((u) => ({ value: u.id, label: u.name }))];
  const weights = slot.value ?? {};
  const nameOf = (key: string) => choices.find((c) => c.value === key)?.label ?? key;
  return (
    <div className="d-conditions" role="group" aria-label={t('weights')}>
      <p className="s">{help ?? t('weightsHelp')}</p>
      {Object.entries(weights).map(([key, n]) => (
        <div key={key} className="d-assign">
          <Row label={nameOf(key)}>
            {(id) => <InputNumber id={id} min={help === undefined ? 0 : 1} max={1000} precision={0} value={n} onChange={(v) => slot.set({ ...weights, [key]: v ?? 0 })} />}
          </Row>
          <IconButton icon="close" label={t('remove')} onClick={() => slot.set(Object.fromEntries(Object.entries(weights).filter(([k]) => k !== key)))} />
        </div>
      ))}
      <Select
        className="d-wide"
        aria-label={t('addWeight')}
        value={null}
        placeholder={t('addWeight')}
        options={choices.filter((c) => !(c.value in weights))}
        showSearch={{ optionFilterProp: 'label' }}
        onChange={(key: string | null) => {
          if (key) slot.set({ ...weights, [key]: 1 });
        }}
      />
      <Problems list={slot.problems} />
    </div>
  );
}
