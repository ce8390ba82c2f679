import { useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FormulaEditor } from '@/ui/formula';
import type { Mark } from '@/ui/code';
import { useText } from '@/ui/text';
import type { Field } from '@/model/definition';
import { toRows } from '@/model/formula/rows';
import type { Path } from '@/model/path';
import type { Problem } from '@/model/problem';
import { useDraft, useSlot } from '../context';
import { ConditionRows } from './ConditionRows';
import { Row } from './Row';
import { useDescribe, useDoubtWords, useLexica } from './useLexica';

interface Props {
  at: Path;
  label: string;
  /** The form whose fields the formula reads. */
  form: string;
  /** Inside a table: its columns come first. */
  columns?: readonly Field[] | undefined;
  /** The field that takes the value: a text may be one of its options. */
  into?: string | undefined;
  /** The form of that field, where it is not the one that is read. */
  intoForm?: string | undefined;
  hint?: string;
  placeholder?: string;
  /** It was asked for: a condition begins with a row. */
  eager?: boolean;
}

/** The slots that say yes or no: they open as rows. */
const CONDITION = /[iI]f$|^where$|^until$/;

/**
 * A formula. Problems come from the server, at their place in the text. A condition opens as rows when it can be one; as text on demand, and
 * when it cannot, with the reason.
 */
export function FormulaSlot({ at, label, form, columns, into, intoForm, hint, placeholder, eager = false }: Props) {
  const { t } = useTranslation('designer');
  const slot = useSlot<string>(at);
  const stale = useDraft((s) => s.stale);
  const lexica = useLexica(form, columns, at);
  const describe = useDescribe();
  const inDoubt = useDoubtWords();
  const value = typeof slot.value === 'string' ? slot.value : '';
  const marks = useMarks(slot.problems, value, stale);
  const taking = useLexica(intoForm ?? form, intoForm ? undefined : columns, at);
  const result = into === undefined ? undefined : taking.bare.key(into);
  const around = useMemo(() => ({ result }), [result]);
  const condition = CONDITION.test(String(at.at(-1)));
  const parsed = useMemo(() => (condition ? toRows(value, lexica) : undefined), [condition, value, lexica]);
  const [way, setWay] = useState<'rows' | 'text'>(parsed && 'groups' in parsed ? 'rows' : 'text');
  const [began] = useState(way);
  const unfit = parsed && 'no' in parsed ? parsed.no : undefined;
  // While a row is being filled in what it writes may be no formula yet; the rows stay.
  const written = useRef<string>(undefined);
  const rows = condition && way === 'rows' && (!unfit || written.current === value);
  const swap =
    condition && (rows || !unfit) ? (
      <button type="button" className="link s" onClick={() => setWay(rows ? 'text' : 'rows')}>
        {rows ? t('asFormula') : t('asRows')}
      </button>
    ) : null;
  return (
    <Row
      label={label}
      {...(hint ? { hint } : {})}
      path={slot.path}
      problems={stale ? [] : slot.problems}
      aside={swap}
    >
      {() =>
        rows ? (
          <ConditionRows
            label={label}
            value={value}
            lexica={lexica}
            eager={eager}
            onChange={(text) => {
              written.current = text;
              slot.type(text);
            }}
            onBlur={slot.settle}
          />
        ) : (
          <>
            <FormulaEditor
              label={label}
              value={value}
              onChange={slot.type}
              onBlur={slot.settle}
              marks={marks}
              lexica={lexica}
              around={around}
              describe={describe}
              inDoubt={inDoubt}
              {...(placeholder ? { placeholder } : {})}
            />
            {unfit && began === 'text' && value !== '' ? <p className="s">{t(`noRows_${unfit}`)}</p> : null}
          </>
        )
      }
    </Row>
  );
}

/** The problems of a formula at their places; none while they belong to an older text. */
export function useMarks(problems: readonly Problem[], value: string, stale: boolean): Mark[] {
  const text = useText();
  return useMemo(
    () =>
      stale
        ? []
        : problems
            .filter((p) => p.line !== undefined && p.code.startsWith('expr.'))
            .map((p) => ({ ...placeOfProblem(value, p), severity: p.severity, message: text(p.message) })),
    [stale, problems, value, text],
  );
}

/** Line and column of a problem, counted in characters, as offsets; the word that stands there is marked whole. */
export function placeOfProblem(source: string, p: Pick<Problem, 'line' | 'col'>): Pick<Mark, 'from' | 'to'> {
  const lines = source.split('\n');
  let from = 0;
  for (let i = 1; i < (p.line ?? 1) && i <= lines.length; i++) from += (lines[i - 1] as string).length + 1;
  const line = lines[(p.line ?? 1) - 1] ?? '';
  from = Math.min(from + [...line].slice(0, Math.max(0, (p.col ?? 1) - 1)).join('').length, source.length);
  const word = /^(?:[\p{L}\p{N}_]+|\S)/u.exec(source.slice(from));
  return { from, to: from + (word?.[0].length ?? 1) };
}
