import { defenderError } from './errors.ts';
import type { DefenderError } from './errors.ts';
import type { Row } from './odata-filter.ts';

/** `$orderby=creationDateTimeUtc desc,type`: undocumented, used by clients. Over the properties that a filter takes; rows that are equal keep their order. */
export function orderRows(
  orderBy: string | null,
  rows: readonly Row[],
  filterable: Readonly<Record<string, string>>,
): readonly Row[] | DefenderError {
  if (orderBy === null) return rows;
  const keys = new Map(Object.entries(filterable).map(([name, key]) => [name.toLowerCase(), key]));
  const terms: { readonly key: string; readonly sign: number }[] = [];
  for (const term of orderBy.split(',')) {
    const [, name = '', direction = 'asc'] = /^\s*(\w+)(?:\s+(asc|desc))?\s*$/i.exec(term) ?? [];
    const key = keys.get(name.toLowerCase());
    if (key === undefined)
      return defenderError('ODataError', `The term '${term}' cannot be used in the $orderby query option.`);
    terms.push({ key, sign: direction.toLowerCase() === 'desc' ? -1 : 1 });
  }
  return rows.toSorted((a, b) => {
    const decisive = terms.find(({ key }) => order(a[key], b[key]) !== 0);
    return decisive ? decisive.sign * order(a[decisive.key], b[decisive.key]) : 0;
  });
}

/** Text by its letters, and so times of the same length too; nothing comes first. */
function order(left: unknown, right: unknown): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  const [a, b] = [String(left ?? '').toLowerCase(), String(right ?? '').toLowerCase()];
  return a < b ? -1 : a > b ? 1 : 0;
}
