import type { AlertLinks } from '../../shared/alerts/alert-links.store.ts';
import type { Carry } from '../../shared/work/carry.ts';
import { toAlert } from './read-alert.ts';

/**
 * The carry of alerts, with the link between the partner's id and Defender's: written before the alert counts as made, so that
 * whoever changes it by its id finds it. What was made without an event was made through Graph.
 */
export function linking(carry: Carry, links: Pick<AlertLinks, 'put'>): Carry {
  return async (carried, tools) => {
    const outcome = await carry(carried, tools);
    const { alertId, event } = (outcome.outcome === 'Done' ? outcome.result : undefined) ?? {};
    if (alertId === undefined) return outcome;
    const { tenantId, id: operationId } = carried.operation;
    const via = event === undefined ? 'Graph' : 'Defender';
    await links.put({ tenantId, id: toAlert(carried.request).id, alertId, operationId, via });
    return outcome;
  };
}
