import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Definition, Test, TestStep } from '@/model/definition';
import { asKind, freshExpect, givenName, inScenario, isOffered, kindOfStep, listsOf, sayable, STEP_KINDS, targetsOf } from './steps';

const def = {
  spec: 'pipewright/1', key: 'shop', name: 'Shop',
  forms: [
    { key: 'deal', name: 'Deal', fields: [
      { key: 'name', type: 'text', name: 'Name', required: true }, { key: 'account', type: 'reference', form: 'account', name: 'Account', where: 'x' },
      { key: 'total', type: 'number', calc: '1', name: 'Total' }, { key: 'paper', type: 'attachment', name: 'Paper' },
      { key: 'lines', type: 'table', name: 'Lines', fields: [{ key: 'by', type: 'user', name: 'By' }] },
    ] },
    { key: 'account', name: 'Account', fields: [{ key: 'name', type: 'text', name: 'Name' }] },
  ],
  processes: [{ key: 'deal', form: 'deal', name: 'Deal', start: 'talk', stages: [{ key: 'talk', name: 'Talk' }, { key: 'won', name: 'Won', end: 'won' }],
    transitions: [{ key: 'win', name: 'Win', from: ['talk'], to: 'won' }] }],
  approvals: [{ key: 'price', name: 'Price', steps: [{ key: 'boss', name: 'Boss', who: [] }, { key: 'both', name: 'Both', parallel: [{ key: 'fin', name: 'Finance', who: [] }] }] }],
} as unknown as Definition;
const test: Test = { name: 'x', as: 'rep.li', given: { form: 'deal', records: { acme: { form: 'account', data: { name: 'Acme Ltd' } }, bare: { form: 'account' } } }, steps: [] };
const nameOf = (x: { key: string; name?: unknown }) => String(x.name ?? x.key);

describe('a step made by picking', () => {
  it('keeps whose it is, its record and what must be so when it becomes another', () => {
    const step: TestStep = { as: 'mgr.wang', record: 'acme', do: 'win', with: { name: 'y' }, expect: { stage: 'won' } };
    expect(asKind(def, test, { ...step, record: undefined } as unknown as TestStep, 'approve', nameOf)).toEqual({ as: 'mgr.wang', approve: 'boss', expect: { stage: 'won' } });
    expect(asKind(def, test, step, 'after', nameOf)).toEqual({ record: 'acme', after: 'P1D', expect: { stage: 'won' } });
    expect(asKind(def, test, { transfer: 'boss', people: ['fin.zhao'] }, 'delegate', nameOf)).toEqual({ delegate: 'boss', people: ['fin.zhao'] });
    expect(asKind(def, test, { transfer: 'boss', people: ['fin.zhao'] }, 'look', nameOf)).toEqual({});
    for (const kind of STEP_KINDS) expect(kindOfStep(asKind(def, test, {}, kind, nameOf)), kind).toBe(kind);
  });

  it('offers what there is, the steps that run side by side as well', () => {
    expect(targetsOf(def, test, {}, 'approve', nameOf)?.map((c) => c.label)).toEqual(['Boss', 'Both', 'Finance']);
    const offered = STEP_KINDS.filter((k) => isOffered(def, test, {}, k, nameOf));
    for (const none of ['check', 'activity', 'hand', 'press', 'submit', 'claim', 'release', 'reclaim', 'run'] as const) expect(offered).not.toContain(none);
    expect(offered).toEqual(expect.arrayContaining(['do', 'set', 'approve', 'withdraw', 'after', 'away', 'look']));
    expect(freshExpect(def, test, { do: 'win' }, 'stage')).toBe('won');
    expect(freshExpect(def, test, {}, 'problems')).toEqual([]);
  });

  it('fills fields in with people of the sample company and the records of the scenario', () => {
    const fields = def.forms?.[0]?.fields;
    expect(sayable(fields, false).map((f) => f.key)).toEqual(['name', 'account', 'lines']);
    expect(sayable(fields, true).map((f) => f.key)).toEqual(['name', 'account', 'total', 'lines']);
    expect(inScenario(fields![1]!)).toEqual({ key: 'account', type: 'select', options: 'given account', form: 'account', name: 'Account' });
    expect(inScenario(fields![4]!).fields?.[0]).toMatchObject({ type: 'select', options: 'given people' });
    expect(listsOf(test, [{ id: 'rep.li', name: 'Li' }], (key) => givenName(def, test, key))).toEqual([
      { key: 'given people', items: [{ key: 'rep.li', name: 'Li' }] },
      { key: 'given account', items: [{ key: 'acme', name: 'Acme Ltd' }, { key: 'bare', name: 'bare' }] },
    ]);
  });

  it('knows every step of the built-in templates, and offers what it names', () => {
    const folder = join(import.meta.dirname, '../../../../../builtin-templates');
    for (const app of readdirSync(folder, { withFileTypes: true }).filter((d) => d.isDirectory())) {
      const whole = JSON.parse(readFileSync(join(folder, app.name, 'app.json'), 'utf8')) as Definition;
      for (const one of whole.tests ?? [])
        for (const step of one.steps) {
          const kind = kindOfStep(step);
          const targets = targetsOf(whole, one, step, kind, nameOf);
          const named = kind === 'check' ? (step.check ?? []) : typeof step[kind as 'do'] === 'string' && targets ? [step[kind as 'do']!] : [];
          for (const key of named) expect(targets?.map((c) => c.value), `${app.name} ${one.name} ${kind}`).toContain(key);
        }
    }
  });
});
