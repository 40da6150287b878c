import type { AlertLinks } from '../../shared/alerts/alert-links.store.ts';
import type { DefenderAlerts } from '../../shared/defender/alerts.client.ts';
import type { Failed } from '../../shared/work/carry.ts';
import { failed, withUpstream } from './action-outcomes.ts';
import { fromAlertState, lookAtAlert, toAlertChange, toAlertState } from './alert-action.ts';
import type { CarryActionKind, PreviewActionKind } from './carry-context.ts';
import { afterLook, beforeLook, toChangeFacts } from './next-change.ts';

/** What writing to alerts needs. */
export interface AlertActionOptions {
  readonly alerts: Pick<DefenderAlerts, 'getAlert' | 'updateAlert'>;
  /** Hears what we write, so that it is not told as somebody's change. */
  readonly alertLinks: Pick<AlertLinks, 'recordWritten'>;
}

/** Twice a call to Defender: the older spelling of a determination may be refused, then the newer one is sent. */
const callsMs = 60_000;

/** Makes the carry of `UpdateAlert`: one step, from the alert as it is to the alert as asked for. Our comment tells whether it was written. */
export function createCarryAlertAction({ alerts, alertLinks }: AlertActionOptions): CarryActionKind {
  return async (context, tools) => {
    const { operation, tenant, approvedBy } = context;
    const data = toAlertChange(context.action.data);
    const before = fromAlertState(context.state);
    const facts = toChangeFacts(context, tools, before !== undefined);
    const early = beforeLook(facts);
    if (early !== undefined) return early;

    const found = await alerts.getAlert(tenant, data.alertId);
    if (found.alert === undefined) return withUpstream(alertNotFound(), found.upstream, operation);
    const { alert } = found;
    const { update, ...look } = lookAtAlert(data, alert, { operationId: operation.id, approvedBy, before });
    const upstream = { ...operation.upstream, alertId: alert.id, ...incidentOf(alert), ...found.upstream };
    const step = afterLook(facts, look);
    if (step.outcome !== 'Send') return { ...step, upstream };

    if (tools.leaseLeftMs() < callsMs) await tools.renewLease();
    const { result } = look;
    const state = before === undefined ? toAlertState(alert) : { before };
    await tools.saveIntent(state, { stage: 'Submitting', result, upstream });
    // Noted before and after: who follows alerts may see it before we hear that it was written.
    const note = () => alertLinks.recordWritten(tenant.tenantId, alert.id, update.body);
    await note();
    const sent = await alerts.updateAlert(tenant, update);
    if (sent.alert === undefined) return withUpstream(alertNotFound(), sent.upstream, { upstream });
    await note();
    return withUpstream({ outcome: 'Done', result }, sent.upstream, { upstream });
  };
}

/** Makes what tells what an update of an alert would write. */
export function createPreviewAlertAction({ alerts }: Pick<AlertActionOptions, 'alerts'>): PreviewActionKind {
  return async ({ tenant, action }) => {
    const data = toAlertChange(action.data);
    const { alert } = await alerts.getAlert(tenant, data.alertId);
    if (alert === undefined) return { error: alertNotFound().error };
    return { request: lookAtAlert(data, alert, { operationId: undefined }).request };
  };
}

function incidentOf({ incidentId }: { readonly incidentId?: number | undefined }): { readonly incidentId?: number } {
  return incidentId === undefined ? {} : { incidentId };
}

function alertNotFound(): Failed {
  return failed('alert_not_found', 'Defender knows no such alert.');
}
