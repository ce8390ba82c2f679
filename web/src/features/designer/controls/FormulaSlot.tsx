import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { FormulaEditor, type Mark, type Suggestion } from '@/ui/code';
import { useText } from '@/ui/text';
import type { Field } from '@/model/definition';
import type { Path } from '@/model/path';
import type { Problem } from '@/model/problem';
import { useDefinition, useDraft, useSlot } from '../context';
import { useTypeName } from '../form/types';
import { Row } from './Row';

interface Props {
  at: Path;
  label: string;
  /** The form whose fields the formula reads. */
  form: string;
  /** Inside a table: its columns come first. */
  columns?: readonly Field[] | undefined;
  hint?: string;
  placeholder?: string;
}

/** A formula. Problems come from the server, at their place in the text. */
export function FormulaSlot({ at, label, form, columns, hint, placeholder }: Props) {
  const slot = useSlot<string>(at);
  const stale = useDraft((s) => s.stale);
  const suggestions = useSuggestions(form, columns);
  const text = useText();
  const value = typeof slot.value === 'string' ? slot.value : '';
  const marks = useMemo(
    () =>
      stale
        ? []
        : slot.problems
            .filter((p) => p.line !== undefined && p.code.startsWith('expr.'))
            .map((p) => ({ ...placeOfProblem(value, p), severity: p.severity, message: text(p.message) })),
    [stale, slot.problems, value, text],
  );
  return (
    <Row label={label} {...(hint ? { hint } : {})} path={slot.path} problems={stale ? [] : slot.problems}>
      {() => (
        <FormulaEditor
          label={label}
          value={value}
          onChange={slot.type}
          onBlur={slot.settle}
          marks={marks}
          suggestions={suggestions}
          {...(placeholder ? { placeholder } : {})}
        />
      )}
    </Row>
  );
}

/** Line and column of a problem as offsets; the word that stands there is marked whole. */
export function placeOfProblem(source: string, p: Pick<Problem, 'line' | 'col'>): Pick<Mark, 'from' | 'to'> {
  const lines = source.split('\n');
  let from = 0;
  for (let i = 1; i < (p.line ?? 1) && i <= lines.length; i++) from += (lines[i - 1] as string).length + 1;
  from = Math.min(from + Math.max(0, (p.col ?? 1) - 1), source.length);
  const word = /^(?:\w+|\S)/.exec(source.slice(from));
  return { from, to: from + (word?.[0].length ?? 1) };
}

const FUNCTIONS = [
  'now',
  'today',
  'date',
  'datetime',
  'days',
  'workdays',
  'addWorkdays',
  'isWorkday',
  'sum',
  'count',
  'any',
  'all',
  'filter',
  'map',
  'min',
  'max',
  'avg',
  'rate',
  'round',
  'same',
  'base',
  'convert',
  'abs',
  'len',
  'upper',
  'lower',
  'trim',
  'contains',
  'startsWith',
  'endsWith',
  'matches',
  'decide',
  'cnAmount',
  'pinyin',
  'trackingLink',
] as const;

const SYSTEM = [
  'stage',
  'owner',
  'number',
  'createdAt',
  'updatedAt',
  'since',
  'idleDays',
  'me',
  'probability',
  'open',
  'won',
  'lost',
] as const;

/** What may be written in a formula over a form: columns, fields, system names, rules, functions. */
export function useSuggestions(form: string, columns?: readonly Field[]): Suggestion[] {
  const def = useDefinition();
  const text = useText();
  const typeName = useTypeName();
  const { t } = useTranslation('designer');
  return useMemo(() => {
    const it = def.forms?.find((f) => f.key === form);
    const fields = (list: readonly Field[] | undefined) =>
      (list ?? []).map<Suggestion>((f) => ({
        label: f.key,
        detail: [text(f.name), typeName(f.type)].filter(Boolean).join(' · '),
        kind: 'variable',
      }));
    const inTables = (it?.fields ?? []).flatMap((f) =>
      (f.fields ?? []).map<Suggestion>((c) => ({
        label: c.key,
        detail: `${text(f.name, f.key)} / ${text(c.name, c.key)}`,
        kind: 'property',
      })),
    );
    const own = (def.rules ?? []).filter((r) => (r.form ?? form) === form);
    const rules = own.map<Suggestion>((r) => ({
      label: r.key,
      detail: text(r.name, t('word_rule')),
      kind: 'variable',
      // A table or scorecard is asked for by name; one of its results follows the dot.
      ...(r.kind === 'expression' ? {} : { apply: `decide('${r.key}').` }),
    }));
    const seen = new Set<string>();
    return [
      ...fields(columns),
      ...fields(it?.fields),
      ...rules,
      ...inTables,
      ...SYSTEM.map<Suggestion>((k) => ({ label: k, detail: t(`name_${k}`), kind: 'keyword' })),
      ...FUNCTIONS.map<Suggestion>((k) => ({ label: k, detail: t(`fn_${k}`), kind: 'function', apply: `${k}(` })),
    ].filter((s) => !seen.has(s.label) && seen.add(s.label));
  }, [def, form, columns, text, typeName, t]);
}
