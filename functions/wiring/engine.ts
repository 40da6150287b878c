import { createAlertLinks } from '../../shared/alerts/alert-links.store.ts';
import { createAlertTriage } from '../../shared/alerts/alert-triage.client.ts';
import { createLinkedTenants, noting } from '../../shared/alerts/linked-tenants.store.ts';
import { createTell } from '../../shared/callbacks/tell.store.ts';
import type { FeedReject } from '../../shared/contract/feed.ts';
import type { OperationKind } from '../../shared/contract/operation.ts';
import { createDefenderAlerts } from '../../shared/defender/alerts.client.ts';
import { createDefenderEntities } from '../../shared/defender/entities.client.ts';
import { createGraphAlerts } from '../../shared/defender/graph-alerts.client.ts';
import { createHunting } from '../../shared/defender/hunting.client.ts';
import { createDefenderIndicators } from '../../shared/defender/indicators.client.ts';
import { createDefenderMachineActions } from '../../shared/defender/machine-actions.client.ts';
import { createDefenderMachines } from '../../shared/defender/machines.client.ts';
import { createAcceptOperation } from '../../shared/http/accept-operation.http.ts';
import { createBlockEvidence } from '../../shared/indicators/direct/block-evidence.store.ts';
import { closing } from '../../shared/indicators/direct/close-direct.store.ts';
import type { DirectIndicators } from '../../shared/indicators/direct/direct-indicators.ts';
import { createDirectRows } from '../../shared/indicators/direct/direct-rows.store.ts';
import { createLedgers } from '../../shared/indicators/ledger/ledger.store.ts';
import { createFindMachine } from '../../shared/machines/find-machines.client.ts';
import { createSuspendTenant, suspending } from '../../shared/registry/tenant-gate.store.ts';
import type { Carry } from '../../shared/work/carry.ts';
import { createWork } from '../../shared/work/work.store.ts';
import type { Work } from '../../shared/work/work.store.ts';
import { createAlertCursors, createBeginFollowing } from '../alert-ingest/follow/alert-cursors.store.ts';
import { createCarryAlert } from '../alert-ingest/alert.work.ts';
import { createCarryAlertUpdate } from '../alert-ingest/update/alert-update.work.ts';
import { createFindAlert } from '../alert-ingest/update/find-alert.client.ts';
import { createFollowedAlerts } from '../alert-ingest/follow/followed-alerts.store.ts';
import { linking } from '../alert-ingest/linking-alert.work.ts';
import { createRespond } from '../alert-ingest/respond/respond.work.ts';
import { createSearchDefender } from '../alert-ingest/search-defender.client.ts';
import type { Capabilities } from './capabilities.ts';
import { endSync } from '../indicator-sync/end-sync.work.ts';
import { createFindStanding } from '../indicator-sync/answers/find-standing.client.ts';
import type { AcceptedItem, FeedState } from '../indicator-sync/feeds/feed-version.ts';
import { createFeedVersions } from '../indicator-sync/feeds/feed-versions.store.ts';
import { createPlanTenant } from '../indicator-sync/plan/plan-tenant.client.ts';
import { createRemoveTenant } from '../indicator-sync/remove-tenant.work.ts';
import { createSyncInputs } from '../indicator-sync/plan/sync-inputs.client.ts';
import { syncNow } from '../indicator-sync/sync-now.work.ts';
import { createSyncStates } from '../indicator-sync/plan/sync-states.store.ts';
import { createSyncCarry } from '../indicator-sync/sync.work.ts';
import { toSyncOperation } from '../indicator-sync/to-sync-operation.ts';
import { createMachineActionCarry } from './machine-actions.ts';
import { createCarryAction } from '../response-action/action.work.ts';
import { createCarryAlertAction, createPreviewAlertAction } from '../response-action/change/alert-action.work.ts';
import { createAuthorizeNow } from '../response-action/guard/authorize-now.client.ts';
import { createFindActionMachine } from '../response-action/find-action-machine.client.ts';
import { createIsolations } from '../response-action/guard/isolations.store.ts';
import { createCarryMachineChange, createPreviewMachineChange } from '../response-action/change/machine-change.work.ts';
import { createRequireIndicator } from '../response-action/indicator/require-indicator.client.ts';
import { createCarryIndicator } from '../response-action/indicator/indicator-action.work.ts';
import { createPreviewMachineAction } from '../response-action/machine-action/preview-machine-action.client.ts';
import { createPreviewIndicator } from '../response-action/indicator/preview-indicator.client.ts';

export type Engine = ReturnType<typeof createEngine>;

/** Wires the durable engine: what carries each kind of operation, and what the scenarios ask of it. */
export function createEngine(capabilities: Capabilities) {
  const { tables, tenants, gate, callbacks, settings, now, sleep, newId, random, log } = capabilities;
  const tools = createTools(capabilities);
  const carries = createCarries(capabilities, tools, () => work, {
    end: (tenantId) => endSync(work, tenantId),
    run: (tenantId) => syncNow(work, tenantId, newId()),
  });
  const suspend = createSuspendTenant({ tenants, tell: (event) => tell(event), now, log });
  const work = createWork({
    ...{ tables, now, newId, random, log, gate, wait: sleep },
    carryOf: (kind) => (kind === 'TenantRemoval' ? carries[kind] : suspending(carries[kind], suspend)),
    callbacksOf: callbacks.callbacksOf,
    carryCallback: callbacks.carryCallback,
    sweepBeside: tools.alertLinks.sweep,
  });
  const tell = createTell({ ...callbacks, now, addCallbacks: work.addCallbacks });
  return {
    ...tools,
    findAlert: createFindAlert({ links: tools.alertLinks, work }),
    work,
    tell,
    suspend,
    acceptOperation: createAcceptOperation({ work, publicUrl: settings.publicUrl, now }),
    /** A tenant may be called again, or its policy is another: what waited is due, and its indicators are to be synced. */
    resume: async (tenantId: string): Promise<void> => {
      await work.wake(tenantId);
      await work.accept({ ...toSyncOperation({ tenantId }, { id: newId() }), isLeftToTimer: true });
    },
  };
}

/** What carries and routes of a scenario have in common. */
function createTools({ tables, feeds, defender, settings, partner, now, newId, random, sleep }: Capabilities) {
  const indicators = createDefenderIndicators(defender);
  const ledgers = createLedgers(tables('ledger'), newId);
  const states = createSyncStates(tables('ledger'));
  const direct = createDirectRows(tables('ledger'), newId);
  const versions = createFeedVersions<FeedState, AcceptedItem, FeedReject>(tables('feeds'), newId);
  const inputs = createSyncInputs({ feeds, versions });
  const { clientId: appId } = settings.entra;
  const ownNames = partner.ownNames ?? [];
  const cursors = createAlertCursors(tables('ledger'), newId);
  const begin = createBeginFollowing(cursors, now);
  const linkedTenants = createLinkedTenants({ table: tables('ledger'), now, begin });
  const alertLinks = noting(createAlertLinks({ table: tables('ledger'), now }), linkedTenants);
  const alerts = createDefenderAlerts(defender);
  const triage = createAlertTriage({ defender, alerts });
  const findMachine = createFindMachine(defender);
  const findActionMachine = createFindActionMachine({ findMachine, now });
  const entities = createDefenderEntities(defender);
  const isolations = createIsolations({ table: tables('budgets'), now, random, sleep });
  const planTenant = createPlanTenant({ inputs, ledgers, direct, states, indicators, appId, ownNames, now });
  const findStanding = createFindStanding(planTenant);
  return {
    indicators,
    ledgers,
    states,
    direct,
    versions,
    inputs,
    ownNames,
    planTenant,
    findStanding,
    requireIndicator: createRequireIndicator({ direct, ownNames, now }),
    machines: createDefenderMachines(defender),
    machineActions: createDefenderMachineActions(defender),
    entities,
    alerts,
    triage,
    graphAlerts: createGraphAlerts(defender),
    followed: createFollowedAlerts(tables('ledger')),
    cursors,
    linkedTenants,
    alertLinks,
    search: createSearchDefender({ findMachine, hunting: createHunting(defender) }),
    findActionMachine,
    isolations,
    authorizeNow: createAuthorizeNow({ isolations, now }),
    previewByKind: {
      MachineAction: createPreviewMachineAction({ findActionMachine, entities }),
      MachineChange: createPreviewMachineChange({ findActionMachine }),
      Alert: createPreviewAlertAction({ triage, alertLinks }),
      Indicator: createPreviewIndicator({ standing: findStanding, now }),
    },
  };
}

function createCarries(
  capabilities: Capabilities,
  tools: ReturnType<typeof createTools>,
  work: () => Work,
  sync: {
    readonly end: (tenantId: string) => ReturnType<typeof endSync>;
    readonly run: DirectIndicators['sync'];
  },
): Readonly<Record<OperationKind, Carry>> {
  const { tenants, partner, now, sleep } = capabilities;
  const indicators: DirectIndicators = { rows: tools.direct, sync: sync.run, standing: tools.findStanding };
  const { displayName, ownNames = [] } = partner;
  const respond = createRespond({ work, blockEvidence: createBlockEvidence({ ...tools, ownNames, now }) });
  return {
    Alert: linking(createCarryAlert({ ...tools, tenants, respond, displayName, sleep }), tools.alertLinks),
    AlertUpdate: createCarryAlertUpdate({ ...tools, tenants, links: tools.alertLinks, work }),
    Action: createCarryAction({
      tenants,
      carryByKind: {
        MachineAction: createMachineActionCarry(capabilities, tools, work),
        MachineChange: createCarryMachineChange(tools),
        Alert: createCarryAlertAction(tools),
        Indicator: createCarryIndicator(indicators),
      },
    }),
    IndicatorSync: createSyncCarry({
      ...{ ...tools, tenants },
      direct: closing(tools.direct, (...asked) => work().readUngated(...asked)),
    }),
    TenantRemoval: createRemoveTenant({ ...tools, tenants, endSync: sync.end }),
  };
}
