import type { AlertLinks } from '../../../shared/alerts/alert-links.store.ts';
import type { AlertTriage } from '../../../shared/alerts/alert-triage.client.ts';
import type { AlertVia } from '../../../shared/alerts/alert-link-rows.ts';
import type { Failed } from '../../../shared/work/carry.ts';
import { failed, withUpstream } from '../action-outcomes.ts';
import { fromAlertState, lookAtAlert, toAlertChange, toAlertState } from './alert-action.ts';
import type { CarryActionKind, PreviewActionKind } from '../carry-context.ts';
import { afterLook, beforeLook, toChangeFacts } from './next-change.ts';

/** What writing to alerts needs. */
export interface AlertActionOptions {
  readonly triage: AlertTriage;
  /** Knows which alerts were made through Graph, and hears what we write, so that it is not told as somebody's change. */
  readonly alertLinks: Pick<AlertLinks, 'byAlertId' | 'recordWritten'>;
}

/** Twice a call to Defender: the older spelling of a determination may be refused, then the newer one is sent. */
const callsMs = 60_000;

/** Makes the carry of `UpdateAlert`: one step, from the alert as it is to the alert as asked for. Our comment tells whether it was written. */
export function createCarryAlertAction({ triage, alertLinks }: AlertActionOptions): CarryActionKind {
  return async (context, tools) => {
    const { operation, tenant, approvedBy } = context;
    const data = toAlertChange(context.action.data);
    const before = fromAlertState(context.state);
    const facts = toChangeFacts(context, tools, before !== undefined);
    const early = beforeLook(facts);
    if (early !== undefined) return early;

    const { alertId } = data;
    const via = await viaOf(alertLinks, tenant.tenantId, alertId);
    const { alert, ...found } = await triage[via].getAlert(tenant, alertId);
    if (alert === undefined) return withUpstream(alertNotFound(), found.upstream, operation);
    const { body, ...look } = lookAtAlert(data, alert, { via, operationId: operation.id, approvedBy, before });
    const upstream = { ...operation.upstream, alertId, ...found.upstream };
    const step = afterLook(facts, look);
    if (step.outcome !== 'Send') return { ...step, upstream };

    if (tools.leaseLeftMs() < callsMs) await tools.renewLease();
    const { result } = look;
    const state = before === undefined ? toAlertState(alert) : { before };
    await tools.saveIntent(state, { stage: 'Submitting', result, upstream });
    // Noted before and after: who follows alerts may see it before we hear that it was written.
    const note = () => alertLinks.recordWritten(tenant.tenantId, alertId, body);
    await note();
    const sent = await triage[via].updateAlert(tenant, { alertId, body });
    if (sent.alert === undefined) return withUpstream(alertNotFound(), sent.upstream, { upstream });
    await note();
    return withUpstream({ outcome: 'Done', result }, sent.upstream, { upstream });
  };
}

/** Makes what tells what an update of an alert would write. */
export function createPreviewAlertAction({ triage, alertLinks }: AlertActionOptions): PreviewActionKind {
  return async ({ tenant, action }) => {
    const data = toAlertChange(action.data);
    const via = await viaOf(alertLinks, tenant.tenantId, data.alertId);
    const { alert } = await triage[via].getAlert(tenant, data.alertId);
    if (alert === undefined) return { error: alertNotFound().error };
    return { request: lookAtAlert(data, alert, { via, operationId: undefined }).request };
  };
}

/** By which API: an alert that was not made by us is Defender's. */
async function viaOf(links: Pick<AlertLinks, 'byAlertId'>, tenantId: string, alertId: string): Promise<AlertVia> {
  return (await links.byAlertId(tenantId, [alertId])).get(alertId)?.via ?? 'Defender';
}

function alertNotFound(): Failed {
  return failed('alert_not_found', 'Defender knows no such alert.');
}
