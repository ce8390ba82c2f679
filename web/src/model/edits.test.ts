import { describe, expect, it } from 'vitest';
import { invert, reduce, same, type Change } from './change';
import { type Definition, type Rule } from './definition';
import {
  addChain,
  addField,
  addForm,
  addProcess,
  addSection,
  addStage,
  addStep,
  addTransition,
  connectStages,
  copyField,
  groupsOf,
  moveField,
  newStep,
  removeChain,
  removeField,
  removeSection,
  removeStage,
  removeTransition,
  addOptions,
  addRule,
} from './edits';
import { identifiers } from './identifiers';
import { freshKey, keyFault, keyFromName } from './keys';
import { locateNearest, valueAt } from './path';
import { placeOf } from './place';
import { fixChange, problemsFor, type Problem } from './problem';
import { answers, leaving, sources } from './questions';
import { usesOf } from './rename';
import { sample } from './sample';
import { exactText, missingLanguages, textIn, withText } from './text';

function run(change: Change, def: Definition = sample): Definition {
  const after = reduce(def, change);
  expect(same(reduce(after, invert(def, change)), def), 'undo').toBe(true);
  return after;
}
const deal = (def: Definition) => def.forms![1]!;
const groups = (def: Definition) => groupsOf(deal(def)).map((g) => g.fields.join(' '));

describe('form edits', () => {
  it('adds a field into a section, at its place', () => {
    const { change, select } = addField(sample, 'deal', { key: 'name', type: 'text' }, 0, 1);
    expect(select).toBe('/forms/deal/fields/name2');
    expect(groups(run(change))[0]).toBe('name name2 account amount');
  });
  it('adds a field to a form without sections', () => {
    const { change } = addField(sample, 'account', { key: 'text', type: 'text' }, 0, 1);
    expect(run(change).forms![0]!.fields.map((f) => f.key)).toEqual(['name', 'text', 'industry']);
  });
  it.each<[string, number, number, string[]]>([
    ['name', 0, 2, ['account amount name', 'lines discount', 'industry lossReason backer']],
    ['name', 1, 0, ['account amount', 'name lines discount', 'industry lossReason backer']],
    ['discount', 0, 0, ['discount name account amount', 'lines', 'industry lossReason backer']],
    ['backer', 2, 0, ['name account amount', 'lines discount', 'backer industry lossReason']],
    ['name', 2, 1, ['account amount', 'lines discount', 'industry name lossReason backer']],
    ['name', 2, 3, ['account amount', 'lines discount', 'industry lossReason backer name']],
    ['lossReason', 0, 3, ['name account amount lossReason', 'lines discount', 'industry backer']],
  ])('moves %s to group %d place %d', (key, group, place, want) => {
    expect(groups(run(moveField(sample, 'deal', key, group, place)))).toEqual(want);
  });
  it('takes a field out of public forms and tracking pages', () => {
    const before = {
      ...sample,
      public: [{ key: 'ask', form: 'deal', name: 'Ask', fields: ['name', 'discount'], set: { discount: '0', name: "'x'" }, source: { discount: 'utm' } }],
      tracking: [{ key: 'way', process: 'deal', name: 'Way', fields: ['discount', 'name'] }],
    } as unknown as Definition;
    const after = run(removeField(before, 'deal', 'discount'), before);
    expect(after.public?.[0]).toMatchObject({ fields: ['name'], set: { name: "'x'" }, source: {} });
    expect(after.tracking?.[0]?.fields).toEqual(['name']);
  });

  it('takes a field out of what scenarios give, fill in and expect of its form, and of no other', () => {
    const tests = [
      {
        name: 'x',
        given: { form: 'deal', data: { name: 'a', discount: '0.1' }, records: { other: { form: 'deal', data: { discount: '1' } }, buyer: { form: 'account', data: { discount: 'kept' } } } },
        steps: [{ set: { discount: '0.2' }, expect: { data: { discount: '0.2', name: 'a' } } }, { record: 'buyer', set: { discount: 'kept' } }, { activity: 'call', with: { discount: 'kept' } }],
      },
    ];
    const before = { ...sample, tests } as unknown as Definition;
    const after = run(removeField(before, 'deal', 'discount'), before);
    expect(JSON.stringify(after.tests).match(/"discount":"[^"]*"/g)).toEqual(['"discount":"kept"', '"discount":"kept"', '"discount":"kept"']);
    expect(after.tests?.[0]?.given?.data).toEqual({ name: 'a' });
  });

  it('removes a field and every list that names it', () => {
    const after = run(removeField(sample, 'deal', 'discount'));
    expect(deal(after).sections![1]!.fields).toEqual(['lines']);
    expect(deal(after).grants![0]!.hide).toBeUndefined();
    expect(after.approvals![0]!.guards).toEqual(['amount']);
    expect(after.processes![0]!.transitions![2]!.set).toEqual({});
    expect(deal(after).fields.map((f) => f.key)).not.toContain('discount');
  });
  it('copies, and adds and removes sections', () => {
    expect(groups(run(copyField(sample, 'deal', 'name').change))[0]).toBe('name name2 account amount');
    const added = run(addSection(sample, 'account', '一').change);
    expect(added.forms![0]!.sections).toEqual([{ key: 'section', name: '一', columns: 2, fields: ['name', 'industry'] }]);
    expect(groups(run(removeSection(sample, 'deal', 'main')))[0]).toBe('lines discount name account amount');
    expect(groups(run(removeSection(sample, 'deal', 'more')))[0]).toBe('name account amount lines discount');
    run(removeSection(added, 'account', 'section'), added);
  });
  it('adds a form and an option list', () => {
    expect(run(addForm(sample, 'deal', '商机', { key: 'name', type: 'text' }).change).forms!.at(-1)!.key).toBe('deal2');
    expect(addOptions(sample, { items: [] }, 'lossReason').key).toBe('lossReason2');
  });
});

describe('process edits', () => {
  it('adds a stage before the ends and removes one with its transitions', () => {
    expect(run(addStage(sample, 'deal', { key: 'stage', name: '新' }).change).processes![0]!.stages.map((s) => s.key)).toEqual([
      'qualify',
      'proposal',
      'stage1',
      'won',
      'lost',
    ]);
    const after = run(removeStage(sample, 'deal', 'proposal'));
    expect(after.processes![0]!.transitions!.map((t) => t.key)).toEqual(['lose']);
    expect(after.layout!['deal']).toEqual({});
    expect(run(removeStage(sample, 'deal', 'qualify')).processes![0]!.start).toBe('proposal');
  });
  it('adds and removes transitions, processes, chains and steps', () => {
    const { change, select } = addTransition(sample, 'deal', 'qualify', 'won', '直接成交');
    expect(select).toBe('/processes/deal/transitions/toWon');
    run(change);
    run(removeTransition(sample, 'deal', 'back'));
    expect(run(addProcess(sample, 'account', '客户', '开始', '结束', '完成').change).processes![1]!.key).toBe('account');
    run(addChain(sample, '新', newStep('经理')).change);
    expect(run(addStep(sample, 'discount', newStep('财务'), 0).change).approvals![0]!.steps.map((s) => s.key)).toEqual([
      'step',
      'manager',
    ]);
    expect(run(removeChain(sample, 'discount')).processes![0]!.transitions![2]!.approval).toBeUndefined();
  });
  it('says which questions a stage answers', () => {
    const p = sample.processes![0]!;
    expect(answers(p, p.stages[0]!)).toEqual({ what: true, who: true, how: true, complete: true, next: true });
    expect(answers(p, p.stages[1]!)).toEqual({ what: false, who: false, how: false, complete: true, next: true });
    expect(leaving(p, 'qualify').map((t) => t.key)).toEqual(['propose', 'lose']);
    expect(sources(p, ['*'], 'lost')).toEqual(['qualify', 'proposal']);
  });
});

describe('names in formulas', () => {
  it.each<[string, string[]]>([
    ['sum(lines, .net) + amount', ['sum', 'lines', '.net', 'amount']],
    ["name == 'amount' and not account.name", ['name', 'account', '.name']],
    ['1.5e3 + a1', ['a1']],
    ['{amount: amount}.amount', ['amount', '.amount']],
    ['open ? amount : discount', ['open', 'amount', 'discount']],
    ['"\\"amount" + `amount\\`', []],
    ['any(lines, #.qty > 1)', ['any', 'lines', '.qty']],
    ["'unclosed amount", []],
  ])('%s', (source, want) => {
    expect(identifiers(source).map((i) => (i.member ? '.' : '') + i.name)).toEqual(want);
  });

  it('finds the uses of a field', () => {
    expect(usesOf(sample, 'deal', 'amount')).toEqual([
      '/forms/deal/sections/more/visibleIf',
      '/forms/deal/checks/positive/if',
      '/processes/deal/value',
      '/processes/deal/stages/qualify/fields/require',
      '/processes/deal/transitions/win/if',
      '/approvals/discount/guards',
      '/approvals/discount/steps/manager/runIf',
      '/automations/warn/if',
      '/automations/warn/do/0/notify/text',
      '/automations/warn/do/1/set/discount',
      '/views/mine/where',
      '/views/mine/columns',
      '/views/mine/sort',
      '/reports/forecast/measures/a/sum',
    ]);
  });
});

describe('keys', () => {
  it.each([
    ['amount', 'taken'],
    ['stage', 'reserved'],
    ['Bad', 'invalid'],
    ['', 'invalid'],
    ['fine', undefined],
  ])('%s is %s', (key, want) => {
    expect(keyFault(key, ['amount'])).toBe(want);
  });
  it.each([
    ['Close date', 'closeDate'],
    ['预计成交日', undefined],
    ['MRR', 'mRR'],
    ['2nd try', undefined],
  ])('%s gives %s', (name, want) => {
    expect(keyFromName(name)).toBe(want);
  });
  it('counts on', () => {
    expect(freshKey('a', ['a', 'a2'])).toBe('a3');
    expect(freshKey('stage', [])).toBe('stage1');
  });
});

describe('rules and fields', () => {
  it('never begin with a key of the other', () => {
    const table = { key: 'table', form: 'deal', kind: 'table' } as unknown as Rule;
    const withField = run(addField(sample, 'deal', { key: 'table', type: 'table', fields: [{ key: 'table2', type: 'text' }] }, 0, 0).change);
    expect(addRule(withField, table).select).toBe('/rules/table3');
    const withRule = run(addRule(sample, table).change);
    expect(addField(withRule, 'deal', { key: 'table', type: 'table' }, 0, 0).select).toBe('/forms/deal/fields/table2');
  });
});

describe('stages that nobody has connected', () => {
  it('stand in one line, and what is connected stays', () => {
    const process = {
      key: 'p',
      form: 'f',
      name: 'P',
      start: 'a',
      stages: [{ key: 'a', name: 'A' }, { key: 'b', name: { en: 'B' } }, { key: 'c', name: 'C' }, { key: 'lost', name: 'L', end: 'lost' as const }, { key: 'done', name: 'D', end: 'done' as const }],
      transitions: [{ key: 'finish', from: ['a'], to: 'done', name: 'Finish' }],
    };
    const def = { key: 'x', name: 'X', processes: [process] } as unknown as Definition;
    const first = connectStages(def, 'p') as Change;
    const next = run(first, def);
    expect(next.processes?.[0]?.transitions).toEqual([
      process.transitions[0],
      { key: 'toB', from: ['a'], to: 'b', name: { en: 'B' } },
      { key: 'toC', from: ['b'], to: 'c', name: 'C' },
      { key: 'toDone', from: ['c'], to: 'done', name: 'D' },
    ]);
    expect(connectStages(next, 'p')).toBeUndefined();
  });
});

describe('texts', () => {
  it('changes one language and keeps the others', () => {
    expect(withText('价格', 'en', 'Price', ['zh-CN', 'en'])).toEqual({ 'zh-CN': '价格', en: 'Price' });
    // What is written in an app of one language is known to be in it, once there are others; what was written for all stays so.
    expect(withText(undefined, 'zh-CN', '价格', ['zh-CN'])).toEqual({ 'zh-CN': '价格' });
    expect(withText('价', 'zh-CN', '价格', ['zh-CN'])).toBe('价格');
    expect(withText(undefined, 'zh-CN', '价格', [])).toBe('价格');
    expect(withText({ en: 'x' }, 'en', '', ['zh-CN', 'en'])).toBeUndefined();
    expect(textIn({ 'zh-TW': '價格' }, 'zh-CN')).toBe('價格');
    expect(exactText({ 'zh-TW': '價格' }, 'zh-CN')).toBe('');
    expect(missingLanguages({ 'zh-TW': '價格' }, ['zh-CN', 'zh-TW', 'en'])).toEqual(['zh-CN', 'en']);
  });
});

describe('problems', () => {
  const problem = (path: string): Problem => ({ path, code: 'x', severity: 'error', message: '' });
  it('says where a problem is', () => {
    const place = placeOf(sample, '/forms/deal/fields/lines/fields/net/calc');
    expect(place.page).toBe('forms');
    expect(place.things.map((t) => [t.word, textIn(t.name, 'zh-CN')])).toEqual([
      ['form', '商机'],
      ['field', 'lines'],
      ['field', 'net'],
    ]);
    expect(place.rest).toBe('calc');
    expect(placeOf(sample, '/processes/deal/stages/qualify/fields/require').rest).toBe('fields/require');
    expect(placeOf(sample, '/languages').page).toBe('json');
  });
  it('belongs to the nearest control', () => {
    const all = [problem('/a/b'), problem('/a/b/c'), problem('/a/bc')];
    expect(problemsFor(all, '/a/b').length).toBe(2);
    expect(problemsFor(all, '/a/b', ['/a/b/c'])).toEqual([all[0]]);
  });
  it('applies fixes', () => {
    const fix = (changes: { path: string; value?: unknown; remove?: boolean }[]) => fixChange(sample, { title: '', changes });
    const after = run(
      fix([
        { path: '/approvals/discount/steps/manager/due/-', value: { after: 'P3BD', do: 'escalate' } },
        { path: '/processes/deal/transitions/back/name', value: '退' },
        { path: '/forms/deal/checks/positive', remove: true },
      ])!,
    );
    expect(after.approvals![0]!.steps[0]!.due).toHaveLength(2);
    expect(after.processes![0]!.transitions![1]!.name).toBe('退');
    expect(deal(after).checks).toEqual([]);
    expect(fix([{ path: '/forms/gone/name', value: 1 }])).toBeUndefined();
    expect(fix([{ path: '/forms/deal/code', remove: true }])).toBeUndefined();
    expect(valueAt(sample, locateNearest(sample, '/forms/deal/code').path)).toBe(deal(sample));
  });
});
