import type { Definition, Field, Form, Test, TestStep, Text } from '@/model/definition';
import { isObject } from '@/model/path';
import { formOfStep } from '@/model/scenarios';
import { percent } from '@/ui/format';
import { givenName, ROUNDS } from './steps';

/** What the words of a scenario are made of: the texts of this part, the reader's language, and who is who. */
export interface Teller {
  say: (key: string, values?: Record<string, unknown>) => string;
  text: (text: Text | undefined, otherwise: string) => string;
  duration: (iso: string) => string;
  person: (id: string) => string;
  /** What a record of the scenario is called, by its name there. */
  record: (key: string) => string;
  /** Puts names one after the other. */
  list: (names: readonly string[]) => string;
}

/** A step as it is read: who, what he does, and what must be so then. */
export interface Told {
  who?: string;
  does: string;
  about?: string;
  with: [name: string, value: string][];
  expects: string[];
}

/** Refusals that have words of their own; of others the code is told. */
export const REFUSALS = ['required', 'condition.unmet', 'checklist.undone', 'transition.notNow', 'activity.undone', 'linked.unmet', 'forbidden', 'field.readOnly', 'check.failed', 'pool.cooldown'];

/** The steps that name a step of an approval chain. */
const DECISIONS = ['approve', 'reject', 'return', 'transfer', 'delegate', 'addSign', 'removeSign'] as const;

/** A value as a person reads it: options by their names, tables by how many rows they have, a lone reference by its name in the scenario. */
export function tellValue(def: Definition, field: Field | undefined, value: unknown, { say, text, person, record, list }: Teller): string {
  if (value === null || value === undefined || value === '') return say('nothing');
  if (typeof value === 'boolean') return say(value ? 'yes' : 'no');
  const items = field?.options ? def.options?.find((o) => o.key === field.options)?.items : undefined;
  const option = (key: unknown): string => {
    const walk = (all: typeof items): string | undefined => {
      for (const item of all ?? []) {
        if (item.key === key) return text(item.name, item.key);
        const below = walk((item as { items?: typeof items }).items);
        if (below !== undefined) return below;
      }
      return undefined;
    };
    return walk(items) ?? String(key);
  };
  if (field?.type === 'user' && typeof value === 'string') return person(value);
  if (field?.type === 'reference' && typeof value === 'string') return record(value);
  if (Array.isArray(value)) return value.some(isObject) ? say('rows', { count: value.length }) : list(value.map(option));
  if (isObject(value)) {
    if (typeof value['amount'] === 'string') return [value['amount'], value['currency']].filter(Boolean).join(' ');
    return list(Object.values(value).filter((v) => typeof v === 'string' || typeof v === 'number').map(String));
  }
  if (field?.type === 'percent' && /^-?\d+(\.\d+)?$/.test(String(value))) return percent(String(value));
  return items ? option(value) : String(value);
}

/** The values of a form by the names of their fields. */
export function tellData(def: Definition, form: Form | undefined, data: Record<string, unknown> | undefined, teller: Teller): [string, string][] {
  return Object.entries(data ?? {}).map(([key, value]) => {
    const field = form?.fields.find((f) => f.key === key);
    return [teller.text(field?.name, key), tellValue(def, field, value, teller)];
  });
}

/** A given record by its form and what it is called; the newest of a form by the form. */
function aboutOf(def: Definition, test: Test, key: string, form: string, say: Teller['say']): string {
  return test.given?.records?.[key] ? say('recordOf', { form, name: givenName(def, test, key) }) : form;
}

/** The fields of an activity's result, as a form. */
function activityForm(def: Definition, key: string): Form | undefined {
  const activity = def.processes?.flatMap((p) => p.stages.flatMap((s) => s.activities ?? [])).find((a) => a.key === key);
  return activity?.fields ? { key, name: activity.name, fields: activity.fields } : undefined;
}

/** A step of a scenario in words. */
export function tellStep(def: Definition, test: Test, step: TestStep, teller: Teller): Told {
  const { say, text, person, list, duration } = teller;
  const form = formOfStep(def, test, step);
  const process = def.processes?.find((p) => p.form === form?.key);
  const stage = (key: string) => text(process?.stages.find((s) => s.key === key)?.name, key);
  const named = <X extends { key: string; name?: Text }>(of: readonly X[] | undefined, key: string) => text(of?.find((x) => x.key === key)?.name, key);
  const approvalStep = (key: string) => {
    const all = (def.approvals ?? []).flatMap((c) => c.steps.flatMap((s) => [s, ...(s.parallel ?? [])]));
    return named(all, key);
  };
  const everyStage = (process?.stages ?? []);
  const does = (): string => {
    if (step.do !== undefined) return say('do', { name: named(process?.transitions, step.do) });
    if (step.set !== undefined) return say('set');
    if (step.check !== undefined) return say('check', { names: list(step.check.map((key) => named(everyStage.flatMap((s) => s.checklist ?? []), key))) });
    if (step.activity !== undefined) return say('activity', { name: named(everyStage.flatMap((s) => s.activities ?? []), step.activity) });
    if (step.hand !== undefined) return say('hand', { name: named(everyStage.flatMap((s) => s.activities ?? []), step.hand), people: list((step.people ?? []).map(person)) });
    for (const kind of DECISIONS) {
      const at = step[kind];
      if (at !== undefined) return say(kind, { name: approvalStep(at), people: list((step.people ?? []).map(person)) });
    }
    if (step.press !== undefined) return say('press', { name: text(def.automations?.find((a) => a.key === step.press)?.on?.button, step.press) });
    if (step.submit !== undefined) return say('submit', { name: named(def.public, step.submit) });
    if (step.run !== undefined) return say('run', { name: named(def.automations, step.run) });
    if (step.release !== undefined) return say('release', { name: named(def.pools, step.release) });
    if (step.reclaim !== undefined) return say('reclaim', { name: named(def.pools, step.reclaim) });
    if (step.after !== undefined) return say('after', { duration: duration(step.after) });
    if (step.away !== undefined)
      return list(Object.entries(step.away).map(([who, instead]) => say(instead === '' ? 'back' : 'away', { who: person(who), instead: person(instead) })));
    for (const kind of ['withdraw', 'urge', 'retry', 'claim'] as const) if (step[kind]) return say(kind);
    return say('look');
  };
  const expects = (): string[] => {
    const e = step.expect;
    if (!e) return [];
    const people = (key: string, ids: readonly string[] | undefined) =>
      ids === undefined ? [] : [ids.length === 0 ? say(`${key}_none`) : say(key, { people: list(ids.map(person)) })];
    return [
      ...(e.problems === undefined ? [] : e.problems.length === 0 ? [say('e_done')] : [say('e_refused', { why: list(e.problems.map((c) => (REFUSALS.includes(c) ? say(`r_${c}`) : c))) })]),
      ...(e.stage === undefined ? [] : [say('e_stage', { stage: stage(e.stage) })]),
      ...(e.owner === undefined ? [] : [e.owner === '' ? say('e_owner_none') : say('e_owner', { people: person(e.owner) })]),
      ...(e.pool === undefined ? [] : [e.pool === '' ? say('e_pool_none') : say('e_pool', { name: named(def.pools, e.pool) })]),
      ...(e.waitingFor === undefined ? [] : [e.waitingFor.length === 0 ? say('e_waitingFor_none') : say('e_waitingFor', { names: list(e.waitingFor.map(approvalStep)) })]),
      ...people('e_approvers', e.approvers),
      ...(e.skipped === undefined ? [] : [e.skipped.length === 0 ? say('e_skipped_none') : say('e_skipped', { names: list(e.skipped.map(approvalStep)) })]),
      ...(e.round === undefined ? [] : [say('e_round', { state: (ROUNDS as readonly string[]).includes(e.round) ? say(`s_${e.round}`) : e.round })]),
      ...(e.tasks === undefined ? [] : [say('e_tasks', { count: e.tasks })]),
      ...(e.escalated === undefined ? [] : [say(e.escalated ? 'e_escalated' : 'e_escalated_not')]),
      ...people('e_notices', e.notices),
      ...(e.started === undefined ? [] : [e.started.length === 0 ? say('e_started_none') : say('e_started', { names: list(e.started.map((key) => named(def.forms, key))) })]),
      ...tellData(def, form, e.data, teller).map(([name, value]) => say('e_value', { name, value })),
    ];
  };
  const who = step.after !== undefined || step.run !== undefined || step.away !== undefined || step.reclaim !== undefined || step.submit !== undefined ? undefined : (step.as ?? test.as ?? 'rep.li');
  const idle = step.expect !== undefined && Object.keys(step).every((k) => ['expect', 'record', 'as'].includes(k));
  return {
    ...(who === undefined || idle ? {} : { who: person(who) }),
    does: does(),
    ...(step.record === undefined ? {} : { about: aboutOf(def, test, step.record, text(form?.name, step.record), say) }),
    with: tellData(def, step.activity === undefined ? form : activityForm(def, step.activity), step.set ?? step.with, teller),
    expects: expects(),
  };
}
