/**
 * Where a problem belongs in a form, from its path in the request: "/data/amount" → "amount",
 * "/data/lines/0/price" → "lines[0].price". A path outside the data is undefined.
 */
export function fieldPath(path: string): string | undefined {
  const parts = path.split('/').filter((p) => p !== '');
  if (parts[0] !== 'data' || parts.length < 2) return undefined;
  const [, field = '', row, column] = parts;
  if (row === undefined || column === undefined) return field;
  return `${field}[${row}].${column}`;
}

/** The top-level field of a place: "lines[0].price" → "lines". */
export function topField(place: string): string {
  return /^[A-Za-z0-9]+/.exec(place)?.[0] ?? place;
}
