import type { GraphAlert, GraphAlerts } from '../../shared/defender/graph-alerts.client.ts';
import type { UpstreamIds } from '../../shared/errors.ts';
import type { TenantRecord } from '../../shared/registry/tenant-record.ts';
import type { CarryOutcome, CarryTools, Done } from '../../shared/work/carry.ts';
import { toAlertResult, toOutcome } from './alert-outcome.ts';
import type { AlertFacts, AlertState } from './alert-state.ts';
import { makeOnce } from './make-once.work.ts';
import { nextAlertStep } from './next-alert-step.ts';
import { isMadeBy } from './to-defender-alert.ts';
import { toGraphAlert } from './to-graph-alert.ts';

/** What is at hand in a step that makes an alert without an event, or looks whether it was made. */
export interface GraphAlertContext {
  readonly tenant: TenantRecord;
  readonly facts: AlertFacts;
  readonly graphAlerts: GraphAlerts;
  readonly displayName: string;
  readonly operationId: string;
}

type Creating = Extract<AlertState, { at: 'CreatingInGraph' }>;
type Looking = Extract<AlertState, { at: 'Looking' }>;

/** Makes the alert, once. In `Observe` the call is only shown. */
export async function createGraphAlert(
  state: Creating,
  { tenant, facts: { alert }, graphAlerts, displayName, operationId }: GraphAlertContext,
  tools: CarryTools,
): Promise<CarryOutcome> {
  const { mode, onSameTitle } = tenant.policy.alerts;
  const request = toGraphAlert({ alert, machineId: state.machine.id, operationId, displayName, onSameTitle });
  if (mode === 'Observe') {
    return { outcome: 'Done', result: { ...toAlertResult(state), observed: true, request } };
  }
  return makeOnce(state, tools, async () => {
    const made = await graphAlerts.createAlert(tenant, request);
    return created(state, made.alert, made.upstream);
  });
}

/** Microsoft's clock and ours are not further apart. */
const skewMs = 5 * 60_000;

/** An earlier step wrote its intent and was not heard of again: the alert is known by its mark, if it was made. */
export async function lookForGraphAlert(
  state: Looking,
  { tenant, facts, graphAlerts, operationId }: GraphAlertContext,
  tools: CarryTools,
): Promise<CarryOutcome> {
  const sinceMs = (state.intentAtMs ?? state.startedAtMs) - skewMs;
  const made = (await graphAlerts.listCreatedSince(tenant, sinceMs)).find((alert) => isMadeBy(operationId, alert));
  if (made !== undefined) return created(state, made, {});
  return toOutcome(nextAlertStep(state, { news: 'NotCreated' }, facts), tools.now());
}

/** Graph makes an alert of its own each time: nothing is merged. */
function created(state: Creating | Looking, { id: alertId, incidentId }: GraphAlert, upstream: UpstreamIds): Done {
  const incident = incidentId !== undefined && /^\d{1,15}$/.test(incidentId) ? { incidentId: Number(incidentId) } : {};
  return {
    outcome: 'Done',
    result: { ...toAlertResult(state), alertId, merged: false },
    upstream: { ...upstream, alertId, ...incident },
  };
}
