import type { Measure, Report } from './definition';

/** How a report of rows names a column of its table. */
export const rowColumn = (column: string) => `row.${column}`;

const namesRow = (source: string | undefined) => source !== undefined && /(^|[^.\w])row\./.test(source);

/** What a line or a figure of a report says of its records, and of the rows it counts. */
export interface Told {
  where?: string | undefined;
  ofRow?: string | undefined;
}

/** The conditions that the records behind a figure meet; undefined where no condition tells of the group it is in. */
export function behind(table: string | undefined, grouped: boolean, row: Told | undefined, figure: Told | undefined): (string | undefined)[] | undefined {
  if (grouped && !row?.where && !row?.ofRow) return undefined;
  const ofRow = [row?.ofRow, figure?.ofRow].filter((c): c is string => Boolean(c)).map((c, _, all) => (all.length > 1 ? `(${c})` : c));
  return [row?.where, figure?.where, table === undefined ? undefined : `any(${table}, ${ofRow.join(' and ') || 'true'})`];
}

/** The report of the rows of another table, or of records: what was only there is left out, and figures of it become counts. */
export function countedOf(report: Report, rows: string | undefined): Report {
  const { rows: _rows, group, measures, ...rest } = report;
  const kept = group?.filter((g) => !namesRow(g.by));
  const figure = (m: Measure): Measure => {
    const { where, ...own } = m;
    const plain = namesRow(where) || where === undefined ? own : { ...own, where };
    if (m.count || m.ratio) return plain;
    const { name: _name, sum: _sum, min: _min, max: _max, avg: _avg, ...bare } = plain;
    return { ...bare, count: true };
  };
  return {
    ...rest,
    ...(rows === undefined ? {} : { rows }),
    ...(kept && kept.length > 0 ? { group: kept } : {}),
    ...(measures ? { measures: measures.map(figure) } : {}),
  };
}
