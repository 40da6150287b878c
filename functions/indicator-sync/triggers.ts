import type { Registrar } from '../../shared/http/registrar.ts';
import type { FeedHandlers } from './feeds.http.ts';

const feeds = 'api/v1/feeds';
const feed = 'api/v1/feeds/{feedId}';

/** Registers the scenario. `anonymous`: every route checks its caller itself. */
export function registerIndicatorSync(app: Registrar, handlers: FeedHandlers): void {
  const { listFeeds, getFeed, putFeed, deleteFeed, listFeedRejects, refreshFeed, confirmFeed } = handlers;
  app.http('listFeeds', { methods: ['GET'], authLevel: 'anonymous', route: feeds, handler: listFeeds });
  app.http('getFeed', { methods: ['GET'], authLevel: 'anonymous', route: feed, handler: getFeed });
  app.http('putFeed', { methods: ['PUT'], authLevel: 'anonymous', route: feed, handler: putFeed });
  app.http('deleteFeed', { methods: ['DELETE'], authLevel: 'anonymous', route: feed, handler: deleteFeed });
  app.http('listFeedRejects', {
    methods: ['GET'],
    authLevel: 'anonymous',
    route: `${feed}/rejects`,
    handler: listFeedRejects,
  });
  app.http('refreshFeed', {
    methods: ['POST'],
    authLevel: 'anonymous',
    route: `${feed}/refresh`,
    handler: refreshFeed,
  });
  app.http('confirmFeed', {
    methods: ['POST'],
    authLevel: 'anonymous',
    route: `${feed}/confirm`,
    handler: confirmFeed,
  });
}
