import type { DirectIndicators } from '../../shared/indicators/direct-indicators.ts';
import type { DirectRows } from '../../shared/indicators/direct-rows.store.ts';
import { standingOf } from '../../shared/indicators/direct-standing.ts';
import type { Work } from '../../shared/work/work.store.ts';
import type { PlanTenant } from './plan-tenant.client.ts';
import { toSyncOperation } from './to-sync-operation.ts';

export interface DirectIndicatorsOptions {
  readonly direct: DirectRows;
  readonly planTenant: PlanTenant;
  readonly work: Pick<Work, 'accept' | 'perform'>;
  readonly newId: () => string;
}

/** Makes what other scenarios need to have rows of their own kept by the sync. */
export function createDirectIndicators(options: DirectIndicatorsOptions): DirectIndicators {
  const { direct, planTenant, work, newId } = options;
  return {
    rows: direct,
    sync: async (tenantId) => {
      // The one that runs, if one does: when somebody else carries it, it is not waited for.
      const accepted = await work.accept(toSyncOperation({ tenantId }, { id: newId() }));
      if (!('operation' in accepted)) throw new Error(`A sync was answered with ${accepted.outcome}.`);
      return work.perform(accepted);
    },
    standing: async (tenant, identity) => {
      const loaded = await planTenant(tenant, 'Never');
      const { plan, selection } = loaded.live ?? loaded;
      return standingOf(identity, { ledger: loaded.stored.ledger, plan, excepted: selection.excepted });
    },
  };
}
