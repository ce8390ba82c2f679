import { useCallback, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useText } from '@/ui/text';
import { LANGUAGES, type FieldType, type Lang, type Text } from '@/model/definition';
import { useDefinition, useLanguages } from '../context';
import type { Choice } from './slots';

/** The fields of a form to choose from, optionally of some types only. */
export function useFieldChoices(form: string, types?: readonly FieldType[]): Choice[] {
  const def = useDefinition();
  const text = useText();
  return useMemo(
    () =>
      (def.forms?.find((f) => f.key === form)?.fields ?? [])
        .filter((f) => types === undefined || types.includes(f.type))
        .map((f) => ({ value: f.key, label: text(f.name, f.key) })),
    [def, form, types, text],
  );
}

/** Fields, and the columns of tables as “table.column”: what a unique rule may compare. */
export function useColumnChoices(form: string): Choice[] {
  const def = useDefinition();
  const text = useText();
  return useMemo(
    () =>
      (def.forms?.find((f) => f.key === form)?.fields ?? []).flatMap((f) =>
        f.type === 'table'
          ? (f.fields ?? []).map((c) => ({ value: `${f.key}.${c.key}`, label: `${text(f.name, f.key)} · ${text(c.name, c.key)}` }))
          : [{ value: f.key, label: text(f.name, f.key) }],
      ),
    [def, form, text],
  );
}

function useChoices(list: readonly { key: string; name?: Text }[] | undefined): Choice[] {
  const text = useText();
  return useMemo(() => (list ?? []).map((x) => ({ value: x.key, label: text(x.name, x.key) })), [list, text]);
}

export const useRoleChoices = () => useChoices(useDefinition().roles);
export const useFormChoices = () => useChoices(useDefinition().forms);

/** The forms a reference may point to: the app's own, and those of other apps that it uses, as “app.form”. */
export function useReferenceChoices(): Choice[] {
  const own = useFormChoices();
  const { uses } = useDefinition();
  return useMemo(
    () => [...own, ...(uses ?? []).flatMap((u) => Object.keys(u.forms).map((form) => ({ value: `${u.app}.${form}`, label: `${u.app}.${form}` })))],
    [own, uses],
  );
}

export const useChainChoices = () => useChoices(useDefinition().approvals);
export const usePublicChoices = () => useChoices(useDefinition().public);
export const useOptionChoices = () => useChoices(useDefinition().options);
export function useStageChoices(process: string): Choice[] {
  return useChoices(useDefinition().processes?.find((p) => p.key === process)?.stages);
}

/** The language one writes in here: the reader's when the app has it, else the app's first. */
export function useReaderLanguage(): Lang {
  const languages = useLanguages();
  const { i18n } = useTranslation();
  return languages.includes(i18n.language as Lang) ? (i18n.language as Lang) : (languages[0] ?? LANGUAGES[0]);
}

/** A first text for something new, in the language one writes in; the app's others, those it has and those it gets, are left open, so that the checker asks for them. */
export function useNewText(): (text: string) => Text {
  const promised = useLanguages().length > 0;
  const reader = useReaderLanguage();
  return useCallback((text) => (promised ? { [reader]: text } : text), [promised, reader]);
}
