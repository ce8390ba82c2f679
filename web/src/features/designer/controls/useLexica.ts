import { queryOptions, useQuery } from '@tanstack/react-query';
import { useCallback, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '@/api/client';
import type { Field, FieldType, Shape, Text } from '@/model/definition';
import { lexicaOf, type Lexica, type Thing, type Words } from '@/model/formula/lexicon';
import { forReading, shownName, type Around } from '@/model/formula/names';
import { seenAt } from '@/model/formula/seen';
import type { Path } from '@/model/path';
import type { Described } from '@/ui/formula';
import { useText } from '@/ui/text';
import { useDefinition } from '../context';
import { useTypeName } from '../form/types';

const FUNCTIONS = [
  'now',
  'today',
  'date',
  'datetime',
  'days',
  'hoursBetween',
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
  'ceil',
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
  'team',
  'pool',
  'number',
  'title',
  'createdAt',
  'updatedAt',
  'since',
  'idleDays',
  'release',
  'me',
  'probability',
  'open',
  'won',
  'lost',
  'old',
] as const;

const WORDS = ['and', 'or', 'not', 'in', 'contains', 'startsWith', 'endsWith', 'matches', 'true', 'false', 'nil'] as const;

const SEEN = ['source', 'row', 'rows', 'group', 'payload', 'result', 'status'] as const;

const SHAPES: ReadonlySet<string> = new Set(['text', 'number', 'bool', 'date', 'datetime', 'table'] satisfies Shape['type'][]);

const RESULTS = ['total', 'band', 'items'] as const;

interface FunctionHelp {
  name: string;
  signatures: string[];
  doc: Text;
  example: string;
  result: string;
}

const functionsQuery = queryOptions({
  queryKey: ['functions'],
  queryFn: ({ signal }) => api.get<{ items: FunctionHelp[] }>('/functions', { signal }).then((p) => p.items),
  staleTime: Infinity,
  retry: false,
});

/** The words of the language of formulas, in the reader's. */
export function useWords(): Words {
  const { t, i18n } = useTranslation('designer');
  const language = i18n.language;
  return useMemo(() => {
    const of = <K extends string>(keys: readonly K[], say: (key: K) => string) =>
      Object.fromEntries(keys.map((k) => [k, say(k)])) as Record<K, string>;
    return {
      language,
      systems: of(SYSTEM, (k) => t(`name_${k}`)),
      functions: of(FUNCTIONS, (k) => t(`fnName_${k}`)),
      words: of(WORDS, (k) => t(`op_${k}`)),
      results: of(RESULTS, (k) => t(`score_${k}`)),
      seen: of(SEEN, (k) => t(`seen_${k}`)),
    };
  }, [language, t]);
}

/** What a formula at a place can name; `at` is its path, where it is known. */
export function useLexica(form: string, columns?: readonly Field[], at?: Path): Lexica {
  const def = useDefinition();
  const words = useWords();
  const path = JSON.stringify(at ?? []);
  return useMemo(
    () => lexicaOf(def, { form, ...(columns ? { columns } : {}), seen: seenAt(def, JSON.parse(path) as Path) }, words),
    [def, form, columns, path, words],
  );
}

/** Stored formulas of a form in the reader's words. */
export function useReading(form: string): (source: string, around?: Around) => string {
  const lexica = useLexica(form);
  return useCallback((source, around) => forReading(source, lexica, around), [lexica]);
}

/** The same, inside a table as well. */
export function useReadingOf(form: string, columns?: readonly Field[]): (source: string) => string {
  const lexica = useLexica(form, columns);
  return useCallback((source) => forReading(source, lexica), [lexica]);
}

/** What is said about a thing where it is offered or pointed at. */
export function useDescribe(): (thing: Thing) => Described {
  const { t } = useTranslation('designer');
  const typeName = useTypeName();
  const text = useText();
  const { data } = useQuery(functionsQuery);
  return useCallback(
    (thing) => {
      const help = thing.help === undefined ? {} : { help: thing.help };
      if (thing.kind === 'function') {
        const short = t(`fn_${thing.key as (typeof FUNCTIONS)[number]}`);
        const known = data?.find((f) => f.name === thing.key);
        return {
          detail: short === shownName(thing) ? t('kind_function') : short,
          ...(known
            ? { help: text(known.doc), signatures: known.signatures, example: { source: known.example, result: known.result } }
            : {}),
        };
      }
      if (thing.kind === 'rule') return { detail: t('word_rule'), ...help };
      if (thing.kind === 'option') return { detail: thing.key, ...help };
      if (thing.field) return { detail: typeName(thing.field.type as FieldType), ...help };
      // A member of what another system says.
      if (thing.type !== undefined && SHAPES.has(thing.type)) return { detail: t(`shape_${thing.type as Shape['type']}`), ...help };
      return { detail: thing.kind === 'system' ? t('kind_system') : '', ...help };
    },
    [t, typeName, text, data],
  );
}

/** What is said where a name fits several things. */
export function useDoubtWords(): (things: readonly Thing[]) => string {
  const { t } = useTranslation('designer');
  return useCallback(
    (things) =>
      t('inDoubt', {
        name: things[0] ? shownName(things[0]) : '',
        things: things.map((x) => `${x.names[0] ?? ''} ${x.key}`.trim()).join(' / '),
      }),
    [t],
  );
}
