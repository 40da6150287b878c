import { z } from 'zod';
import { UpstreamUnavailable } from '../errors.ts';

/** A page of a collection. Without `value` it is no page: an answer of another shape is not an empty list. */
export function pageSchema<T>(entry: z.ZodType<T>) {
  return z.object({
    value: z.array(entry),
    '@odata.nextLink': z.string().nullish(),
  });
}

/** A page as it was read. */
export interface Page<T> {
  readonly value: readonly T[];
  readonly '@odata.nextLink'?: string | null | undefined;
}

/** Far beyond any list of Defender's (a page has up to 10,000 entries): a longer chain of links is an endless one. */
const mostPages = 200;

/**
 * Where the next page is, or `undefined` after the last. The link comes from an answer and is called with a token: it is
 * followed at the origin that was asked, whichever of Microsoft's regional hosts it names. One that leads nowhere, or to a
 * page already read, fails the list.
 */
export function toNextPage(visited: readonly string[], nextLink: string | null | undefined): string | undefined {
  if (nextLink === undefined || nextLink === null || nextLink === '') return undefined;
  const current = visited.at(-1) ?? nextLink;
  const link = URL.parse(nextLink, current);
  if (link === null) throw brokenList('leads nowhere');
  const next = new URL(current);
  next.pathname = link.pathname;
  next.search = link.search;
  if (visited.includes(next.href)) throw brokenList('leads to a page that was read already');
  if (visited.length >= mostPages) throw brokenList(`was still there after ${mostPages} pages`);
  return next.href;
}

/** A list whose pages do not come to an end. `what` becomes of its link. */
export function brokenList(what: string, cause?: unknown): UpstreamUnavailable {
  const message = `The list is not complete: its @odata.nextLink ${what}.`;
  return new UpstreamUnavailable(message, { retryAfterMs: 60_000, cause });
}
