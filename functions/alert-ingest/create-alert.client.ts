import type { DefenderAlert, DefenderAlerts } from '../../shared/defender/alerts.client.ts';
import type { UpstreamIds } from '../../shared/errors.ts';
import type { TenantRecord } from '../../shared/registry/tenant-record.ts';
import type { CarryOutcome, CarryTools, Done } from '../../shared/work/carry.ts';
import { toAlertResult, toOutcome } from './alert-outcome.ts';
import { eventMachineId } from './alert-state.ts';
import type { AlertFacts, AlertState } from './alert-state.ts';
import type { FollowedAlerts } from './follow/followed-alerts.store.ts';
import { fromTakenIn } from './follow/known-alert.ts';
import { makeOnce } from './make-once.work.ts';
import { nextAlertStep } from './next-alert-step.ts';
import { isMadeBy, toDefenderAlert } from './to-defender-alert.ts';

/** What is at hand in a step that makes an alert, or looks whether it was made. */
export interface AlertStepContext {
  readonly tenant: TenantRecord;
  readonly facts: AlertFacts;
  readonly alerts: DefenderAlerts;
  readonly followed: Pick<FollowedAlerts, 'begin'>;
  readonly displayName: string;
  readonly operationId: string;
}

type Creating = Extract<AlertState, { at: 'Creating' }>;
type LookingByEvent = Extract<AlertState, { at: 'Looking' }> & Pick<Creating, 'event'>;

/** Makes the alert, once. In `Observe` the call is only shown. */
export async function createAlert(
  state: Creating,
  context: AlertStepContext,
  tools: CarryTools,
): Promise<CarryOutcome> {
  const { tenant, facts, alerts } = context;
  const request = toRequest(state, context);
  if (tenant.policy.alerts.mode === 'Observe') {
    return { outcome: 'Done', result: { ...toAlertResult(state), observed: true, request } };
  }
  return makeOnce(state, tools, async () => {
    const { alert, upstream } = await alerts.createAlert(tenant, request);
    if (alert !== undefined) {
      const { operationId, followed } = context;
      // What it went through before it took ours in is no change to be told.
      if (!isMadeBy(operationId, alert)) await followed.begin(tenant.tenantId, alert.id, fromTakenIn(alert));
      return created({ state, alert, upstream, operationId });
    }
    return { ...toOutcome(nextAlertStep(state, { news: 'EventUnknown' }, facts), tools.now()), upstream };
  });
}

/** An earlier step wrote its intent and was not heard of again: the alert is known by its mark, if it was made. */
export async function lookForAlert(
  state: LookingByEvent,
  { tenant, facts, alerts, operationId }: AlertStepContext,
  tools: CarryTools,
): Promise<CarryOutcome> {
  const machineId = eventMachineId(state, facts.alert);
  const made = (await alerts.listOfMachine(tenant, machineId)).find((alert) => isMadeBy(operationId, alert));
  if (made !== undefined) return created({ state, alert: made, upstream: {}, operationId });
  return toOutcome(nextAlertStep(state, { news: 'NotCreated' }, facts), tools.now());
}

function toRequest(state: Creating, { tenant, facts: { alert }, displayName, operationId }: AlertStepContext) {
  const { onSameTitle } = tenant.policy.alerts;
  const machineId = eventMachineId(state, alert);
  return toDefenderAlert({ alert, machineId, event: state.event, operationId, displayName, onSameTitle });
}

/** An alert without our mark is one that was open already and took ours in. */
function created(made: {
  readonly state: Creating | LookingByEvent;
  readonly alert: DefenderAlert;
  readonly upstream: UpstreamIds;
  readonly operationId: string;
}): Done {
  const { state, alert, upstream, operationId } = made;
  const { id: alertId, incidentId } = alert;
  const merged = !isMadeBy(operationId, alert);
  return {
    outcome: 'Done',
    result: { ...toAlertResult(state), alertId, merged },
    upstream: { ...upstream, alertId, ...(incidentId === undefined ? {} : { incidentId }) },
  };
}
