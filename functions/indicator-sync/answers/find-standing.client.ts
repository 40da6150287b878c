import type { DirectIndicators } from '../../../shared/indicators/direct/direct-indicators.ts';
import { standingOf } from '../../../shared/indicators/direct/direct-standing.ts';
import type { PlanTenant } from '../plan/plan-tenant.client.ts';

/** Makes what tells how a value stands in a tenant, for whoever asked for it directly. No call to Defender is made. */
export function createFindStanding(planTenant: PlanTenant): DirectIndicators['standing'] {
  return async (tenant, identity) => {
    const loaded = await planTenant(tenant, 'Never');
    const { plan, selection } = loaded.live ?? loaded;
    return standingOf(identity, { ledger: loaded.stored.ledger, plan, excepted: selection.excepted });
  };
}
