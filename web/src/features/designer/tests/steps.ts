import { isComputed, type Definition, type Field, type OptionList, type Test, type TestExpect, type TestStep, type Text } from '@/model/definition';
import { formOfStep } from '@/model/scenarios';
import type { Choice } from '../controls/slots';

/** What a step can do, in the order in which it is offered. A step that does nothing only looks. */
export const STEP_KINDS = [
  'do', 'set', 'check', 'activity', 'hand', 'approve', 'reject', 'return', 'transfer', 'delegate', 'addSign', 'removeSign', 'withdraw', 'urge', 'retry', 'press', 'submit',
  'claim', 'release', 'reclaim', 'run', 'after', 'away', 'look',
] as const;
export type StepKind = (typeof STEP_KINDS)[number];

/** The steps that are a word alone. */
const ALONE: readonly StepKind[] = ['withdraw', 'urge', 'retry', 'claim'];
/** The steps that decide a step of an approval. */
const DECIDE: readonly StepKind[] = ['approve', 'reject', 'return', 'transfer', 'delegate', 'addSign', 'removeSign'];
/** The steps that name people. */
const WITH_PEOPLE: readonly StepKind[] = ['transfer', 'delegate', 'addSign', 'removeSign', 'hand'];
/** The steps that fill something in. */
const WITH_DATA: readonly StepKind[] = ['do', 'approve', 'submit', 'activity'];
/** The steps that nobody in particular does. */
const NOBODY: readonly StepKind[] = ['after', 'run', 'away', 'reclaim', 'submit'];

export const kindOfStep = (step: TestStep): StepKind => STEP_KINDS.find((k) => k !== 'look' && step[k] !== undefined) ?? 'look';
export const hasPeople = (kind: StepKind) => WITH_PEOPLE.includes(kind);
export const hasDoer = (kind: StepKind) => !NOBODY.includes(kind) && kind !== 'look';

/** Where the values of a step are written; undefined for one that has none. */
export function dataOf(kind: StepKind): 'set' | 'with' | undefined {
  return kind === 'set' ? 'set' : WITH_DATA.includes(kind) ? 'with' : undefined;
}

type Name = (thing: { key: string; name?: Text | undefined }) => string;
const once = (list: Choice[]) => list.filter((c, i) => list.findIndex((x) => x.value === c.value) === i);

/** Every step of every approval, those that run side by side as well. */
export function approvalSteps(def: Definition, nameOf: Name): Choice[] {
  return once((def.approvals ?? []).flatMap((c) => c.steps.flatMap((s) => [s, ...(s.parallel ?? [])]).map((s) => ({ value: s.key, label: nameOf(s) }))));
}

/** What a step of a kind can be about: transitions, steps of approvals, activities. Undefined where there is nothing to choose. */
export function targetsOf(def: Definition, test: Test, step: TestStep, kind: StepKind, nameOf: Name): Choice[] | undefined {
  const form = formOfStep(def, test, step)?.key;
  const process = def.processes?.find((p) => p.form === form);
  const named = (list: readonly { key: string; name?: Text }[] | undefined) => once((list ?? []).map((x) => ({ value: x.key, label: nameOf(x) })));
  if (DECIDE.includes(kind)) return approvalSteps(def, nameOf);
  switch (kind) {
    case 'do':
      return named(process?.transitions);
    case 'check':
      return named(process?.stages.flatMap((s) => s.checklist ?? []));
    case 'activity':
    case 'hand':
      return named(process?.stages.flatMap((s) => s.activities ?? []));
    case 'press':
      return (def.automations ?? []).filter((a) => a.on.button !== undefined && (a.on.form ?? form) === form).map((a) => ({ value: a.key, label: nameOf({ key: a.key, name: a.on.button }) }));
    case 'submit':
      return named(def.public);
    case 'release':
    case 'reclaim':
      return named(def.pools?.filter((p) => p.form === form));
    case 'run':
      return named(def.automations?.filter((a) => a.on.cron !== undefined));
    default:
      return undefined;
  }
}

/** Whether the app has anything that a step of a kind could be about. */
export function isOffered(def: Definition, test: Test, step: TestStep, kind: StepKind, nameOf: Name): boolean {
  if (kind === 'claim') return (def.pools ?? []).some((p) => p.form === formOfStep(def, test, step)?.key);
  if (['withdraw', 'urge', 'retry'].includes(kind)) return (def.approvals ?? []).length > 0;
  return targetsOf(def, test, step, kind, nameOf)?.length !== 0;
}

/** A step made into one of another kind: what it is about is the first there is; who does it, on which record, and what must be so then stays. */
export function asKind(def: Definition, test: Test, step: TestStep, kind: StepKind, nameOf: Name): TestStep {
  const { as, record, expect, people } = step;
  const first = targetsOf(def, test, step, kind, nameOf)?.[0]?.value ?? '';
  const does: TestStep = ALONE.includes(kind)
    ? { [kind]: true }
    : kind === 'look'
      ? {}
      : kind === 'after'
        ? { after: 'P1D' }
        : kind === 'away'
          ? { away: {} }
          : kind === 'set'
            ? { set: {} }
            : kind === 'check'
              ? { check: first === '' ? [] : [first] }
              : { [kind]: first };
  return {
    ...(as !== undefined && hasDoer(kind) ? { as } : {}),
    ...(record === undefined ? {} : { record }),
    ...does,
    ...(people !== undefined && hasPeople(kind) ? { people } : {}),
    ...(expect === undefined ? {} : { expect }),
  };
}

/** What can be expected of a record, in the order in which it is offered. */
export const EXPECTS = ['stage', 'data', 'problems', 'owner', 'waitingFor', 'approvers', 'skipped', 'round', 'tasks', 'notices', 'started', 'escalated', 'pool'] as const;
export type ExpectKind = (typeof EXPECTS)[number];
export const ROUNDS = ['running', 'passed', 'rejected', 'returned', 'withdrawn', 'cancelled', 'blocked'] as const;

/** An expectation as it begins: mostly what a scenario is about. */
export function freshExpect(def: Definition, test: Test, step: TestStep, kind: ExpectKind): TestExpect[ExpectKind] {
  const process = def.processes?.find((p) => p.form === formOfStep(def, test, step)?.key);
  switch (kind) {
    case 'stage':
      return process?.transitions?.find((t) => t.key === step.do)?.to ?? process?.stages[0]?.key ?? '';
    case 'owner':
      return test.as ?? 'rep.li';
    case 'pool':
      return def.pools?.[0]?.key ?? '';
    case 'round':
      return 'running';
    case 'tasks':
      return 1;
    case 'escalated':
      return true;
    case 'data':
      return {};
    default:
      return [];
  }
}

export function expectsOffered(def: Definition, expect: TestExpect | undefined, process: boolean): ExpectKind[] {
  return EXPECTS.filter((k) => {
    if (expect?.[k] !== undefined) return false;
    if (k === 'stage') return process;
    if (k === 'pool') return (def.pools ?? []).length > 0;
    if (['waitingFor', 'approvers', 'skipped', 'round'].includes(k)) return (def.approvals ?? []).length > 0;
    return true;
  });
}

const UNSAID: readonly Field['type'][] = ['static', 'attachment', 'image', 'signature', 'autonumber', 'lookup', 'rollup', 'richtext', 'location'];

/** The fields whose values a scenario can say; of what is computed only the expected value can be. */
export function sayable(fields: readonly Field[] | undefined, computed: boolean): Field[] {
  return (fields ?? []).filter((f) => !UNSAID.includes(f.type) && (computed || !isComputed(f)));
}

/**
 * A field as a scenario fills it: people are those of the sample company, and records the ones it is given, by their names there. Both are lists to choose from.
 */
export function inScenario(field: Field): Field {
  if (field.type === 'table') return { ...field, fields: (field.fields ?? []).map(inScenario) };
  const { where: _where, fill: _fill, visibleIf: _visible, requiredIf: _required, readIf: _read, calc: _calc, value: _value, required: _must, ...rest } = field;
  if (field.type === 'reference') return { ...rest, type: 'select', options: `given ${field.form ?? ''}` };
  if (field.type === 'user') return { ...rest, type: 'select', options: 'given people' };
  return rest;
}

/** The lists that inScenario names. */
export function listsOf(test: Test, people: readonly { id: string; name: string }[], recordName: (key: string) => string): OptionList[] {
  const forms = new Map<string, OptionList['items']>();
  for (const [key, record] of Object.entries(test.given?.records ?? {})) forms.set(record.form, [...(forms.get(record.form) ?? []), { key, name: recordName(key) }]);
  return [
    { key: 'given people', items: people.map((p) => ({ key: p.id, name: p.name })) },
    ...[...forms].map(([form, items]) => ({ key: `given ${form}`, items })),
  ];
}

/** What a given record is called: by what it holds, else by its name in the scenario. */
export function givenName(def: Definition, test: Test, key: string): string {
  const record = test.given?.records?.[key];
  const form = def.forms?.find((f) => f.key === record?.form);
  const title = form?.fields.find((f) => f.type === 'text' && typeof record?.data?.[f.key] === 'string')?.key;
  return title === undefined ? key : String(record?.data?.[title]);
}
