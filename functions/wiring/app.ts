import { getHeapStatistics } from 'node:v8';
import type { TimerHandler } from '@azure/functions';
import { createAlertChanges, createGraphAlertChanges } from '../../shared/defender/alert-changes.client.ts';
import { createRouteRecorder } from '../../shared/http/registrar.ts';
import type { Registrar, RouteRecorder } from '../../shared/http/registrar.ts';
import { lanes } from '../../shared/work/carry.ts';
import type { Work } from '../../shared/work/work.store.ts';
import { createDrainAlerts } from '../alert-ingest/drain-alerts.timer.ts';
import { createFollowAlerts } from '../alert-ingest/follow/follow-alerts.timer.ts';
import { createFollowTenant } from '../alert-ingest/follow/follow-tenant.client.ts';
import { createReceiveAlert } from '../alert-ingest/receive-alert.http.ts';
import { registerAlertIngest } from '../alert-ingest/triggers.ts';
import type { Capabilities } from './capabilities.ts';
import { createEngine } from './engine.ts';
import type { Engine } from './engine.ts';
import { createOutputOf } from './machine-actions.ts';
import { createFeedRuns } from '../indicator-sync/feeds/feed-runs.client.ts';
import { createFeedHandlers } from '../indicator-sync/feeds.http.ts';
import { mostValuesIn } from '../indicator-sync/feeds/most-values.ts';
import { createRefreshFeeds } from '../indicator-sync/refresh-feeds.timer.ts';
import { createReadSource } from '../indicator-sync/feeds/sources/read-source.client.ts';
import { createSyncTenants } from '../indicator-sync/sync-tenants.timer.ts';
import { createFindRejected } from '../indicator-sync/answers/find-rejected.client.ts';
import { createTenantIndicatorHandlers } from '../indicator-sync/tenant-indicators.http.ts';
import { registerIndicatorSync } from '../indicator-sync/triggers.ts';
import { createCallerHandlers } from '../operations/callers.http.ts';
import { createDeadLetterHandlers } from '../operations/dead-letters.http.ts';
import { createDeliverCallbacks } from '../operations/deliver-callbacks.timer.ts';
import { createFurtherDrains } from '../operations/further-drains.timer.ts';
import { createOpenApiHandlers } from '../operations/openapi.http.ts';
import { createOperationHandlers } from '../operations/operations.http.ts';
import { createStatusHandlers } from '../operations/status.http.ts';
import type { ReadinessChecks } from '../operations/status.http.ts';
import { createSweepTimer } from '../operations/sweep.timer.ts';
import {
  registerApiDescription,
  registerFurtherDrains,
  registerOperations,
  registerOperationsRoutes,
  registerOperationsTimers,
} from '../operations/triggers.ts';
import { createZzUnmatched } from '../operations/zz-unmatched.http.ts';
import { createQuestionHandlers } from './questions.ts';
import { createApproveAction } from '../response-action/approve-action.http.ts';
import { createDrainActions } from '../response-action/drain-actions.timer.ts';
import { createRequestAction } from '../response-action/request-action.http.ts';
import { registerQuestions, registerResponseAction } from '../response-action/triggers.ts';
import { createCheckTenant } from '../tenant-onboarding/check-tenant.client.ts';
import { createCheckTenants } from '../tenant-onboarding/check-tenants.timer.ts';
import { createTenantHandlers } from '../tenant-onboarding/tenants.http.ts';
import { registerTenantOnboarding } from '../tenant-onboarding/triggers.ts';

/** Registers the functions of every scenario: what each one is called for is said in the scenario's `triggers.ts`. */
export function registerApp(app: Registrar, capabilities: Capabilities): void {
  const recorder = createRouteRecorder(app);
  const { publicUrl, egressAllowedOrigins, schedules, timersPerLane, entra } = capabilities.settings;
  const parts: Parts = {
    ...{ ...capabilities, ...createEngine(capabilities) },
    ...{ publicUrl, egressAllowedOrigins, schedules, timersPerLane, entra },
  };
  tenantOnboarding(recorder, parts);
  indicatorSync(recorder, parts);
  alertIngest(recorder, parts);
  responseAction(recorder, parts);
  operations(recorder, parts);
}

/** What a scenario's handlers may be made of. */
type Parts = Capabilities &
  Engine &
  Pick<Capabilities['settings'], 'publicUrl' | 'egressAllowedOrigins' | 'schedules' | 'timersPerLane' | 'entra'>;

function tenantOnboarding(app: Registrar, parts: Parts): void {
  const checkTenant = createCheckTenant({ ...parts, endpoints: parts.settings });
  const { authorityHost } = parts.entra;
  const handlers = {
    ...createTenantHandlers(parts.serve, { ...parts, checkTenant, authorityHost }),
    checkTenants: createCheckTenants({ ...parts, checkTenant }),
  };
  registerTenantOnboarding(app, handlers, parts.schedules);
}

function indicatorSync(app: Registrar, parts: Parts): void {
  const mostValues = mostValuesIn(getHeapStatistics().heap_size_limit);
  const runs = createFeedRuns({ ...parts, mostValues, readSource: createReadSource(parts) });
  const handlers = {
    ...createFeedHandlers(parts.serve, { ...parts, runs }),
    ...createTenantIndicatorHandlers(parts.serve, {
      ...parts,
      findRejected: createFindRejected({ ...parts, ...runs }),
    }),
    refreshFeeds: createRefreshFeeds({ ...parts, runs }),
    syncTenants: createSyncTenants(parts),
  };
  registerIndicatorSync(app, handlers, parts.schedules);
}

function alertIngest(app: Registrar, parts: Parts): void {
  const { displayName } = parts.partner;
  const handlers = {
    receiveAlert: createReceiveAlert(parts.serve, { ...parts, links: parts.alertLinks, displayName }),
    drainAlerts: createDrainAlerts(parts),
    followAlerts: followAlerts(parts),
  };
  registerAlertIngest(app, handlers, parts.schedules);
}

function followAlerts({ defender, callbacks, alertLinks: links, ...parts }: Parts): TimerHandler {
  const { readSubscribers } = callbacks;
  const changes = { Defender: createAlertChanges(defender), Graph: createGraphAlertChanges(defender) };
  const followTenant = createFollowTenant({ ...parts, changes, links, readSubscribers });
  return createFollowAlerts({ ...parts, readSubscribers, followTenant });
}

function responseAction(app: Registrar, parts: Parts): void {
  const handlers = {
    requestAction: createRequestAction(parts.serve, parts),
    approveAction: createApproveAction(parts.serve, parts),
    drainActions: createDrainActions(parts),
  };
  registerResponseAction(app, handlers, parts.schedules);
  registerQuestions(app, createQuestionHandlers(parts));
}

/** Last, because it tells of the routes of all others. */
function operations(app: RouteRecorder, parts: Parts): void {
  const { serve, callbacks } = parts;
  const outputOf = createOutputOf(parts);
  registerOperationsRoutes(app, {
    ...createOperationHandlers(serve, { ...parts, outputOf }),
    ...createDeadLetterHandlers(serve, parts),
    ...createCallerHandlers(serve, { ...parts, ...callbacks }),
  });
  const timers = { deliverCallbacks: createDeliverCallbacks(parts), sweep: createSweepTimer(parts) };
  registerOperationsTimers(app, timers, parts.schedules);
  registerFurtherDrains(app, createFurtherDrains(parts), parts.schedules);
  registerApiDescription(app, createOpenApiHandlers(serve, { ...parts, routes: app.routes }));
  registerOperations(app, {
    ...createStatusHandlers(serve, { ...parts, checks: readinessOf(parts, parts.work) }),
    zzUnmatched: createZzUnmatched(serve, app.routes),
  });
}

/** Work that is later than this is not being done: a timer can die while HTTP lives. */
const lateMs = 15 * 60_000;

function readinessOf({ tenants, reachVault, now }: Capabilities, work: Pick<Work, 'oldestDue'>): ReadinessChecks {
  return {
    storage: async () => void (await tenants.listPage({ limit: 1 })),
    keys: reachVault,
    work: async () => {
      const oldestMs = await work.oldestDue(lanes);
      if (oldestMs !== undefined && now() - oldestMs > lateMs) throw new Error('The oldest due work is late.');
    },
  };
}
