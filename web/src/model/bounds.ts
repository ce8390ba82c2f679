const UNITS: Record<string, number> = { '%': 0.01, k: 1e3, K: 1e3, 万: 1e4, 萬: 1e4, 亿: 1e8, 億: 1e8, m: 1e6, M: 1e6 };
const FIGURE = /^([-+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)\s*([%kKmM万萬亿億]?)$/;

/** A bound as people write it: "10,000", "1万", "15%"; undefined for anything else. */
export function readBound(text: string): number | undefined {
  const plain = text.normalize('NFKC').trim();
  const [, figure, unit] = FIGURE.exec(plain) ?? [];
  if (figure === undefined) return undefined;
  // Fifteen digits are kept exactly; what a unit multiplies is rounded back to them.
  const value = Number((Number(figure.replaceAll(',', '')) * (UNITS[unit ?? ''] ?? 1)).toPrecision(15));
  return Number.isFinite(value) && Math.abs(value) <= 1e15 ? value : undefined;
}

/** What was typed as bounds: each once and ascending, and what is none. */
export function readBounds(texts: readonly string[]): { bounds: number[]; wrong: string[] } {
  const read = texts.map((text) => ({ text, value: readBound(text) }));
  const bounds = [...new Set(read.flatMap((r) => r.value ?? []))].toSorted((a, b) => a - b);
  return { bounds, wrong: read.filter((r) => r.value === undefined).map((r) => r.text) };
}

/** A bound as it stands in its field of the editor. */
export function boundText(bound: number, percent: boolean): string {
  const value = percent ? Number((bound * 100).toPrecision(15)) : bound;
  const [whole = '', fraction] = String(value).split('.');
  return `${whole.replace(/\B(?=(\d{3})+$)/g, ',')}${fraction === undefined ? '' : `.${fraction}`}${percent ? '%' : ''}`;
}
