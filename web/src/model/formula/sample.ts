import type { Definition } from '../definition';
import { lexicaOf, type Lexica, type Words } from './lexicon';

/** A definition for the tests of formulas, with names that are hard to tell from keys. */
export const DEFINITION = {
  spec: 'pipewright/1',
  key: 'shop',
  name: '销售',
  options: [
    {
      key: 'levels',
      items: [
        { key: 'vip', name: { 'zh-CN': '重要客户', en: 'Key account' } },
        { key: 'normal', name: { 'zh-CN': '普通', en: 'Normal' } },
        { key: 'odd', name: "it's" },
        { key: 'twinA', name: '双胞' },
        { key: 'twinB', name: '双胞' },
      ],
    },
  ],
  forms: [
    {
      key: 'deal',
      name: '商机',
      fields: [
        { key: 'amount', type: 'money', name: { 'zh-CN': '金额', en: 'Amount' } },
        { key: 'discount', type: 'percent', name: { 'zh-CN': '总折扣', en: 'Total discount' } },
        { key: 'next', type: 'text', name: { 'zh-CN': '下一步', en: 'Next step' } },
        { key: 'level', type: 'select', options: 'levels', name: { 'zh-CN': '客户等级', en: 'Level' } },
        { key: 'tags', type: 'multiselect', options: 'levels', name: '标签' },
        { key: 'account', type: 'reference', form: 'account', name: { 'zh-CN': '客户', en: 'Account' } },
        { key: 'margin', type: 'percent', name: '毛利率（%）' },
        { key: 'price', type: 'money', name: 'cost' },
        { key: 'cost', type: 'money', name: 'price' },
        { key: 'noteA', type: 'text', name: '备注' },
        { key: 'noteB', type: 'text', name: '备注' },
        { key: 'flag', type: 'bool', name: 'in' },
        { key: 'plain', type: 'number' },
        {
          key: 'lines',
          type: 'table',
          name: { 'zh-CN': '明细', en: 'Lines' },
          fields: [
            { key: 'qty', type: 'number', name: { 'zh-CN': '数量', en: 'Quantity' } },
            { key: 'amount', type: 'money', name: { 'zh-CN': '小计', en: 'Net' } },
          ],
        },
      ],
    },
    {
      key: 'account',
      name: '客户',
      fields: [
        { key: 'level', type: 'select', options: 'levels', name: { 'zh-CN': '信用等级', en: 'Credit' } },
        { key: 'limit', type: 'money', name: { 'zh-CN': '信用额度', en: 'Credit limit' } },
      ],
    },
  ],
  processes: [{ key: 'deal', name: '商机', form: 'deal', stages: [{ key: 'win', name: '赢单' }, { key: 'lose', name: '丢单' }] }],
  rules: [
    { key: 'weighted', form: 'deal', kind: 'expression', type: 'number', name: { 'zh-CN': '加权金额', en: 'Weighted' } },
    { key: 'tier', form: 'deal', kind: 'table', name: '审批层级', out: [{ key: 'level', type: 'text', name: '层级' }] },
  ],
} as unknown as Definition;

export const CHINESE: Words = {
  language: 'zh-CN',
  systems: { stage: '阶段', owner: '负责人', idleDays: '闲置天数', open: '进行中', me: '当前用户', old: '改动前' },
  functions: { sum: '合计', count: '计数', rate: '比率', decide: '查决策表', today: '今天', filter: '筛选' },
  words: { and: '并且', or: '或者', not: '非', true: '是', false: '否', nil: '空' },
  results: { total: '总分', band: '档位', items: '得分项' },
  seen: { source: '来源记录', row: '本行', rows: '本组记录', group: '分组的值', payload: '收到的内容', result: '返回结果', status: '状态码' },
};

export const ENGLISH: Words = {
  language: 'en',
  systems: { stage: 'Stage', owner: 'Owner', idleDays: 'Idle days', open: 'open', me: '', old: '' },
  functions: { sum: '', count: '', rate: '', decide: '', today: '', filter: '' },
  words: { and: '', or: '', not: '', true: '', false: '', nil: '' },
  results: {},
  seen: {},
};

export const lexica = (words: Words = CHINESE): Lexica => lexicaOf(DEFINITION, { form: 'deal' }, words);
