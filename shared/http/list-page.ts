import type { FieldError } from '../contract/problem.ts';
import { canBeKey } from '../table-keys.ts';
import { invalidFields } from './invalid-fields.ts';
import { toRepeatedError } from './read-query.ts';
import type { Answer, RouteRequest } from './route.ts';

/** One page of a list as asked for: at most `limit` items that come after the item `after`. */
export interface PageQuery {
  readonly limit: number;
  readonly after?: string;
}

/** A page as read: `next` is the last item's key when more follow. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next?: string;
}

const defaultLimit = 50;
const maxLimit = 100;

/** Reads `?limit=` (1 to 100, 50) and the cursor of a `nextLink`. Throws `invalid_field`. */
export function readPageQuery(query: URLSearchParams): PageQuery {
  const errors = pageQueryErrors(query);
  if (errors.length > 0) throw invalidFields(errors);
  const cursor = query.get('cursor');
  const after = cursor === null ? undefined : fromCursor(cursor);
  return { limit: Number(query.get('limit') ?? defaultLimit), ...(after === undefined ? {} : { after }) };
}

/** What is wrong with `?limit=` and the cursor: for routes that report all wrong parameters together. */
export function pageQueryErrors(query: URLSearchParams): readonly FieldError[] {
  return [
    ...(query.getAll('limit').length > 1 ? [toRepeatedError('limit')] : limitErrors(query.get('limit'))),
    ...(query.getAll('cursor').length > 1 ? [toRepeatedError('cursor')] : cursorErrors(query.get('cursor'))),
  ];
}

function limitErrors(limit: string | null): readonly FieldError[] {
  if (limit === null) return [];
  if (!/^-?\d+$/.test(limit)) {
    return [{ parameter: 'limit', code: 'invalid_type', detail: 'Must be a whole number.' }];
  }
  const isWithin = Number(limit) >= 1 && Number(limit) <= maxLimit;
  return isWithin ? [] : [{ parameter: 'limit', code: 'invalid_value', detail: `Must be between 1 and ${maxLimit}.` }];
}

function cursorErrors(cursor: string | null): readonly FieldError[] {
  return cursor === null || fromCursor(cursor) !== undefined ? [] : [cursorError];
}

/** A cursor that no `nextLink` of ours held. */
export const cursorError: FieldError = {
  parameter: 'cursor',
  code: 'invalid_value',
  detail: 'Take it from a nextLink, as it is.',
};

/**
 * The answer that holds a page. Its `nextLink` leads to `publicUrl`, never to the host that the request named, and keeps
 * the request's other query parameters.
 */
export function toPageAnswer({ items, next }: Page<unknown>, request: RouteRequest, publicUrl: string): Answer {
  if (next === undefined) return { status: 200, body: { value: items } };
  const query = new URLSearchParams(request.query);
  query.set('cursor', toCursor(next));
  return { status: 200, body: { value: items, nextLink: `${publicUrl}${request.path}?${query.toString()}` } };
}

/** A page of a list that is at hand whole; the cursor counts items. */
export function pageOf<T>(all: readonly T[], { limit, after = '0' }: PageQuery): Page<T> {
  const start = /^\d{1,9}$/.test(after) ? Number(after) : all.length;
  const end = start + limit;
  return { items: all.slice(start, end), ...(end < all.length ? { next: String(end) } : {}) };
}

function toCursor(after: string): string {
  return Buffer.from(after, 'utf8').toString('base64url');
}

/** A cursor of ours is a key or a number: other characters than those of a key stand in none, and the table service takes none of them. */
function fromCursor(cursor: string): string | undefined {
  const after = Buffer.from(cursor, 'base64url').toString('utf8');
  return after !== '' && toCursor(after) === cursor && canBeKey(after) ? after : undefined;
}
