import { toTime } from '../../shared/contract/primitives.ts';
import type { DefenderIndicators } from '../../shared/defender/indicators.client.ts';
import { TenantSuspended, UpstreamRefused, UpstreamUnavailable } from '../../shared/errors.ts';
import { applyPlan } from '../../shared/indicators/ledger/apply-plan.client.ts';
import type { DirectRows } from '../../shared/indicators/direct/direct-rows.store.ts';
import type { Ledgers } from '../../shared/indicators/ledger/ledger.store.ts';
import type { Ledger } from '../../shared/indicators/ledger/ledger.ts';
import { createMayGoOn } from '../../shared/indicators/ledger/may-go-on.ts';
import type { Documents } from '../../shared/registry/documents.store.ts';
import { isLeaving, toRemoved } from '../../shared/registry/tenant-record.ts';
import type { TenantRecord } from '../../shared/registry/tenant-record.ts';
import type { CarriedOperation, Carry, CarryOutcome, CarryTools } from '../../shared/work/carry.ts';
import type { PlanTenant } from './plan/plan-tenant.client.ts';
import type { SyncStates } from './plan/sync-states.store.ts';

export interface RemoveTenantOptions {
  readonly tenants: Documents<TenantRecord>;
  readonly planTenant: PlanTenant;
  readonly ledgers: Ledgers;
  readonly states: SyncStates;
  readonly direct: Pick<DirectRows, 'removeAll'>;
  readonly indicators: DefenderIndicators;
  /** Asks a running sync of the tenant to end; false while it still runs. */
  readonly endSync: (tenantId: string) => Promise<boolean>;
}

/** How long a sync is given before it is looked at again. */
const syncEndsMs = 5_000;

/**
 * Carries a `TenantRemoval`: takes out every row that is ours and proves it on the tenant's own list. A tenant that lets us in no more
 * keeps its rows until they expire: then the operation says how many are left, and until when. Every step can be repeated, the last
 * one too: a crash between the end of the removal and the end of its operation shows nothing but the same answer.
 */
export function createRemoveTenant(options: RemoveTenantOptions): Carry {
  return async (carried, tools) => {
    const { tenantId } = carried.operation;
    const tenant = (await options.tenants.get(tenantId))?.document;
    if (tenant === undefined) return { outcome: 'Canceled' };
    // Connected again in between, which is only possible once the removal was through.
    if (!isLeaving(tenant))
      return { outcome: 'Canceled', error: { code: 'superseded', message: 'The tenant is back.' } };
    // What a sync imports after the look that proves the end would stay.
    if (!(await options.endSync(tenantId))) return later({ dueAtMs: tools.now() + syncEndsMs });
    try {
      return await removeRows(options, tenant, { carried, tools });
    } catch (error) {
      if (!isForGood(error)) throw error;
      return leaveRows(options, tenantId, { carried, tools });
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
  if (plan.remove.length === 0) {
    await options.ledgers.write(stored, new Map());
    await finish(options, tenant.tenantId);
    return { outcome: 'Done', result: { removed: removedBefore, left: 0 } };
  }
  await tools.saveIntent(null);
  // Should the removal be taken back, the tenant is one that was never synced: then the list is read, and what is gone comes back.
  await options.states.remove(tenant.tenantId);
  const applied = await applyPlan(options.indicators, {
    ...{ tenant, plan, before: stored.ledger, intended: stored.ledger, now: tools.now },
    mayGoOn: createMayGoOn(tools.now, tools.leaseLeftMs),
  });
  await options.ledgers.write(stored, applied.ledger);
  const result = { removed: removedBefore + applied.counts.removed };
  const { error, retryAfterMs = 0 } = applied.stopped ?? {};
  if (error !== undefined && !(error instanceof UpstreamUnavailable)) {
    await tools.saveIntent(null, { result });
    throw error;
  }
  // Looked at once more: only the tenant's list proves that nothing of ours is left.
  return later({
    ...{ dueAtMs: tools.now() + retryAfterMs, result },
    ...(error?.throttled === false ? { isAttemptFailed: true } : {}),
  });
}

function later(when: Omit<Extract<CarryOutcome, { outcome: 'Later' }>, 'outcome' | 'stage'>): CarryOutcome {
  return { outcome: 'Later', stage: 'Applying', ...when };
}

/** No consent, no licence, no role, or a refusal of the calls themselves: asking again changes nothing. */
function isForGood(error: unknown): boolean {
  return error instanceof TenantSuspended || error instanceof UpstreamRefused;
}

async function leaveRows(
  options: RemoveTenantOptions,
  tenantId: string,
  { carried, tools }: Step,
): Promise<CarryOutcome> {
  const { ledger } = await options.ledgers.read(tenantId);
  const ends = standing(ledger, tools.now());
  const last = ends.reduce((latest, end) => Math.max(latest, end), 0);
  const removed = carried.operation.result?.removed ?? 0;
  const result = { removed, left: ends.length, ...(ends.length === 0 ? {} : { lastExpirationTime: toTime(last) }) };
  await finish(options, tenantId);
  if (ends.length === 0) return { outcome: 'Done', result };
  const message = `${ends.length} indicators stay in the tenant, which lets us in no more; they end by themselves.`;
  return { outcome: 'Failed', result, error: { code: 'indicators_left', message } };
}

/** When the rows end that we believe to be there, or that may be. */
function standing(ledger: Ledger, nowMs: number): readonly number[] {
  return [...ledger.values()]
    .filter(({ indicatorId, pending }) => indicatorId !== undefined || pending === true)
    .map(({ expirationTime }) => Date.parse(expirationTime))
    .filter((endsAtMs) => endsAtMs > nowMs);
}

async function finish({ tenants, states, direct }: RemoveTenantOptions, tenantId: string): Promise<void> {
  await states.remove(tenantId);
  await direct.removeAll(tenantId);
  await tenants.change(tenantId, (current) => {
    if (current === undefined) throw new Error(`Tenant ${tenantId} is gone while it was being removed.`);
    return toRemoved(current);
  });
}
