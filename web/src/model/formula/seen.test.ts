// @vitest-environment node
import { describe, expect, test } from 'vitest';
import type { Definition } from '../definition';
import { lexicaOf } from './lexicon';
import { toKeys, toNames } from './names';
import { CHINESE } from './sample';
import { seenAt } from './seen';

const definition: Definition = {
  spec: 'pipewright/1', key: 'x', name: 'X',
  forms: [
    { key: 'order', name: '订单', fields: [{ key: 'no', type: 'text', name: '单号' }, { key: 'lines', type: 'table', name: '明细', fields: [{ key: 'qty', type: 'number', name: '数量' }] }] },
    { key: 'stock', name: '库存', fields: [{ key: 'onHand', type: 'number', name: '在库' }, { key: 'no', type: 'text', name: '编号' }] },
  ],
  public: [{ key: 'enquiry', form: 'order', name: '询价', fields: ['lines'], source: { no: 'ref' } }],
  automations: [
    {
      key: 'hook', name: '', on: { webhook: 'call', form: 'order', where: 'no == payload.no', payload: [{ key: 'no', type: 'text', name: '来单号' }, { key: 'items', type: 'table', fields: [{ key: 'sku', type: 'text' }] }] },
      do: [
        { http: { url: 'https://example.com', result: [{ key: 'limit', type: 'number', name: '额度' }] } },
        { each: { rows: 'lines' }, do: [{ set: { no: '' }, on: { form: 'stock', where: '' } }, { set: { no: '' } }] },
        { each: { rows: 'payload.items' }, do: [{ set: { no: '' } }] },
        { each: { form: 'stock', groupBy: 'no' }, do: [{ set: { no: '' } }] },
        { each: { form: 'stock', where: '' }, do: [{ set: { no: '' } }], else: [{ set: { no: '' } }] },
      ],
    },
    { key: 'asked', name: '', on: { public: 'enquiry' }, if: '', do: [{ each: { rows: 'payload.lines' }, do: [{ set: { no: '' } }] }] },
    { key: 'nightly', name: '', on: { cron: '0 1 * * *' }, each: { form: 'order' }, do: [{ set: { no: '' } }] },
  ],
};

const names = (...at: (string | number)[]) => Object.keys(seenAt(definition, ['automations', ...at])).sort().join(' ');

describe('what an expression of an automation sees', () => {
  test.each([
    ['the condition', [0, 'if'], 'payload'],
    ['the call itself', [0, 'do', 0, 'http', 'body', 'no'], 'payload'],
    ['after the call', [0, 'do', 1, 'if'], 'payload result'],
    ['a row, on its own record', [0, 'do', 1, 'do', 1, 'set', 'no'], 'payload result row'],
    ['a row, on another record', [0, 'do', 1, 'do', 0, 'set', 'no'], 'payload result row source'],
    ['a row that was sent', [0, 'do', 2, 'do', 0, 'set', 'no'], 'payload result row'],
    ['a group', [0, 'do', 3, 'do', 0, 'set', 'no'], 'payload result rows'],
    ['what is looked for', [0, 'do', 4, 'each', 'where'], 'payload result source'],
    ['each record found', [0, 'do', 4, 'do', 0, 'set', 'no'], 'payload result source'],
    ['none found', [0, 'do', 4, 'else', 0, 'set', 'no'], 'payload result'],
    ['what a visitor sent', [1, 'if'], 'sent'],
    ['a row that a visitor sent', [1, 'do', 0, 'do', 0, 'set', 'no'], 'row sent'],
    ['a schedule, whose records are its own', [2, 'do', 0, 'set', 'no'], ''],
  ])('%s', (_, at, want) => expect(names(...at)).toBe(want));

  test('outside automations it is nothing', () => expect(seenAt(definition, ['forms', 0, 'fields', 0, 'calc'])).toEqual({}));

  test('what a visitor sent is named like the fields', () => {
    const lexica = lexicaOf(definition, { form: 'order', seen: seenAt(definition, ['automations', 1, 'if']) }, CHINESE);
    expect(toNames('payload.no == no', lexica)).toBe('收到的内容.单号 == 单号');
    expect(toKeys('收到的内容.单号 == 单号', lexica)).toEqual({ text: 'payload.no == no', doubts: [] });
  });

  test.each([
    ["payload.no == no and result.limit > 5", '收到的内容.来单号 == 单号 并且 返回结果.额度 > 5'],
    ['row.qty + 1', '本行.数量 + 1'],
    ['result.status == 200', '返回结果.状态码 == 200'],
  ])('%s is read and typed by name', (keys, shown) => {
    const lexica = lexicaOf(definition, { form: 'order', seen: seenAt(definition, ['automations', 0, 'do', 1, 'do', 1, 'set', 'no']) }, CHINESE);
    expect(toNames(keys, lexica)).toBe(shown);
    expect(toKeys(shown, lexica)).toEqual({ text: keys, doubts: [] });
  });
});
