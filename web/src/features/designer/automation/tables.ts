import type { Definition, Field } from '@/model/definition';

/** The tables that actions can go through: the record's own, and those of the records its references point to, as "contract.lines". */
export function tablesOf(def: Definition, form: string | undefined): { key: string; via?: Field; table: Field }[] {
  const fieldsOf = (key: string | undefined) => def.forms?.find((f) => f.key === key)?.fields ?? [];
  const own = fieldsOf(form);
  return [
    ...own.filter((f) => f.type === 'table').map((table) => ({ key: table.key, table })),
    ...own
      .filter((f) => f.type === 'reference')
      .flatMap((via) =>
        fieldsOf(via.form)
          .filter((f) => f.type === 'table')
          .map((table) => ({ key: `${via.key}.${table.key}`, via, table })),
      ),
  ];
}
