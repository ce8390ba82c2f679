import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { toast } from '@/ui/toast';
import type { Pool, ReclaimRule } from '@/model/definition';
import { freshKey, keysOf } from '@/model/keys';
import { splitKeyPath } from '@/model/path';
import { useActions, useDefinition, useDraftStore, useNameOf, useSelection, useSlot } from '../context';
import { useFormChoices, useNewText } from '../controls/choices';
import { DurationSlot } from '../controls/DurationInput';
import { FormulaSlot } from '../controls/FormulaSlot';
import { KeySlot } from '../controls/KeySlot';
import { AddButton, IconButton, Part, Problems } from '../controls/Row';
import { ChoiceSlot, NumberSlot, TextSlot } from '../controls/slots';
import { WhoSlot } from '../controls/Who';
import { SidePage } from '../SidePage';

const MEMBERS = ['role', 'team', 'user'] as const;

/** The pools: who may claim what, how much, and what goes back. */
export function PoolsPage() {
  const { t } = useTranslation('designer');
  const def = useDefinition();
  const nameOf = useNameOf();
  const newText = useNewText();
  const { at } = useSelection();
  const { edit } = useActions();
  const list = useMemo(() => def.pools ?? [], [def.pools]);
  const parts = splitKeyPath(at);
  const index = Math.max(0, parts[0] === 'pools' ? list.findIndex((p) => p.key === parts[1]) : 0);
  const pool = list[index];
  const create = () => {
    const key = freshKey('pool', keysOf(list));
    const form = def.processes?.[0]?.form ?? def.forms?.[0]?.key ?? '';
    const role = def.roles?.[0]?.key;
    const fresh: Pool = { key, name: newText(t('newPool')), form, members: role ? [{ role }] : [], cap: 50, protect: 'P7D', cooldown: 'P7D' };
    edit({ change: { op: 'insert', at: ['pools'], index: list.length, value: fresh }, select: `/pools/${key}` });
  };
  return (
    <SidePage
      title={t('tab_pools')}
      groups={[{ items: list.map((p) => ({ path: `/pools/${p.key}`, name: nameOf(p), note: nameOf(def.forms?.find((f) => f.key === p.form)) })) }]}
      makers={[{ label: t('newPool'), run: create }]}
      emptyTitle={t('noPools')}
      emptyText={t('noPoolsText')}
      shown={pool && `/pools/${pool.key}`}
    >
      {pool ? <One key={pool.key} pool={pool} index={index} /> : null}
    </SidePage>
  );
}

function One({ pool, index }: { pool: Pool; index: number }) {
  const { t } = useTranslation('designer');
  const nameOf = useNameOf();
  const { apply } = useActions();
  const { select } = useSelection();
  const { actions } = useDraftStore();
  const forms = useFormChoices();
  const at = ['pools', index];
  const rest = useSlot<Pool>(at, ['name', 'help', 'form', 'members', 'cap', 'protect', 'reclaim', 'cooldown', 'claimPerDay']);
  return (
    <div className="card d-one">
      <header>
        <h2 className="el">{nameOf(pool)}</h2>
        <span className="sp" />
        <IconButton
          icon="trash"
          label={t('removePool')}
          onClick={() => {
            apply({ op: 'remove', at: ['pools'], index });
            select(undefined);
            toast(t('removed', { name: nameOf(pool) }), { undo: actions.undo });
          }}
        />
      </header>
      <Part>
        <TextSlot at={[...at, 'name']} label={t('name')} />
        <KeySlot path={`/pools/${pool.key}`} value={pool.key} label={t('key')} />
        <ChoiceSlot at={[...at, 'form']} label={t('poolForm')} choices={forms} />
        <TextSlot at={[...at, 'help']} label={t('help')} rows={2} />
        <Problems list={rest.problems} />
      </Part>
      <Part title={t('poolMembers')}>
        <p className="s">{t('poolMembersHelp')}</p>
        <WhoSlot at={[...at, 'members']} label={t('poolMembers')} form={pool.form} kinds={MEMBERS} />
      </Part>
      <Part title={t('poolLimits')}>
        <div className="d-two">
          <NumberSlot at={[...at, 'cap']} label={t('poolCap')} hint={t('poolCapHint')} min={1} max={500} />
          <NumberSlot at={[...at, 'claimPerDay']} label={t('poolPerDay')} hint={t('poolPerDayHint')} min={1} max={1000} />
        </div>
        <DurationSlot at={[...at, 'cooldown']} label={t('poolCooldown')} hint={t('poolCooldownHint')} />
        <DurationSlot at={[...at, 'protect']} label={t('poolProtect')} hint={t('poolProtectHint')} />
      </Part>
      <Part title={t('poolReclaim')}>
        <p className="s">{t('poolReclaimHelp')}</p>
        <Reclaim at={[...at, 'reclaim']} form={pool.form} />
      </Part>
    </div>
  );
}

function Reclaim({ at, form }: { at: (string | number)[]; form: string }) {
  const { t } = useTranslation('designer');
  const slot = useSlot<ReclaimRule[]>(at);
  const list = slot.value ?? [];
  return (
    <div className="d-conditions" role="group" aria-label={t('poolReclaim')}>
      {list.map((_, i) => (
        // A rule has no key; its place in the order is its identity.
        // oxlint-disable-next-line react/no-array-index-key
        <div key={i} className="d-condition">
          <FormulaSlot at={[...at, i, 'if']} form={form} label={t('reclaimIf')} placeholder="idleDays > 30" />
          <DurationSlot at={[...at, i, 'notice']} label={t('reclaimNotice')} hint={t('reclaimNoticeHint')} />
          <IconButton icon="close" label={t('remove')} onClick={() => slot.set(list.length > 1 ? list.filter((__, j) => j !== i) : undefined)} />
        </div>
      ))}
      <AddButton onClick={() => slot.set([...list, { if: 'idleDays > 30', notice: 'P3D' }])}>{t('addReclaim')}</AddButton>
      <Problems list={list.length === 0 ? slot.problems : []} />
    </div>
  );
}
