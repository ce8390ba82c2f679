import { useCallback, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { durationParts, parseDuration, type Unit } from '@/model/duration';
import { ownerParts, type Definition, type Process, type Stage, type Transition, type Who, type Whos } from '@/model/definition';
import { useText } from './text';

/** "P3BD" in the reader's words. */
export function useDurationText(): (duration: string | undefined) => string {
  const { t } = useTranslation('flow');
  return useCallback(
    (duration) => {
      const d = duration === undefined ? undefined : parseDuration(duration);
      const one = (part: { n: number; unit: Unit | 'S' }) => t(`for_${part.unit}`, { n: part.n, count: part.n });
      return d ? one(d) : (durationParts(duration ?? '')?.map(one).join(' ') ?? duration ?? '');
    },
    [t],
  );
}

/** How people and teams are called; where they are not to be told, they are called somebody and a team. */
export interface Called {
  person?: (id: string | undefined) => string;
  team?: (key: string | undefined) => string;
}

/** Says who in the reader's words: "角色：财务", "负责人的上级". */
export function useWhoWords(def: Definition, called: Called = {}): (whos: Whos | undefined, form: string | undefined) => string {
  const { t } = useTranslation('flow');
  const text = useText();
  const { person, team } = called;
  return useCallback(
    (whos, form) => {
      const fields = def.forms?.find((f) => f.key === form)?.fields;
      const field = (key: string | undefined) =>
        key === 'owner' || key === 'initiator' ? t(`person_${key}`) : text(fields?.find((f) => f.key === key)?.name, key);
      const one = (w: Who): string => {
        if (w.role !== undefined) return text(def.roles?.find((r) => r.key === w.role)?.name, w.role) + (w.team === 'own' ? t('ofOwnTeam') : '');
        if (w.managerOf !== undefined) {
          const who = field(w.managerOf);
          if (w.upTo !== undefined) return t('managersUpTo', { who, n: w.upTo });
          return (w.level ?? 1) > 1 ? t('managerOfLevel', { who, n: w.level }) : t('managerOf', { who });
        }
        if (w.user !== undefined) return person ? person(w.user) : t('somebody');
        if (w.field !== undefined) return field(w.field);
        if (w.team !== undefined) return team ? team(w.team) : t('someTeam');
        if (w.decide !== undefined) {
          const rule = def.rules?.find((r) => r.key === w.decide);
          return rule ? t('byRule', { rule: text(rule.name, rule.key) }) : t('bySomeRule');
        }
        if (w.expr !== undefined) return t('byFormula');
        return w.pick === undefined ? '' : t(`picked_${w.pick}`);
      };
      return (whos === undefined ? [] : Array.isArray(whos) ? whos : [whos]).map(one).filter(Boolean).join(t('listSeparator'));
    },
    [def, t, text, person, team],
  );
}

/** What stands on the picture of a flow, in the reader's words. */
export interface FlowWords {
  name: (thing: { key: string; name?: unknown } | undefined) => string;
  way: (transition: Transition) => string;
  owner: (process: Process, stage: Stage) => string;
  who: (whos: Whos | undefined, form: string | undefined) => string;
  goal: (stage: Stage) => string;
  time: (process: Process, stage: Stage) => string;
  checks: (stage: Stage) => string;
  end: (stage: Stage) => string;
  chance: (stage: Stage) => string;
  start: string;
  anyStage: string;
  fields: (process: Process, keys: readonly string[]) => string;
  asks: (process: Process, stage: Stage) => string;
  /** The name of an approval chain. */
  chain: (key: string) => string;
  roles: (keys: readonly string[] | undefined) => string;
}

export function useFlowWords(def: Definition, called?: Called): FlowWords {
  const { t } = useTranslation('flow');
  const text = useText();
  const who = useWhoWords(def, called);
  const duration = useDurationText();
  return useMemo(() => {
    const name: FlowWords['name'] = (thing) => (thing === undefined ? '' : text(thing.name as Parameters<typeof text>[0], thing.key));
    const list = (all: readonly string[]) => all.join(t('listSeparator'));
    const fields: FlowWords['fields'] = (process, keys) => {
      const known = def.forms?.find((f) => f.key === process.form)?.fields;
      return list(keys.map((k) => name(known?.find((f) => f.key === k) ?? { key: k })));
    };
    return {
      name,
      who,
      fields,
      way: (x) => (x.name === undefined ? t('unnamed') : name(x)),
      owner: (process, stage) => {
        const parts = ownerParts(stage.owner);
        return who(parts.who, process.form) || (parts.assign === 'pool' ? t('fromPool') : '');
      },
      goal: (stage) => text(stage.goal),
      time: (process, stage) => {
        if (typeof stage.due === 'string') return duration(stage.due);
        if (stage.due?.at !== undefined) return t('dueAt', { time: stage.due.at });
        if (stage.due !== undefined) {
          const date = def.forms?.find((f) => f.key === process.form)?.fields.find((f) => f.key === (stage.due as { date?: string }).date);
          return date ? t('dueOnDate', { date: name(date) }) : t('dueAtDate');
        }
        return stage.idle ? t('idleFor', { time: duration(stage.idle) }) : '';
      },
      checks: (stage) => (stage.checklist?.length ? t('checklistCount', { count: stage.checklist.length }) : ''),
      end: (stage) => (stage.end ? t(`end_${stage.end}`) : ''),
      chance: (stage) => {
        const n = stage.end === 'won' ? 100 : stage.end === 'lost' ? 0 : stage.end === undefined ? stage.probability : undefined;
        return n === undefined ? '' : `${n}%`;
      },
      start: t('startTag'),
      anyStage: t('anyStage'),
      asks: (process, stage) => {
        const asked = [...new Set((process.transitions ?? []).filter((x) => x.to === stage.key).flatMap((x) => x.ask ?? []))];
        return asked.length > 0 ? t('asks', { fields: fields(process, asked) }) : '';
      },
      chain: (key) => name(def.approvals?.find((c) => c.key === key) ?? { key }),
      roles: (keys) => list((keys ?? []).map((k) => name(def.roles?.find((r) => r.key === k) ?? { key: k }))),
    };
  }, [def, t, text, who, duration]);
}
