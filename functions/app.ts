import { createTell } from '../shared/callbacks/tell.store.ts';
import type { FeedReject } from '../shared/contract/feed.ts';
import type { OperationKind } from '../shared/contract/operation.ts';
import { createDefenderAlerts } from '../shared/defender/alerts.client.ts';
import { createHunting } from '../shared/defender/hunting.client.ts';
import { createDefenderIndicators } from '../shared/defender/indicators.client.ts';
import { createDefenderMachines } from '../shared/defender/machines.client.ts';
import { createAcceptOperation } from '../shared/http/accept-operation.http.ts';
import { createRouteRecorder } from '../shared/http/registrar.ts';
import type { Registrar } from '../shared/http/registrar.ts';
import { createLedgers } from '../shared/indicators/ledger.store.ts';
import { createFindMachine } from '../shared/machines/find-machines.client.ts';
import { createSuspendTenant, suspending } from '../shared/registry/tenant-gate.store.ts';
import { lanes } from '../shared/work/carry.ts';
import type { Carry } from '../shared/work/carry.ts';
import { createWork } from '../shared/work/work.store.ts';
import type { Work } from '../shared/work/work.store.ts';
import { createCarryAlert } from './alert-ingest/alert.work.ts';
import { createDrainAlerts } from './alert-ingest/drain-alerts.timer.ts';
import { createReceiveAlert } from './alert-ingest/receive-alert.http.ts';
import { createSearchDefender } from './alert-ingest/search-defender.client.ts';
import { registerAlertIngest } from './alert-ingest/triggers.ts';
import type { Capabilities } from './capabilities.ts';
import type { AcceptedItem, FeedState } from './indicator-sync/feed-version.ts';
import { endSync } from './indicator-sync/end-sync.work.ts';
import { createFeedRuns } from './indicator-sync/feed-runs.client.ts';
import { createFeedVersions } from './indicator-sync/feed-versions.store.ts';
import { createFeedHandlers } from './indicator-sync/feeds.http.ts';
import { createPlanTenant } from './indicator-sync/plan-tenant.client.ts';
import { createRefreshFeeds } from './indicator-sync/refresh-feeds.timer.ts';
import { createRemoveTenant } from './indicator-sync/remove-tenant.work.ts';
import { createReadSource } from './indicator-sync/sources/read-source.client.ts';
import { createSyncInputs } from './indicator-sync/sync-inputs.client.ts';
import { createSyncStates } from './indicator-sync/sync-states.store.ts';
import { createSyncTenants } from './indicator-sync/sync-tenants.timer.ts';
import { createSyncCarry } from './indicator-sync/sync.work.ts';
import { createTenantIndicatorHandlers } from './indicator-sync/tenant-indicators.http.ts';
import { toSyncOperation } from './indicator-sync/to-sync-operation.ts';
import { registerIndicatorSync } from './indicator-sync/triggers.ts';
import { createCallerHandlers } from './operations/callers.http.ts';
import { createDeadLetterHandlers } from './operations/dead-letters.http.ts';
import { createDeliverCallbacks } from './operations/deliver-callbacks.timer.ts';
import { createOpenApiHandlers } from './operations/openapi.http.ts';
import { createOperationHandlers } from './operations/operations.http.ts';
import { createStatusHandlers } from './operations/status.http.ts';
import type { ReadinessChecks } from './operations/status.http.ts';
import { createSweepTimer } from './operations/sweep.timer.ts';
import {
  registerApiDescription,
  registerOperations,
  registerOperationsRoutes,
  registerOperationsTimers,
} from './operations/triggers.ts';
import { createZzUnmatched } from './operations/zz-unmatched.http.ts';
import { createCarryAction } from './response-action/action.work.ts';
import { createDrainActions } from './response-action/drain-actions.timer.ts';
import { createRequestAction } from './response-action/request-action.http.ts';
import { registerResponseAction } from './response-action/triggers.ts';
import { createCheckTenant } from './tenant-onboarding/check-tenant.client.ts';
import { createCheckTenants } from './tenant-onboarding/check-tenants.timer.ts';
import { createTenantHandlers } from './tenant-onboarding/tenants.http.ts';
import { registerTenantOnboarding } from './tenant-onboarding/triggers.ts';

/** Wires every scenario and registers its functions: what each one does is said in its `triggers.ts`. */
export function registerApp(app: Registrar, capabilities: Capabilities): void {
  const { tables, tenants, feeds, callers, credentials, defender, egress, readSecret, hasSecret, serve, settings } =
    capabilities;
  const { partner, now, sleep, newId, random, log, gate, callbacks } = capabilities;
  const { publicUrl, egressAllowedOrigins, schedules } = settings;
  const recorder = createRouteRecorder(app);

  const indicators = createDefenderIndicators(defender);
  const machines = createDefenderMachines(defender);
  const alerts = createDefenderAlerts(defender);
  const search = createSearchDefender({ findMachine: createFindMachine(defender), hunting: createHunting(defender) });
  const { displayName } = partner;
  const ledgers = createLedgers(tables('ledger'), newId);
  const states = createSyncStates(tables('ledger'));
  const versions = createFeedVersions<FeedState, AcceptedItem, FeedReject>(tables('feeds'), newId);
  const inputs = createSyncInputs({ feeds, versions });
  const { clientId: appId, authorityHost } = settings.entra;
  const ownNames = partner.ownNames ?? [];
  const planTenant = createPlanTenant({ inputs, ledgers, states, indicators, appId, ownNames, now });
  const carries: Partial<Record<OperationKind, Carry>> = {
    Alert: createCarryAlert({ tenants, alerts, search, displayName, sleep }),
    Action: createCarryAction({ tenants, machines }),
    IndicatorSync: createSyncCarry({ tenants, planTenant, inputs, ledgers, states, indicators }),
    TenantRemoval: createRemoveTenant({
      ...{ tenants, planTenant, ledgers, states, indicators },
      endSync: (tenantId) => endSync(work, tenantId),
    }),
  };
  const suspend = createSuspendTenant({ tenants, tell: (event) => tell(event), now, log });
  const work = createWork({
    ...{ tables, now, newId, random, log, gate, wait: sleep },
    carryOf: (kind) => {
      const carry = carries[kind];
      if (carry === undefined) throw new Error(`No scenario carries ${kind}.`);
      return kind === 'TenantRemoval' ? carry : suspending(carry, suspend);
    },
    callbacksOf: callbacks.callbacksOf,
    carryCallback: callbacks.carryCallback,
  });
  const tell = createTell({ ...callbacks, now, addCallbacks: work.addCallbacks });
  const acceptOperation = createAcceptOperation({ work, publicUrl, now });
  const resume = async (tenantId: string): Promise<void> => {
    await work.wake(tenantId);
    await work.accept({ ...toSyncOperation({ tenantId }, { id: newId() }), isLeftToTimer: true });
  };

  const checkTenant = createCheckTenant({ tenants, credentials, endpoints: settings, resume, tell, now, log });
  registerTenantOnboarding(
    recorder,
    {
      ...createTenantHandlers(serve, {
        ...{ tenants, checkTenant, acceptOperation, resume, newId, publicUrl, authorityHost },
      }),
      checkTenants: createCheckTenants({ tenants, checkTenant, log }),
    },
    schedules,
  );

  const readSource = createReadSource({ egress, readSecret, now });
  const runs = createFeedRuns({ feeds, versions, readSource, tell, now, log });
  registerIndicatorSync(
    recorder,
    {
      ...createFeedHandlers(serve, { feeds, runs, publicUrl, egressAllowedOrigins }),
      ...createTenantIndicatorHandlers(serve, { tenants, planTenant, acceptOperation, newId }),
      refreshFeeds: createRefreshFeeds({ feeds, runs, now, log }),
      syncTenants: createSyncTenants({ tenants, inputs, states, work, newId, now, log }),
    },
    schedules,
  );

  registerAlertIngest(
    recorder,
    {
      receiveAlert: createReceiveAlert(serve, { tenants, search, work, displayName, publicUrl, now }),
      drainAlerts: createDrainAlerts({ work, log }),
    },
    schedules,
  );

  registerResponseAction(
    recorder,
    {
      requestAction: createRequestAction(serve, { tenants, machines, acceptOperation, now }),
      drainActions: createDrainActions({ work, log }),
    },
    schedules,
  );

  const outputOf = () => Promise.resolve(undefined); // no kind of this build brings anything back
  registerOperationsRoutes(recorder, {
    ...createOperationHandlers(serve, { work, tenants, resume, outputOf, publicUrl, now }),
    ...createDeadLetterHandlers(serve, { work, tenants, publicUrl }),
    ...createCallerHandlers(serve, { callers, ...callbacks, hasSecret, publicUrl, egressAllowedOrigins }),
  });
  registerOperationsTimers(
    recorder,
    { deliverCallbacks: createDeliverCallbacks({ work, log }), sweep: createSweepTimer({ work, log }) },
    schedules,
  );
  registerApiDescription(
    recorder,
    createOpenApiHandlers(serve, { routes: recorder.routes, partner, version: capabilities.version, publicUrl }),
  );
  registerOperations(recorder, {
    ...createStatusHandlers(serve, { checks: readinessOf(capabilities, work), now, log }),
    zzUnmatched: createZzUnmatched(serve, recorder.routes),
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
