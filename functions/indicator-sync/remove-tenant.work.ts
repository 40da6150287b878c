import { toTime } from '../../shared/contract/primitives.ts';
import type { DefenderIndicators } from '../../shared/defender/indicators.client.ts';
import { TenantSuspended, UpstreamRefused, UpstreamUnavailable } from '../../shared/errors.ts';
import { applyPlan, createMayGoOn } from '../../shared/indicators/apply-plan.client.ts';
import type { Ledgers } from '../../shared/indicators/ledger.store.ts';
import type { Ledger } from '../../shared/indicators/ledger.ts';
import type { Documents } from '../../shared/registry/documents.store.ts';
import { toRemoved } from '../../shared/registry/tenant-record.ts';
import type { TenantRecord } from '../../shared/registry/tenant-record.ts';
import type { CarriedOperation, Carry, CarryOutcome, CarryTools } from '../../shared/work/carry.ts';
import type { PlanTenant } from './plan-tenant.client.ts';
import type { SyncStates } from './sync-states.store.ts';

export interface RemoveTenantOptions {
  readonly tenants: Documents<TenantRecord>;
  readonly planTenant: PlanTenant;
  readonly ledgers: Ledgers;
  readonly states: SyncStates;
  readonly indicators: DefenderIndicators;
}

/**
 * Carries a `TenantRemoval`: takes out every row that is ours and proves it on the tenant's own list. A tenant that lets us in no more
 * keeps its rows until they expire: then the operation says how many are left, and until when.
 */
export function createRemoveTenant(options: RemoveTenantOptions): Carry {
  return async (carried, tools) => {
    const tenant = (await options.tenants.get(carried.operation.tenantId))?.document;
    if (tenant === undefined) return { outcome: 'Canceled' };
    try {
      return await removeRows(options, tenant, { carried, tools });
    } catch (error) {
      if (!isForGood(error)) throw error;
      return leaveRows(options, tenant.tenantId, carried);
    }
  };
}

interface Step {
  readonly carried: CarriedOperation;
  readonly tools: CarryTools;
}

async function removeRows(options: RemoveTenantOptions, tenant: TenantRecord, step: Step): Promise<CarryOutcome> {
  const { carried, tools } = step;
  const { plan, stored } = await options.planTenant(tenant, 'Always');
  const removedBefore = carried.operation.result?.removed ?? 0;
  if (plan.remove.length === 0) return finish(options, tenant.tenantId, { removed: removedBefore, left: 0 });
  await tools.saveIntent(null);
  const applied = await applyPlan(options.indicators, {
    ...{ tenant, plan, before: stored.ledger, intended: stored.ledger, now: tools.now },
    mayGoOn: createMayGoOn(tools.now, tools.leaseLeftMs),
  });
  await options.ledgers.write(stored, applied.ledger);
  const { error, retryAfterMs = 0 } = applied.stopped ?? {};
  if (error !== undefined && !(error instanceof UpstreamUnavailable && error.throttled)) throw error;
  // Looked at once more: only the tenant's list proves that nothing of ours is left.
  const result = { removed: removedBefore + applied.counts.removed };
  return { outcome: 'Later', dueAtMs: tools.now() + retryAfterMs, stage: 'Applying', result };
}

/** No consent, no licence, or no role: nobody will let us take them out. */
function isForGood(error: unknown): boolean {
  return error instanceof TenantSuspended || (error instanceof UpstreamRefused && error.code === 'role_missing');
}

async function leaveRows(
  options: RemoveTenantOptions,
  tenantId: string,
  carried: CarriedOperation,
): Promise<CarryOutcome> {
  const { ledger } = await options.ledgers.read(tenantId);
  const ends = [...standing(ledger)];
  const removed = carried.operation.result?.removed ?? 0;
  const last = ends.reduce((latest, end) => Math.max(latest, end), 0);
  const result = { removed, left: ends.length, ...(ends.length === 0 ? {} : { lastExpirationTime: toTime(last) }) };
  const done = await finish(options, tenantId, result);
  if (ends.length === 0) return done;
  const message = `${ends.length} indicators stay in the tenant, which lets us in no more; they end by themselves.`;
  return { outcome: 'Failed', result, error: { code: 'indicators_left', message } };
}

function standing(ledger: Ledger): readonly number[] {
  return [...ledger.values()]
    .filter(({ indicatorId, pending }) => indicatorId !== undefined || pending === true)
    .map(({ expirationTime }) => Date.parse(expirationTime));
}

async function finish(
  { tenants, states }: RemoveTenantOptions,
  tenantId: string,
  result: { readonly removed: number; readonly left: number },
): Promise<CarryOutcome> {
  await states.remove(tenantId);
  await tenants.change(tenantId, (current) => {
    if (current === undefined) throw new Error(`Tenant ${tenantId} is gone while it was being removed.`);
    return toRemoved(current);
  });
  return { outcome: 'Done', result };
}
