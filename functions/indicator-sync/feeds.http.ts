import type { HttpHandler } from '@azure/functions';
import { z } from 'zod';
import { egressUrlErrors } from '../../shared/contract/egress-url.ts';
import type { FeedDocument, FeedInput, FeedSource } from '../../shared/contract/feed.ts';
import { confirmRequestSchema, feedInputSchema } from '../../shared/contract/feed.ts';
import { feedIdSchema } from '../../shared/contract/primitives.ts';
import type { FieldError } from '../../shared/contract/problem.ts';
import { readIfMatch } from '../../shared/http/if-match.ts';
import { invalidFields } from '../../shared/http/invalid-fields.ts';
import { pageOf, readPageQuery, toPageAnswer } from '../../shared/http/list-page.ts';
import type { Answer, Route, RouteRequest } from '../../shared/http/route.ts';
import { findNothing } from '../../shared/http/route.ts';
import type { Serve } from '../../shared/http/serve.http.ts';
import type { Documents, Versioned } from '../../shared/registry/documents.store.ts';
import type { FeedRuns, FeedStatus } from './feeds/feed-runs.client.ts';

/** The routes of feeds, by function name. */
export type FeedHandlers = Readonly<
  Record<
    'listFeeds' | 'getFeed' | 'putFeed' | 'deleteFeed' | 'listFeedRejects' | 'refreshFeed' | 'confirmFeed',
    HttpHandler
  >
>;

/** What the routes need. */
export interface FeedHandlersOptions {
  readonly feeds: Documents<FeedInput>;
  readonly runs: FeedRuns;
  readonly publicUrl: string;
  readonly egressAllowedOrigins: readonly string[];
}

/** The sources that this build reads. */
const readableKinds: readonly FeedSource['kind'][] = ['Stix', 'Csv', 'List'];

/** Makes the handlers of `/api/v1/feeds` (contract §12). */
export function createFeedHandlers(serve: Serve, options: FeedHandlersOptions): FeedHandlers {
  const { feeds, runs, publicUrl } = options;
  const one = { of: 'Feed', find: ({ params }: RouteRequest) => feeds.get(params['feedId'] ?? '') } as const;
  const show = async (feed: Versioned<FeedInput>) => ({
    status: 200,
    body: toFeedDocument(feed, await runs.readStatus(feed.id)),
    headers: { ETag: feed.etag },
  });
  return {
    listFeeds: serve({
      scope: 'admin',
      find: findNothing,
      handle: async (request) => {
        const page = await feeds.listPage(readPageQuery(request.query));
        const statuses = await runs.readStatuses();
        const items = page.items.map((feed) => toFeedDocument(feed, statuses.get(feed.id)));
        return toPageAnswer({ ...page, items }, request, publicUrl);
      },
    }),
    getFeed: serve({ ...one, scope: 'admin', handle: ({ target }) => show(target) }),
    putFeed: serve(createPutFeed(options, show)),
    deleteFeed: serve({
      ...one,
      scope: 'admin',
      readHeaders: ({ headers }) => readIfMatch(headers),
      handle: async ({ target, given }) => {
        await feeds.remove(target.id, given);
        await runs.forget(target.id);
        return { status: 204 };
      },
    }),
    listFeedRejects: serve({
      ...one,
      scope: 'indicators:read',
      handle: async (request) => {
        const query = readPageQuery(request.query);
        return toPageAnswer(pageOf(await runs.readRejects(request.target.id), query), request, publicUrl);
      },
    }),
    refreshFeed: serve({
      ...one,
      scope: 'indicators:write',
      body: { schema: z.strictObject({}), mayBeAbsent: true },
      handle: async ({ target }) => {
        await runs.refresh(target.id);
        return show(target);
      },
    }),
    confirmFeed: serve({
      ...one,
      scope: 'indicators:write',
      body: { schema: confirmRequestSchema },
      handle: async ({ target, body }) => {
        await runs.confirm(target.id, body.version);
        return show(target);
      },
    }),
  };
}

function createPutFeed(
  { feeds, runs, egressAllowedOrigins }: FeedHandlersOptions,
  show: (feed: Versioned<FeedInput>) => Promise<Answer>,
) {
  return {
    scope: 'admin',
    of: 'Feed',
    readHeaders: ({ headers }) => readIfMatch(headers),
    find: ({ params }) => Promise.resolve(params['feedId'] ?? ''),
    body: { schema: feedInputSchema, pathIds: ['feedId'] },
    handle: async ({ target, given, body: input }) => {
      const feedId = requireFeedId(target);
      const errors = sourceErrors(input.source, egressAllowedOrigins);
      if (errors.length > 0) throw invalidFields(errors);
      // What a deleted feed of the same name may have left must not become this one's past.
      if ((await feeds.get(feedId)) === undefined) await runs.forget(feedId);
      return show(await feeds.change(feedId, () => input, given));
    },
  } satisfies Route<string, ReturnType<typeof readIfMatch>, FeedInput>;
}

function sourceErrors(source: FeedSource, allowedOrigins: readonly string[]): readonly FieldError[] {
  const kind = readableKinds.includes(source.kind)
    ? []
    : [
        {
          pointer: '#/source/kind',
          code: 'invalid_value' as const,
          detail: `This build reads ${readableKinds.join(', ')}.`,
        },
      ];
  return [...kind, ...('url' in source ? egressUrlErrors(source.url, '#/source/url', allowedOrigins) : [])];
}

/** A status may know more than it shows. */
function toFeedDocument({ id, document }: Versioned<FeedInput>, status: FeedStatus = { version: 0 }): FeedDocument {
  const { version, lastRun, held } = status;
  return {
    feedId: id,
    ...document,
    version,
    ...(lastRun === undefined ? {} : { lastRun }),
    ...(held === undefined ? {} : { held }),
  };
}

function requireFeedId(text: string): string {
  const feedId = feedIdSchema.safeParse(text);
  if (feedId.success) return feedId.data;
  throw invalidFields([{ parameter: 'feedId', code: 'invalid_format', detail: 'Must be 1 to 40 of a-z, 0-9 and -.' }]);
}
