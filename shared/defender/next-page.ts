import { z } from 'zod';
import { UpstreamUnavailable } from '../errors.ts';

/** A page of a collection. Without `value` it is no page: an answer of another shape is not an empty list. */
export function pageSchema<T>(entry: z.ZodType<T>) {
  return z.object({
    value: z.array(entry),
    '@odata.nextLink': z.string().nullish(),
  });
}

/** Far beyond any list of Defender's (a page has up to 10,000 entries): a longer chain of links is an endless one. */
const mostPages = 200;

/**
 * Where the next page is, or `undefined` after the last. The link comes from an answer and is called with a token: one that
 * leads to another origin, or to a page already read, fails the list.
 */
export function toNextPage(visited: readonly string[], nextLink: string | null | undefined): string | undefined {
  if (nextLink === undefined || nextLink === null) return undefined;
  const current = visited.at(-1) ?? nextLink;
  const next = URL.parse(nextLink, current);
  if (next === null || next.origin !== new URL(current).origin) throw brokenList('leads to another origin');
  if (visited.includes(next.href)) throw brokenList('leads to a page that was read already');
  if (visited.length >= mostPages) throw brokenList(`was still there after ${mostPages} pages`);
  return next.href;
}

function brokenList(what: string): UpstreamUnavailable {
  return new UpstreamUnavailable(`The list is not complete: its @odata.nextLink ${what}.`, { retryAfterMs: 60_000 });
}
