import type { TimerHandler } from '@azure/functions';
import type { Registrar } from '../../shared/http/registrar.ts';
import type { FeedHandlers } from './feeds.http.ts';
import type { TenantIndicatorHandlers } from './tenant-indicators.http.ts';

const feeds = 'api/v1/feeds';
const feed = 'api/v1/feeds/{feedId}';
const indicators = 'api/v1/tenants/{tenantId}/indicators';

/** Handlers of the scenario, by function name. */
export type IndicatorSyncHandlers = FeedHandlers &
  TenantIndicatorHandlers & { readonly refreshFeeds: TimerHandler; readonly syncTenants: TimerHandler };

/** Registers the scenario. `anonymous`: every route checks its caller itself. */
export function registerIndicatorSync(
  app: Registrar,
  handlers: IndicatorSyncHandlers,
  schedules: { readonly feeds: string; readonly sync: string },
): void {
  const { listFeeds, getFeed, putFeed, deleteFeed, listFeedRejects, refreshFeed, confirmFeed } = handlers;
  const { getTenantIndicators, getIndicatorPlan, syncTenantIndicators } = handlers;
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
  app.http('getTenantIndicators', {
    methods: ['GET'],
    authLevel: 'anonymous',
    route: indicators,
    handler: getTenantIndicators,
  });
  app.http('getIndicatorPlan', {
    methods: ['GET'],
    authLevel: 'anonymous',
    route: `${indicators}/plan`,
    handler: getIndicatorPlan,
  });
  app.http('syncTenantIndicators', {
    methods: ['POST'],
    authLevel: 'anonymous',
    route: `${indicators}/sync`,
    handler: syncTenantIndicators,
  });
  app.timer('refreshFeeds', { schedule: schedules.feeds, handler: handlers.refreshFeeds });
  app.timer('syncTenants', { schedule: schedules.sync, handler: handlers.syncTenants });
}
