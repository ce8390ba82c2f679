import { Input, Select } from 'antd';
import { useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FormulaEditor } from '@/ui/formula';
import { Icon } from '@/ui/Icon';
import type { Lexica, Thing } from '@/model/formula/lexicon';
import { shownName } from '@/model/formula/names';
import {
  comparisonsOf,
  fromRows,
  sortOf,
  thingAt,
  toRows,
  type CompareRow,
  type Comparison,
  type Groups,
  type Value,
} from '@/model/formula/rows';
import { AddButton, IconButton } from './Row';
import { useDescribe, useDoubtWords } from './useLexica';

interface Props {
  label: string;
  value: string;
  lexica: Lexica;
  onChange: (value: string) => void;
  onBlur: () => void;
  /** It was asked for, so its first row stands there at once. */
  eager?: boolean;
}

const EMPTY: CompareRow = { path: '', comparison: '==', values: [] };

/**
 * A condition as rows: all of a box must hold, any box will do. A row whose field is not chosen yet is not part of the formula; one whose
 * value is missing is, so that the checker says what is missing.
 */
export function ConditionRows({ label, value, lexica, onChange, onBlur, eager = false }: Props) {
  const { t } = useTranslation('designer');
  const [groups, setGroups] = useState<Groups>(() => (eager && value === '' ? [[EMPTY]] : parsed(value, lexica)));
  const told = useRef(value);
  // The formula changed elsewhere: undo, a fix, another editor.
  if (told.current !== value) {
    told.current = value;
    setGroups(parsed(value, lexica));
  }
  const change = (next: Groups) => {
    setGroups(next);
    const text = fromRows(next.map((g) => g.filter((r) => r.path !== '')));
    told.current = text;
    if (text !== value) onChange(text);
  };
  const setRow = (g: number, r: number, row: CompareRow) => change(groups.with(g, (groups[g] as CompareRow[]).with(r, row)));
  const drop = (g: number, r: number) => {
    const group = (groups[g] as CompareRow[]).toSpliced(r, 1);
    change(group.length === 0 ? groups.toSpliced(g, 1) : groups.with(g, group));
  };
  return (
    <div className="d-rows" role="group" aria-label={label}>
      {groups.map((group, g) => (
        <div key={g}>
          {g > 0 ? <p className="d-or">{t('rowsOr')}</p> : null}
          <div className="d-and" role="group" aria-label={t('rowsGroup', { n: g + 1 })}>
            {group.map((row, r) => (
              <OneRow
                key={r}
                row={row}
                first={r === 0}
                name={`${label} ${g + 1}.${r + 1}`}
                lexica={lexica}
                onChange={(next) => setRow(g, r, next)}
                onRemove={() => drop(g, r)}
                onBlur={onBlur}
              />
            ))}
            <AddButton onClick={() => change(groups.with(g, [...group, EMPTY]))}>{t('rowsAnd')}</AddButton>
          </div>
        </div>
      ))}
      <AddButton onClick={() => change([...groups, [EMPTY]])}>{groups.length === 0 ? t('rowsFirst') : t('rowsOrAdd')}</AddButton>
    </div>
  );
}

function parsed(value: string, lexica: Lexica): Groups {
  const it = toRows(value, lexica);
  return 'groups' in it ? it.groups : [];
}

interface RowProps {
  row: CompareRow;
  first: boolean;
  name: string;
  lexica: Lexica;
  onChange: (row: CompareRow) => void;
  onRemove: () => void;
  onBlur: () => void;
}

function OneRow({ row, first, name, lexica, onChange, onRemove, onBlur }: RowProps) {
  const { t } = useTranslation('designer');
  const thing = useMemo(() => (row.path === '' ? undefined : thingAt(row.path, lexica)), [row.path, lexica]);
  const fields = useFieldGroups(lexica, row.path);
  const offered = comparisonsOf(thing);
  const comparisons = offered.includes(row.comparison) ? offered : [...offered, row.comparison];
  return (
    <div className="d-cmp">
      <span className="s">{first ? t('rowsWhen') : t('rowsAndWord')}</span>
      <Select
        aria-label={t('rowsField', { name })}
        className="d-cmp-field"
        popupMatchSelectWidth={false}
        value={row.path === '' ? null : row.path}
        placeholder={t('rowsChoose')}
        options={fields}
        showSearch={{ optionFilterProp: 'label' }}
        onChange={(path: string) => onChange(fresh(path, lexica))}
      />
      {row.path === '' ? null : (
        <>
          <Select
            aria-label={t('rowsComparison', { name })}
            className="d-cmp-how"
            popupMatchSelectWidth={false}
            value={row.comparison}
            options={comparisons.map((c) => ({ value: c, label: t(`cmp_${WORD[c]}`) }))}
            onChange={(comparison: Comparison) => onChange({ ...row, comparison, values: fitting(row, comparison, thing) })}
          />
          <ValueInput
            row={row}
            thing={thing}
            name={t('rowsValue', { name })}
            lexica={lexica}
            onChange={(values) => onChange({ ...row, values })}
            onBlur={onBlur}
          />
        </>
      )}
      <IconButton icon="close" label={t('rowsRemove', { name })} onClick={onRemove} />
    </div>
  );
}

const WORD = {
  '==': 'eq',
  '!=': 'ne',
  '>': 'gt',
  '>=': 'ge',
  '<': 'lt',
  '<=': 'le',
  in: 'in',
  'not in': 'notIn',
  contains: 'contains',
  'not contains': 'notContains',
  startsWith: 'startsWith',
  empty: 'empty',
  filled: 'filled',
  yes: 'yes',
  no: 'no',
} as const satisfies Record<Comparison, string>;

const SEVERAL: ReadonlySet<Comparison> = new Set(['in', 'not in']);
const NO_VALUE: ReadonlySet<Comparison> = new Set(['empty', 'filled', 'yes', 'no']);

function fresh(path: string, lexica: Lexica): CompareRow {
  const thing = thingAt(path, lexica);
  const comparison = comparisonsOf(thing)[0] as Comparison;
  return { path, comparison, values: fitting({ path, comparison, values: [] }, comparison, thing) };
}

/** What a value begins as. */
function firstValue(thing: Thing | undefined): Value {
  const sort = sortOf(thing);
  if (sort === 'number') return { kind: 'number', value: '0' };
  if (sort === 'time') return { kind: 'formula', source: 'today()' };
  if (sort === 'choice' || sort === 'choices') return { kind: 'text', value: thing?.options?.().things[0]?.key ?? '' };
  if (thing?.type === 'user' || thing?.key === 'owner') return { kind: 'formula', source: 'me' };
  return { kind: 'text', value: '' };
}

/** The values that stay when the comparison changes. */
function fitting(row: CompareRow, comparison: Comparison, thing: Thing | undefined): Value[] {
  if (NO_VALUE.has(comparison)) return [];
  const kept = row.values.length > 0 ? row.values : [firstValue(thing)];
  return SEVERAL.has(comparison) ? kept : kept.slice(0, 1);
}

/** The fields of a form and one step behind its references, what the system knows, and the named rules. */
function useFieldGroups(lexica: Lexica, chosen: string) {
  const { t } = useTranslation('designer');
  const describe = useDescribe();
  return useMemo(() => {
    const things = lexica.bare.things;
    const fields: { value: string; label: string }[] = [];
    for (const x of things) {
      if (x.kind !== 'field') continue;
      if (x.type !== 'table') fields.push({ value: x.key, label: shownName(x) });
      if (x.type === 'reference')
        for (const y of x.inside?.().things ?? [])
          if (y.type !== 'table') fields.push({ value: `${x.key}.${y.key}`, label: `${shownName(x)} · ${shownName(y)}` });
    }
    // What an automation sees besides: what was sent or answered, the row in hand, the record it runs for, each with its type.
    const seen = things
      .filter((x) => x.kind === 'system' && x.type === 'record' && x.key !== 'old')
      .map((x) => ({
        label: shownName(x),
        options: (x.inside?.().things ?? [])
          .filter((y) => y.type !== 'table' && y.type !== 'record')
          .map((y) => ({ value: `${x.key}.${y.key}`, label: t('rowsTyped', { name: `${shownName(x)} · ${shownName(y)}`, type: describe(y).detail }) })),
      }));
    const of = (kind: Thing['kind']) =>
      things.filter((x) => x.kind === kind && x.key !== 'old' && !x.inside).map((x) => ({ value: x.key, label: shownName(x) }));
    const groups = [
      ...seen,
      { label: t('word_field'), options: fields },
      { label: t('kind_system'), options: of('system') },
      { label: t('word_rule'), options: of('rule') },
    ].filter((g) => g.options.length > 0);
    const known = groups.some((g) => g.options.some((o) => o.value === chosen));
    return chosen === '' || known ? groups : [{ label: t('rowsOther'), options: [{ value: chosen, label: chosen }] }, ...groups];
  }, [lexica, chosen, t, describe]);
}

function ValueInput({
  row,
  thing,
  name,
  lexica,
  onChange,
  onBlur,
}: {
  row: CompareRow;
  thing: Thing | undefined;
  name: string;
  lexica: Lexica;
  onChange: (values: Value[]) => void;
  onBlur: () => void;
}) {
  const { t } = useTranslation('designer');
  if (NO_VALUE.has(row.comparison)) return null;
  const sort = sortOf(thing);
  const [first] = row.values;
  const formula = row.values.some((v) => v.kind === 'formula');
  if (SEVERAL.has(row.comparison) && !formula) {
    const options = thing?.options?.().things.map((o) => ({ value: o.key, label: shownName(o) })) ?? [];
    return (
      <Select
        aria-label={name}
        className="d-cmp-value"
        mode={options.length > 0 ? 'multiple' : 'tags'}
        value={row.values.map((v) => (v.kind === 'formula' ? v.source : v.value))}
        options={options}
        onChange={(keys: string[]) => onChange(keys.map((key) => (sort === 'number' ? { kind: 'number', value: key } : { kind: 'text', value: key })))}
        showSearch={{ optionFilterProp: 'label' }}
      />
    );
  }
  if (SEVERAL.has(row.comparison)) return <code className="d-cmp-value s">{t('rowsList')}</code>;
  if (first?.kind === 'formula' || sort === 'time')
    return (
      <span className="d-cmp-value">
        <FormulaValue name={name} lexica={lexica} thing={thing} value={first} onChange={(v) => onChange([v])} onBlur={onBlur} />
        {sort === 'time' ? null : <Swap label={t('rowsPlain')} onClick={() => onChange([plain(thing)])} />}
      </span>
    );
  const options = thing?.options?.().things.map((o) => ({ value: o.key, label: shownName(o) }));
  const text = first?.value ?? '';
  return (
    <span className="d-cmp-value">
      {options && (sort === 'choice' || sort === 'choices') ? (
        <Select
          aria-label={name}
          popupMatchSelectWidth={false}
          value={text}
          options={options.some((o) => o.value === text) ? options : [...options, { value: text, label: text }]}
          onChange={(value: string) => onChange([{ kind: 'text', value }])}
          showSearch={options.length > 8 ? { optionFilterProp: 'label' } : false}
        />
      ) : (
        <Input
          aria-label={name}
          value={text}
          onBlur={onBlur}
          inputMode={sort === 'number' ? 'decimal' : 'text'}
          onChange={(e) => onChange([sort === 'number' ? { kind: 'number', value: e.target.value.trim() } : { kind: 'text', value: e.target.value }])}
        />
      )}
      <Swap label={t('rowsFormula')} onClick={() => onChange([{ kind: 'formula', source: '' }])} />
    </span>
  );
}

function plain(thing: Thing | undefined): Value {
  const v = firstValue(thing);
  return v.kind === 'formula' ? { kind: 'text', value: '' } : v;
}

function Swap({ label, onClick }: { label: string; onClick: () => void }) {
  return (
    <button type="button" className="ib d-ib" title={label} aria-label={label} onClick={onClick}>
      <Icon name="formula" size={14} />
    </button>
  );
}

const NO_MARKS: never[] = [];

function FormulaValue({
  name,
  lexica,
  thing,
  value,
  onChange,
  onBlur,
}: {
  name: string;
  lexica: Lexica;
  thing: Thing | undefined;
  value: Value | undefined;
  onChange: (value: Value) => void;
  onBlur: () => void;
}) {
  const describe = useDescribe();
  const inDoubt = useDoubtWords();
  const around = useMemo(() => ({ result: thing }), [thing]);
  return (
    <FormulaEditor
      label={name}
      value={value?.kind === 'formula' ? value.source : (value?.value ?? '')}
      onChange={(source) => onChange({ kind: 'formula', source })}
      onBlur={onBlur}
      marks={NO_MARKS}
      lexica={lexica}
      around={around}
      describe={describe}
      inDoubt={inDoubt}
    />
  );
}
