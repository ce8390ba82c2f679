import { type Definition } from './definition';

/** A small app for tests: one of everything that names fields. */
export const sample: Definition = {
  spec: 'pipewright/1',
  key: 'b2b',
  name: { 'zh-CN': '销售', 'zh-TW': '銷售', en: 'Sales' },
  languages: ['zh-CN', 'zh-TW', 'en'],
  roles: [
    { key: 'rep', name: '客户经理' },
    { key: 'finance', name: '财务' },
  ],
  options: [{ key: 'lossReason', items: [{ key: 'price', name: '价格' }] }],
  forms: [
    {
      key: 'account',
      name: '客户',
      fields: [
        { key: 'name', type: 'text' },
        { key: 'industry', type: 'text' },
      ],
    },
    {
      key: 'deal',
      name: '商机',
      title: '{{ name }} · {{ account.name }} name',
      sections: [
        { key: 'main', name: '基本', fields: ['name', 'account', 'amount'] },
        { key: 'more', name: '明细', fields: ['lines', 'discount'], visibleIf: "amount > 0 and name != 'amount'" },
      ],
      fields: [
        { key: 'name', type: 'text', required: true },
        { key: 'account', type: 'reference', form: 'account', fill: { industry: 'industry' } },
        { key: 'industry', type: 'text' },
        {
          key: 'lines',
          type: 'table',
          fields: [
            { key: 'qty', type: 'number' },
            { key: 'price', type: 'money' },
            { key: 'net', type: 'money', calc: 'qty * price * (1 - discount)' },
          ],
        },
        { key: 'amount', type: 'money', calc: 'sum(lines, .net)' },
        { key: 'discount', type: 'percent' },
        { key: 'lossReason', type: 'select', options: 'lossReason' },
        { key: 'backer', type: 'user' },
      ],
      checks: [{ key: 'positive', if: 'amount >= 0', message: '金额' }],
      grants: [{ role: 'rep', records: 'own', do: ['read'], hide: ['discount'] }],
    },
  ],
  processes: [
    {
      key: 'deal',
      form: 'deal',
      name: '销售漏斗',
      start: 'qualify',
      value: 'amount',
      stages: [
        {
          key: 'qualify',
          name: '资格',
          owner: { role: 'rep' },
          goal: '判断',
          script: '问',
          kind: 'call',
          checklist: [{ key: 'budget', name: '预算', required: true }],
          fields: { require: ['amount'] },
        },
        { key: 'proposal', name: '提案', leaveIf: [{ if: 'discount <= 0.5', message: '折扣' }] },
        { key: 'won', name: '成交', end: 'won' },
        { key: 'lost', name: '丢单', end: 'lost' },
      ],
      transitions: [
        { key: 'propose', from: ['qualify'], to: 'proposal', name: '提案' },
        { key: 'back', from: ['proposal'], to: 'qualify', name: '退回' },
        {
          key: 'win',
          from: ['proposal'],
          to: 'won',
          name: '赢单',
          if: 'amount > 0',
          approval: 'discount',
          set: { discount: 'discount + 0' },
        },
        { key: 'lose', from: ['*'], to: 'lost', name: '丢单', ask: ['lossReason'] },
      ],
    },
  ],
  approvals: [
    {
      key: 'discount',
      name: '折扣审批',
      skipIf: 'discount <= 0.1',
      guards: ['amount', 'discount'],
      steps: [
        {
          key: 'manager',
          name: '经理',
          who: [{ field: 'backer' }],
          runIf: 'amount > 500000',
          onEmpty: 'climb',
          onSelf: 'climb',
          due: [{ after: 'P2BD', do: 'remind' }],
        },
      ],
    },
  ],
  automations: [
    {
      key: 'warn',
      name: '提醒',
      on: { stage: 'deal.won' },
      if: 'amount > 1',
      do: [{ notify: { to: { field: 'owner' }, text: '{{ name }} {{ amount }}' } }, { set: { discount: 'amount' } }],
    },
  ],
  views: [{ key: 'mine', form: 'deal', kind: 'list', where: 'amount > 1', columns: ['name', 'amount'], sort: ['-amount'] }],
  reports: [{ key: 'forecast', process: 'deal', group: [{ by: 'lossReason' }], measures: [{ key: 'a', sum: 'amount' }] }],
  layout: { deal: { proposal: { x: 1, y: 2 } } },
};
