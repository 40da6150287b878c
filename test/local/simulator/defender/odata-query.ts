import { json } from '../http/exchange.ts';
import { defenderError } from './errors.ts';
import { parseFilter } from './odata-filter.ts';
import { ODataSyntaxError } from './odata-lexer.ts';
import { orderRows } from './odata-orderby.ts';
import { contextOf } from './operation.ts';
import type { Reply } from '../http/exchange.ts';
import type { DefenderError } from './errors.ts';
import type { DefenderCall } from './operation.ts';
import type { Row } from './odata-filter.ts';

const maxTop = 10_000;

export interface Collection {
  /** Name in `@odata.context`. */
  readonly name: string;
  /** In the order of the API. */
  readonly rows: readonly Row[];
  /** Name in a query → key of the row. */
  readonly filterable: Readonly<Record<string, string>>;
  /** Further query options that the collection knows. */
  readonly options?: readonly string[];
  /** Whether it takes `$orderby`. */
  readonly isOrderable?: boolean;
}

/** `$filter`, `$top` and `$skip` over a collection. Only a list without `$top` gets a link to its next page. */
export function answerCollection(call: DefenderCall, collection: Collection): Reply | DefenderError {
  const { query } = call.exchange;
  const ordering = collection.isOrderable === true ? ['$orderby'] : [];
  const known = ['$filter', '$top', '$skip', ...ordering, ...(collection.options ?? [])];
  const unknown = [...query.keys()].find((name) => name.startsWith('$') && !known.includes(name));
  if (unknown) return defenderError('ODataError', `The query option '${unknown}' is not supported.`);
  const top = readCount(query.get('$top'));
  const skip = readCount(query.get('$skip')) ?? 0;
  if (Number.isNaN(top) || Number.isNaN(skip))
    return defenderError('ODataError', '$top and $skip must be whole numbers.');
  if (top !== undefined && top > maxTop) {
    return defenderError(
      'ODataError',
      `The limit of '${maxTop}' for Top query has been exceeded. The value is '${top}'.`,
    );
  }
  const filtered = filterRows(query.get('$filter'), collection);
  if ('code' in filtered) return filtered;
  const rows = orderRows(query.get('$orderby'), filtered, collection.filterable);
  if ('code' in rows) return rows;
  const end = skip + (top ?? call.switches.pageSize);
  return json(200, {
    '@odata.context': contextOf(call.exchange, collection.name),
    value: rows.slice(skip, end),
    ...(top === undefined && rows.length > end ? { '@odata.nextLink': nextLink(call, end) } : {}),
  });
}

/** The count, `undefined` when it was not asked for, NaN when it is none. */
function readCount(text: string | null): number | undefined {
  if (text === null) return undefined;
  return /^\d+$/.test(text) ? Number(text) : NaN;
}

/** The rows that fit; all of them without a filter. */
export function filterRows(
  filter: string | null,
  { rows, filterable }: Pick<Collection, 'rows' | 'filterable'>,
): readonly Row[] | DefenderError {
  if (filter === null) return rows;
  try {
    return rows.filter(parseFilter(filter, filterable));
  } catch (error) {
    if (error instanceof ODataSyntaxError) return defenderError('ODataError', error.message);
    throw error;
  }
}

function nextLink({ exchange }: DefenderCall, skip: number): string {
  const query = new URLSearchParams(exchange.query);
  query.set('$skip', String(skip));
  return `https://${exchange.host}${exchange.path}?${query.toString()}`;
}
