import { Input, InputNumber, Select } from 'antd';
import { useCallback, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from '@tanstack/react-query';
import { usePeople } from '@/api/people';
import { teamsQuery } from '@/api/queries';
import { useWhoWords, type Called } from '@/ui/flowWords';
import { useText } from '@/ui/text';
import type { Who, Whos } from '@/model/definition';
import type { Path } from '@/model/path';
import type { Problem } from '@/model/problem';
import { useDefinition, useSlot } from '../context';
import { AddButton, IconButton, Problems } from './Row';

const KINDS = ['role', 'managerOf', 'user', 'field', 'team', 'decide', 'expr'] as const;
/** In a step of an approval the people may be left to somebody's choice as well. */
export const STEP_KINDS = [...KINDS, 'pick'] as const;
type Kind = (typeof STEP_KINDS)[number];

export function asList(whos: Whos | undefined): Who[] {
  return whos === undefined ? [] : Array.isArray(whos) ? whos : [whos];
}

function kindOf(who: Who): Kind {
  return STEP_KINDS.find((k) => who[k] !== undefined) ?? 'role';
}

/** How people and teams of the company are called. */
export function useCalled(): Called {
  const text = useText();
  const { nameOf } = usePeople();
  const { data: teams } = useQuery(teamsQuery());
  return useMemo(() => ({ person: nameOf, team: (key) => text(teams?.find((x) => x.key === key)?.name, key) }), [nameOf, teams, text]);
}

/** Says who in the reader's words: "角色：财务", "负责人的上级". */
export function useWhoText(form?: string): (whos: Whos | undefined) => string {
  const words = useWhoWords(useDefinition(), useCalled());
  return useCallback((whos) => words(whos, form), [words, form]);
}

interface Props {
  label: string;
  value: Whos | undefined;
  onChange: (value: Who[] | undefined) => void;
  /** The form whose people fields may be named. */
  form: string;
  problems?: readonly Problem[];
  kinds?: readonly Kind[];
}

/** A list of who: each a kind and a value, in words. */
export function WhoList({ label, value, onChange, form, problems = [], kinds = KINDS }: Props) {
  const { t } = useTranslation('designer');
  const def = useDefinition();
  const list = asList(value);
  const put = (next: Who[]) => onChange(next.length === 0 ? undefined : next);
  const fresh = (): Who =>
    def.roles?.[0] && kinds.includes('role') ? { role: def.roles[0].key } : { managerOf: 'owner', level: 1 };
  return (
    <div className="d-who" role="group" aria-label={label}>
      {list.map((who, i) => (
        // The list has no keys of its own; its order is its identity.
        // oxlint-disable-next-line react/no-array-index-key
        <div className="d-whorow" key={i}>
          <WhoRow label={`${label} ${i + 1}`} who={who} form={form} kinds={kinds} onChange={(w) => put(list.with(i, w))} />
          <IconButton icon="close" label={t('remove')} onClick={() => put(list.toSpliced(i, 1))} />
        </div>
      ))}
      <AddButton onClick={() => put([...list, fresh()])}>{list.length === 0 ? t('addWho') : t('addAnotherWho')}</AddButton>
      <Problems list={problems} />
    </div>
  );
}

function WhoRow({
  label,
  who,
  onChange,
  form,
  kinds,
}: {
  label: string;
  who: Who;
  onChange: (who: Who) => void;
  form: string;
  kinds: readonly Kind[];
}) {
  const { t } = useTranslation('designer');
  const text = useText();
  const def = useDefinition();
  const { users } = usePeople();
  const { data: teams } = useQuery(teamsQuery());
  const kind = kindOf(who);
  const people = useMemo(
    () => [
      { value: 'owner', label: t('person_owner') },
      ...(def.forms?.find((f) => f.key === form)?.fields ?? [])
        .filter((f) => f.type === 'user')
        .map((f) => ({ value: f.key, label: text(f.name, f.key) })),
    ],
    [def, form, t, text],
  );
  const choose = (next: Kind): Who => {
    switch (next) {
      case 'role':
        return { role: def.roles?.[0]?.key ?? '' };
      case 'user':
        return { user: users[0]?.id ?? '' };
      case 'team':
        return { team: teams?.[0]?.key ?? '' };
      case 'field':
        return { field: 'owner' };
      case 'managerOf':
        return { managerOf: 'owner', level: 1 };
      case 'decide':
        return { decide: def.rules?.find((r) => r.kind !== 'expression')?.key ?? '' };
      case 'expr':
        return { expr: '' };
      case 'pick':
        return { pick: 'initiator' };
    }
  };
  const pick = (options: { value: string; label: string }[], value: string | undefined, set: (v: string) => void) => (
    <Select
      className="sp"
      aria-label={label}
      value={value ?? ''}
      options={options.some((o) => o.value === value) || !value ? options : [...options, { value, label: value }]}
      onChange={set}
      showSearch={{ optionFilterProp: 'label' }}
      popupMatchSelectWidth={false}
    />
  );
  return (
    <>
      <Select
        className="d-whokind"
        aria-label={`${label} ${t('kind')}`}
        value={kind}
        options={(kinds.includes(kind) ? kinds : [...kinds, kind]).map((k) => ({ value: k, label: t(`who_${k}`) }))}
        onChange={(k) => onChange(choose(k))}
        popupMatchSelectWidth={false}
      />
      {kind === 'role'
        ? pick(
            (def.roles ?? []).map((r) => ({ value: r.key, label: text(r.name, r.key) })),
            who.role,
            (role) => onChange({ ...who, role }),
          )
        : null}
      {kind === 'user'
        ? pick(
            users.map((u) => ({ value: u.id, label: u.name })),
            who.user,
            (user) => onChange({ user }),
          )
        : null}
      {kind === 'team'
        ? pick(
            (teams ?? []).map((x) => ({ value: x.key, label: text(x.name, x.key) })),
            who.team,
            (team) => onChange({ team }),
          )
        : null}
      {kind === 'field' ? pick(people, who.field, (field) => onChange({ field })) : null}
      {kind === 'decide'
        ? pick(
            (def.rules ?? []).filter((r) => r.kind !== 'expression').map((r) => ({ value: r.key, label: text(r.name, r.key) })),
            who.decide,
            (decide) => onChange({ decide }),
          )
        : null}
      {kind === 'expr' ? (
        <Input className="sp" aria-label={label} value={who.expr ?? ''} onChange={(e) => onChange({ expr: e.target.value })} />
      ) : null}
      {kind === 'pick' ? (
        <>
          {pick(
            (['initiator', 'previous'] as const).map((p) => ({ value: p, label: t(`picked_${p}`) })),
            who.pick,
            (by) => onChange({ ...who, pick: by as 'initiator' | 'previous' }),
          )}
          <Select
            aria-label={`${label} ${t('pickFrom')}`}
            value={asList(who.from)[0]?.role ?? ''}
            options={[{ value: '', label: t('pickAnybody') }, ...(def.roles ?? []).map((r) => ({ value: r.key, label: text(r.name, r.key) }))]}
            onChange={(role) => onChange(role === '' ? { pick: who.pick ?? 'initiator' } : { ...who, from: [{ role }] })}
            popupMatchSelectWidth={false}
          />
        </>
      ) : null}
      {kind === 'managerOf' ? (
        <>
          {pick([...people, { value: 'initiator', label: t('person_initiator') }], who.managerOf, (managerOf) =>
            onChange({ ...who, managerOf }),
          )}
          <InputNumber
            className="d-level"
            aria-label={`${label} ${t('level')}`}
            min={1}
            max={9}
            precision={0}
            value={who.upTo ?? who.level ?? 1}
            onChange={(n) => onChange(who.upTo !== undefined ? { ...who, upTo: n ?? 1 } : { ...who, level: n ?? 1 })}
          />
          <Select
            aria-label={`${label} ${t('levels')}`}
            value={who.upTo === undefined ? 'level' : 'upTo'}
            options={(['level', 'upTo'] as const).map((v) => ({ value: v, label: t(`levels_${v}`) }))}
            onChange={(v) => {
              const n = who.upTo ?? who.level ?? 1;
              onChange({ ...(who.managerOf ? { managerOf: who.managerOf } : {}), ...(v === 'upTo' ? { upTo: n } : { level: n }) });
            }}
            popupMatchSelectWidth={false}
          />
        </>
      ) : null}
    </>
  );
}

/** The same, bound to a place of the definition. */
export function WhoSlot({ at, label, form, kinds }: { at: Path; label: string; form: string; kinds?: readonly Kind[] }) {
  const slot = useSlot<Whos>(at);
  return (
    <div className="d-row" data-path={slot.path}>
      <WhoList
        label={label}
        form={form}
        value={slot.value}
        onChange={slot.set}
        problems={slot.problems}
        {...(kinds ? { kinds } : {})}
      />
    </div>
  );
}
