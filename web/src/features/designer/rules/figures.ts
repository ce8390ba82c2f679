import { shiftDecimal } from '@/ui/format';

const SHIFTS: Readonly<Record<string, number>> = { 万: 4, 萬: 4, 亿: 8, 億: 8, 千: 3, k: 3, K: 3, '%': -2 };
const BEFORE: Readonly<Record<string, string>> = {
  '>=': '>=', 大于等于: '>=', 大於等於: '>=', 不少于: '>=', 不少於: '>=', 不低于: '>=', 不低於: '>=', 至少: '>=',
  '<=': '<=', 小于等于: '<=', 小於等於: '<=', 不超过: '<=', 不超過: '<=', 不高于: '<=', 不高於: '<=', 不大于: '<=', 不大於: '<=', 至多: '<=', 最多: '<=',
  '>': '>', 大于: '>', 大於: '>', 超过: '>', 超過: '>', 高于: '>', 高於: '>', 多于: '>', 多於: '>',
  '<': '<', 小于: '<', 小於: '<', 低于: '<', 低於: '<', 不足: '<', 不满: '<', 不滿: '<', 少于: '<', 少於: '<',
  '=': '', '==': '', 等于: '', 等於: '', '!=': '!=', '<>': '!=', 不等于: '!=', 不等於: '!=',
};
/** What these words say has the figure itself in it. */
const AFTER: Readonly<Record<string, string>> = { 以上: '>=', 及以上: '>=', 或以上: '>=', '+': '>=', 以下: '<=', 及以下: '<=', 或以下: '<=', 以内: '<=', 以內: '<=' };

const NUMBER = '(-?\\d{1,3}(?:,\\d{3})+(?:\\.\\d+)?|-?\\d+(?:\\.\\d+)?) ?(万|萬|亿|億|千|[kK]|%)?';
const words = (of: Readonly<Record<string, string>>) =>
  Object.keys(of)
    .toSorted((a, b) => b.length - a.length)
    .map((w) => w.replaceAll(/[+]/g, '\\+'))
    .join('|');
const ONE = new RegExp(`^(${words(BEFORE)})? ?[¥￥$]?${NUMBER} ?(?:元|圆|圓|块|塊)?(${words(AFTER)})?$`);
const TWO = new RegExp(`^[¥￥$]?${NUMBER} ?(?:元|圆|圓)? ?(?:-|~|–|—|至|到) ?[¥￥$]?${NUMBER} ?(?:元|圆|圓)?$`);

function figure(number: string, unit: string | undefined): string {
  const plain = number.replaceAll(',', '');
  return unit === undefined ? plain : shiftDecimal(plain, SHIFTS[unit] ?? 0);
}

/** A figure, a limit or a range as people write them in a spreadsheet, as a cell of a decision table says it: “50万以上” is >= 500000. Anything else stays. designer/rule_sheet_figures.go reads the same. */
export function readFigures(text: string): string {
  const plain = text
    .normalize('NFKC')
    .replaceAll(/[≥≧]/g, '>=')
    .replaceAll(/[≤≦]/g, '<=')
    .replaceAll('≠', '!=')
    .replaceAll('〜', '~')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/([<>=!]) =/g, '$1=')
    .trim();
  const two = TWO.exec(plain);
  if (two) {
    const [, from = '', fromUnit, to = '', toUnit] = two;
    return `${figure(from, fromUnit ?? toUnit)}..${figure(to, toUnit)}`;
  }
  const one = ONE.exec(plain);
  if (!one) return text;
  const [, before, number = '', unit, after] = one;
  if (before !== undefined && after !== undefined) return text;
  const sign = after === undefined ? (before === undefined ? '' : BEFORE[before]) : AFTER[after];
  return sign ? `${sign} ${figure(number, unit)}` : figure(number, unit);
}
