import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { toast } from '@/ui/toast';
import type { Rule } from '@/model/definition';
import { addRule } from '@/model/edits';
import { splitKeyPath } from '@/model/path';
import { useActions, useDefinition, useDraftStore, useNameOf, useSelection, useSlot } from '../context';
import { useFormChoices, useNewText } from '../controls/choices';
import { FormulaSlot } from '../controls/FormulaSlot';
import { KeySlot } from '../controls/KeySlot';
import { IconButton, Part, Problems } from '../controls/Row';
import { ChoiceSlot, TextSlot } from '../controls/slots';
import { SidePage } from '../SidePage';
import { BenchPart, useBench } from './Bench';
import { Scorecard } from './Scorecard';
import { DecisionTable } from './DecisionTable';

/** The rules: named formulas, decision tables, scorecards. */
export function RulesPage() {
  const { t } = useTranslation('designer');
  const def = useDefinition();
  const nameOf = useNameOf();
  const newText = useNewText();
  const { at } = useSelection();
  const { edit } = useActions();
  const list = useMemo(() => def.rules ?? [], [def.rules]);
  const parts = splitKeyPath(at);
  const index = Math.max(0, parts[0] === 'rules' ? list.findIndex((r) => r.key === parts[1]) : 0);
  const rule = list[index];
  const form = def.processes?.[0]?.form ?? def.forms?.[0]?.key ?? '';
  const create = (kind: Rule['kind']) => {
    const key = kind === 'expression' ? 'rule' : kind === 'table' ? 'table' : 'score';
    const field = def.forms?.find((f) => f.key === form)?.fields.find((f) => f.type !== 'table')?.key ?? 'name';
    const base = { key, name: newText(t(`rule_${kind}`)), form, kind };
    const fresh: Rule =
      kind === 'expression'
        ? { ...base, type: 'number', value: '0' }
        : kind === 'table'
          ? {
              ...base,
              hit: 'first',
              in: [{ key: field }],
              out: [{ key: 'result', name: newText(t('result')), type: 'text' }],
              rows: [{ if: [''], then: ["''"] }],
            }
          : { ...base, max: 100, items: [{ key: 'item', name: newText(t('newItem')), points: 10, if: '' }] };
    edit(addRule(def, fresh));
  };
  return (
    <SidePage
      title={t('tab_rules')}
      groups={[
        { items: list.map((r) => ({ path: `/rules/${r.key}`, name: nameOf(r), note: `${t(`rule_${r.kind}`)} · ${r.key}` })) },
      ]}
      makers={(['expression', 'table', 'scorecard'] as const).map((kind) => ({
        label: t(`rule_${kind}`),
        run: () => create(kind),
      }))}
      emptyTitle={t('noRules')}
      emptyText={t('noRulesText')}
      shown={rule && `/rules/${rule.key}`}
    >
      {rule ? <One key={rule.key} rule={rule} index={index} /> : null}
    </SidePage>
  );
}

const TYPES = ['number', 'text', 'bool', 'date', 'money', 'percent'] as const;

function One({ rule, index }: { rule: Rule; index: number }) {
  const { t } = useTranslation('designer');
  const nameOf = useNameOf();
  const forms = useFormChoices();
  const { apply } = useActions();
  const { select } = useSelection();
  const { actions } = useDraftStore();
  const at = ['rules', index];
  const form = rule.form ?? '';
  const bench = useBench(rule);
  const rest = useSlot<Rule>(at, ['name', 'help', 'form', 'type', 'value', 'hit', 'in', 'out', 'rows', 'max', 'bands', 'items']);
  return (
    <div className={`card d-one ${rule.kind === 'table' ? 'wide' : ''}`}>
      <header>
        <h2 className="el">{nameOf(rule)}</h2>
        <span className="tag">{t(`rule_${rule.kind}`)}</span>
        <code className="s">{rule.kind === 'expression' ? rule.key : `decide('${rule.key}')`}</code>
        <span className="sp" />
        <IconButton
          icon="trash"
          label={t('removeRule')}
          onClick={() => {
            apply({ op: 'remove', at: ['rules'], index });
            select(undefined);
            toast(t('removed', { name: nameOf(rule) }), { undo: actions.undo });
          }}
        />
      </header>
      <Part>
        <div className="d-two">
          <TextSlot at={[...at, 'name']} label={t('name')} />
          <ChoiceSlot at={[...at, 'form']} label={t('word_form')} choices={forms} />
        </div>
        <div className="d-two">
          <KeySlot path={`/rules/${rule.key}`} value={rule.key} />
          <TextSlot at={[...at, 'help']} label={t('help')} />
        </div>
        <Problems list={rest.problems} />
      </Part>
      {rule.kind === 'expression' ? (
        <Part>
          <ChoiceSlot
            at={[...at, 'type']}
            label={t('resultType')}
            choices={TYPES.map((x) => ({ value: x, label: t(`result_${x}`) }))}
          />
          <FormulaSlot at={[...at, 'value']} form={form} label={t('formula')} />
        </Part>
      ) : rule.kind === 'table' ? (
        <DecisionTable at={at} rule={rule} form={form} hits={bench.hits} />
      ) : (
        <Scorecard at={at} rule={rule} form={form} hits={bench.hits} />
      )}
      <BenchPart rule={rule} state={bench} />
    </div>
  );
}
