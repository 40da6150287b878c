/** A text as an OData literal: in single quotes, those within doubled. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** One segment of a path, of whatever text: it can neither leave its place nor add a query. */
export function toSegment(text: string): string {
  if (text === '' || text === '.' || text === '..') throw new RangeError('A path segment has a name.');
  return encodeURIComponent(text);
}

/** A `$filter` option, ready to stand after `?` or `&`. */
export function toFilterOption(filter: string): string {
  return toQueryOption('$filter', filter);
}

/** Any option of a query, ready to stand after `?` or `&`. */
export function toQueryOption(name: string, text: string): string {
  return `${name}=${toQueryText(text)}`;
}

/** Microsoft names no limit for an address; front doors cut at 2,048 characters of query. */
const longestFilter = 1_800;

/**
 * Filters that together ask for every one of these values: `property in ('a','b')`, as many in each as a URL holds (their
 * length counts as they are sent). No value, no filter. A single value that is longer than a URL gets a filter of its own.
 */
export function toInFilters(property: string, values: readonly string[], maxLength = longestFilter): readonly string[] {
  const filters: string[] = [];
  let quoted: string[] = [];
  for (const value of new Set(values)) {
    const next = quoteText(value);
    if (quoted.length > 0 && toQueryText(inFilter(property, [...quoted, next])).length > maxLength) {
      filters.push(inFilter(property, quoted));
      quoted = [];
    }
    quoted.push(next);
  }
  if (quoted.length > 0) filters.push(inFilter(property, quoted));
  return filters;
}

function inFilter(property: string, quoted: readonly string[]): string {
  return `${property} in (${quoted.join(',')})`;
}

/** As it is sent: a URL escapes the single quote too, which `encodeURIComponent` leaves alone. */
function toQueryText(text: string): string {
  return encodeURIComponent(text).replaceAll("'", '%27');
}
