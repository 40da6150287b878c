import type { Sleep } from '../../shared/clock.ts';
import type { DefenderAlerts } from '../../shared/defender/alerts.client.ts';
import type { GraphAlerts } from '../../shared/defender/graph-alerts.client.ts';
import type { Documents } from '../../shared/registry/documents.store.ts';
import { isLeaving } from '../../shared/registry/tenant-record.ts';
import type { TenantRecord } from '../../shared/registry/tenant-record.ts';
import type { CarriedOperation, Carry, CarryOutcome, CarryTools } from '../../shared/work/carry.ts';
import { redrivenSignal } from '../../shared/work/rows/to-redriven.ts';
import { startAlert } from './alert-state.ts';
import type { AlertFacts, AlertState } from './alert-state.ts';
import { disconnected, toOutcome } from './alert-outcome.ts';
import { beginResponding } from './respond/begin-responding.ts';
import type { LeavingState } from './respond/begin-responding.ts';
import { createAlert, lookForAlert } from './create-alert.client.ts';
import type { AlertStepContext } from './create-alert.client.ts';
import { createGraphAlert, lookForGraphAlert } from './create-graph-alert.client.ts';
import type { GraphAlertContext } from './create-graph-alert.client.ts';
import type { FollowedAlerts } from './follow/followed-alerts.store.ts';
import { holdLease } from './hold-lease.work.ts';
import { endAlert, nextAlertStep } from './next-alert-step.ts';
import { toAlert } from './read-alert.ts';
import type { Respond } from './respond/respond.work.ts';
import { isSearch } from './search-defender.client.ts';
import type { SearchDefender } from './search-defender.client.ts';

/** What carrying alerts needs. */
export interface CarryAlertOptions {
  readonly tenants: Pick<Documents<TenantRecord>, 'get'>;
  readonly alerts: DefenderAlerts;
  readonly graphAlerts: GraphAlerts;
  readonly followed: Pick<FollowedAlerts, 'begin'>;
  readonly search: SearchDefender;
  readonly respond: Respond;
  /** Of `partner.json`. */
  readonly displayName: string;
  readonly sleep: Sleep;
}

/** Makes the carry of operations of kind `Alert`: one state a step, so that a crash loses no more than one call. */
export function createCarryAlert(options: CarryAlertOptions): Carry {
  const { tenants, search, sleep } = options;
  return async (carried, tools) => {
    const state = stateOf(carried, tools.now());
    const tenant = (await tenants.get(carried.operation.tenantId))?.document;
    if (tenant === undefined || (isLeaving(tenant) && !isMaybeMade(state))) return disconnected();
    const facts = toFacts(carried, tools, tenant);
    const early = endAlert(state, facts);
    if (early !== undefined) return early;
    const { id: operationId, callerId } = carried.operation;
    const context = { ...options, tenant, facts, operationId, callerId };
    if (state.at === 'Responding') return options.respond(state, context, tools);
    if (!isSearch(state)) {
      const outcome = await make(state, context, tools);
      return beginResponding(outcome, state, {
        ...context,
        ...facts,
        policy: tenant.policy.alerts,
        nowMs: tools.now(),
      });
    }
    const news = await holdLease(tools, sleep, (signal) => search(tenant, { state, alert: facts.alert, signal }));
    return toOutcome(nextAlertStep(state, news, facts), tools.now());
  };
}

function make(
  state: LeavingState,
  context: AlertStepContext & GraphAlertContext,
  tools: CarryTools,
): Promise<CarryOutcome> {
  switch (state.at) {
    case 'Creating':
      return createAlert(state, context, tools);
    case 'CreatingInGraph':
      return createGraphAlert(state, context, tools);
    case 'Looking': {
      const { event } = state;
      if (event === undefined) return lookForGraphAlert(state, context, tools);
      return lookForAlert({ ...state, event }, context, tools);
    }
  }
}

/** What an earlier step of this carry left. What was redriven since is searched anew, unless it may be in Defender. */
function stateOf({ state, signals }: CarriedOperation, nowMs: number): AlertState {
  const left = state as AlertState | undefined;
  if (left?.at === 'Responding') return left; // it is made: whatever happens, not again
  const redrivenAtMs = Number(signals[redrivenSignal] ?? Number.NEGATIVE_INFINITY);
  if (left !== undefined && left.startedAtMs >= redrivenAtMs) return left;
  return left?.at === 'Looking' ? { ...left, startedAtMs: nowMs } : startAlert(nowMs);
}

/** It may be in Defender, or is. */
function isMaybeMade({ at }: AlertState): boolean {
  return at === 'Looking' || at === 'Responding';
}

function toFacts(
  { request }: CarriedOperation,
  { isCancelRequested, isLate, now }: CarryTools,
  tenant: TenantRecord,
): AlertFacts {
  const alert = toAlert(request);
  return { alert, policy: tenant.policy.alerts, nowMs: now(), isCancelRequested, isLate };
}
