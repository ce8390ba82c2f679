import { Select } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Rule, RuleInput, RuleOutput, RuleRow } from '@/model/definition';
import { freshKey, keysOf } from '@/model/keys';
import { problemsUnder } from '@/model/problem';
import { useDraft, useDraftStore, useNameOf, useSlot } from '../context';
import { useFieldChoices, useNewText } from '../controls/choices';
import { AddButton, IconButton, Part, Problems } from '../controls/Row';
import { ChoiceSlot } from '../controls/slots';
import { ColumnHead } from './ColumnHead';
import { movedColumn, withColumn, withoutColumn, type Side } from './columns';
import { Grid } from './Grid';
import { SheetPart } from './SheetPart';

const HITS = ['unique', 'first', 'priority', 'collect', 'collectSum'] as const;
/** Stands for a column that is no field. */
const OWN = '=';

/** A decision table as a sheet: conditions at the left, results at the right, one row a case. */
export function DecisionTable({
  at,
  rule,
  form,
  hits,
}: {
  at: (string | number)[];
  rule: Rule;
  form: string;
  hits: ReadonlySet<number>;
}) {
  const { t } = useTranslation('designer');
  const nameOf = useNameOf();
  const { actions } = useDraftStore();
  const newText = useNewText();
  const fields = useFieldChoices(form);
  const problems = useDraft((s) => s.problems);
  const ofColumns = (['in', 'out'] as const).flatMap((side) => problemsUnder(problems, `/rules/${rule.key}/${side}`));
  const rows = useSlot<RuleRow[]>([...at, 'rows']);
  const ins = rule.in ?? [];
  const outs = rule.out ?? [];
  const list = rule.rows ?? [];
  const change = (next: Partial<Rule>) =>
    actions.apply({
      op: 'all',
      changes: Object.entries(next).map(([member, value]) => ({ op: 'set' as const, at: [...at, member], value })),
    });
  const inName = (i: number) => {
    const column = ins[i];
    if (!column) return '';
    return column.name === undefined ? (fields.find((f) => f.value === column.key)?.label ?? column.key) : nameOf(column);
  };
  const add = (side: Side, column: RuleInput | RuleOutput) => change(withColumn(rule, side, column));
  const addIn = (key: string) =>
    add('in', key === OWN ? { key: freshKey('column', [...keysOf(ins), ...fields.map((f) => f.value)]), name: newText(t('ownColumn')), value: fields[0]?.value ?? 'true' } : { key });
  const addOut = () => add('out', { key: freshKey('result', keysOf(outs)), name: newText(t('newResult')), type: 'text' });
  const head = (side: Side, i: number, name: string) => (
    <ColumnHead
      at={at}
      rule={rule}
      form={form}
      side={side}
      index={i}
      name={name}
      onMove={(to) => change(movedColumn(rule, side, i, to))}
      onRemove={() => change(withoutColumn(rule, side, i))}
    />
  );
  return (
    <Part
      title={t('cases')}
      action={
        <AddButton onClick={() => rows.set([...list, { if: ins.map(() => ''), then: outs.map(() => '') }])}>
          {t('addCase')}
        </AddButton>
      }
    >
      <div className="d-two">
        <ChoiceSlot
          at={[...at, 'hit']}
          label={t('hit')}
          unset={t('hit_unique')}
          unsetAs="unique"
          choices={HITS.slice(1).map((h) => ({ value: h, label: t(`hit_${h}`) }))}
        />
        <Select
          className="d-addcolumn"
          aria-label={t('addCondition')}
          value={null}
          placeholder={t('addCondition')}
          options={[...fields.filter((f) => !ins.some((c) => c.key === f.value)), { value: OWN, label: t('ownColumnAdd') }]}
          showSearch={{ optionFilterProp: 'label' }}
          onChange={(key: string | null) => key && addIn(key)}
        />
      </div>
      <Grid
        at={at}
        rule={rule}
        form={form}
        hits={hits}
        onMoveColumn={(side, from, to) => change(movedColumn(rule, side, from, to))}
        nameOfColumn={(c) => (c < ins.length ? inName(c) : nameOf(outs[c - ins.length]))}
        head={
            <tr>
              <th scope="col" className="num">
                #
              </th>
              {ins.map((c, i) => (
                <th key={c.key} scope="col" title={c.value}>
                  {head('in', i, inName(i))}
                </th>
              ))}
              {outs.map((c, i) => (
                <th key={c.key} scope="col" className={i === 0 ? 'then' : ''}>
                  {head('out', i, nameOf(c))}
                </th>
              ))}
              <th scope="col">
                <IconButton icon="plus" label={t('addResult')} onClick={addOut} />
              </th>
            </tr>
        }
      />
      <Problems list={ofColumns} />
      <SheetPart at={at} rule={rule} form={form} />
      <p className="s">{t('cellHint', { example: "'self'" })}</p>
    </Part>
  );
}
