import type { IndicatorAnswer } from '../../../shared/contract/indicator.ts';
import type { IndicatorIdentity } from '../../../shared/indicators/feed-item.ts';
import type { TenantRecord } from '../../../shared/registry/tenant-record.ts';
import { answerValue, identitiesOf } from './answer-value.ts';
import type { PlanTenant } from '../plan/plan-tenant.client.ts';

/**
 * How a value stands in a tenant, by our own records (contract §6): the first of those asked about that they know of, or
 * `Unknown`. Values may be of any form that an indicator can be written in. No call to Defender is made.
 */
export function createFindIndicator(planTenant: PlanTenant) {
  return async (
    tenant: TenantRecord,
    asked: readonly IndicatorIdentity[],
  ): Promise<IndicatorAnswer | { readonly state: 'Unknown' }> => {
    const loaded = await planTenant(tenant, 'Never');
    const facts = { ...loaded, ledger: loaded.stored.ledger };
    const answers = asked
      .flatMap(({ indicatorType, indicatorValue }) => identitiesOf(indicatorValue, indicatorType))
      .map((identity) => answerValue(identity, facts));
    return answers.find(({ state }) => state !== 'Unknown') ?? { state: 'Unknown' };
  };
}
