import type { Measure, Report } from './definition';

/** How a report of rows names a column of its table. */
export const rowColumn = (column: string) => `row.${column}`;

const namesRow = (source: string | undefined) => source !== undefined && /(^|[^.\w])row\./.test(source);

/** Whether a figure of a report can open the records it is of: those of a row are told by what groups them, and by no condition on the row. */
export function opensRecords(table: string | undefined, grouped: boolean, row: string | undefined, figure: string | undefined): boolean {
  return table === undefined || ((!grouped || Boolean(row)) && !namesRow(figure));
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
