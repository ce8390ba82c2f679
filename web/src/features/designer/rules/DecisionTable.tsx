import { Select } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Rule, RuleRow } from '@/model/definition';
import { freshKey, keysOf } from '@/model/keys';
import { useDraftStore, useNameOf, useSlot } from '../context';
import { useFieldChoices } from '../controls/choices';
import { AddButton, IconButton, Part } from '../controls/Row';
import { ChoiceSlot } from '../controls/slots';
import { Grid } from './Grid';
import { SheetPart } from './SheetPart';

const HITS = ['unique', 'first', 'priority', 'collect', 'collectSum'] as const;
const TYPES = ['number', 'text', 'bool', 'date', 'money', 'percent', 'user', 'role', 'team'] as const;

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
  const fields = useFieldChoices(form);
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
  const addIn = (key: string) => change({ in: [...ins, { key }], rows: list.map((r) => ({ ...r, if: [...r.if, ''] })) });
  const addOut = () => {
    const key = freshKey('result', keysOf(outs));
    change({ out: [...outs, { key, type: 'text' }], rows: list.map((r) => ({ ...r, then: [...r.then, "''"] })) });
  };
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
          options={fields.filter((f) => !ins.some((c) => c.key === f.value))}
          onChange={(key: string | null) => key && addIn(key)}
        />
      </div>
      <Grid
        at={at}
        rule={rule}
        form={form}
        hits={hits}
        nameOfColumn={(c) => (c < ins.length ? inName(c) : nameOf(outs[c - ins.length]))}
        head={
            <tr>
              <th scope="col" className="num">
                #
              </th>
              {ins.map((c, i) => (
                <th key={c.key} scope="col">
                  <span className="row">
                    <span className="el sp" title={c.value ?? c.key}>
                      {inName(i)}
                    </span>
                    <IconButton
                      icon="close"
                      label={t('removeColumn', { name: inName(i) })}
                      disabled={ins.length === 1}
                      onClick={() =>
                        change({ in: ins.toSpliced(i, 1), rows: list.map((r) => ({ ...r, if: r.if.toSpliced(i, 1) })) })
                      }
                    />
                  </span>
                </th>
              ))}
              {outs.map((c, i) => (
                <th key={c.key} scope="col" className="then">
                  <span className="row">
                    <span className="el sp">{nameOf(c)}</span>
                    <Select
                      size="small"
                      variant="borderless"
                      aria-label={t('typeOf', { name: nameOf(c) })}
                      value={c.type}
                      options={TYPES.map((x) => ({ value: x as string, label: t(`result_${x}`) }))}
                      popupMatchSelectWidth={false}
                      onChange={(type) => change({ out: outs.with(i, { ...c, type }) })}
                    />
                  </span>
                </th>
              ))}
              <th scope="col">
                <IconButton icon="plus" label={t('addResult')} onClick={addOut} />
              </th>
            </tr>
        }
      />
      <SheetPart at={at} rule={rule} form={form} />
      <p className="s">{t('cellHint', { example: "'self'" })}</p>
    </Part>
  );
}
