import type { Operation } from '../../shared/contract/operation.ts';
import type { OperationResult } from '../../shared/contract/operation-result.ts';
import { toTime } from '../../shared/contract/primitives.ts';
import { leftOutCodes } from '../../shared/contract/codes.ts';
import type { DefenderIndicators } from '../../shared/defender/indicators.client.ts';
import { UpstreamRefused, UpstreamUnavailable } from '../../shared/errors.ts';
import { applyPlan, createMayGoOn } from '../../shared/indicators/apply-plan.client.ts';
import type { Applied, AppliedCounts } from '../../shared/indicators/apply-plan.client.ts';
import { indicatorKey } from '../../shared/indicators/feed-item.ts';
import type { Ledgers } from '../../shared/indicators/ledger.store.ts';
import { ledgerWithIntent } from '../../shared/indicators/next-ledger.ts';
import type { SyncPlan } from '../../shared/indicators/sync-plan.ts';
import { toSubmission } from '../../shared/indicators/write-batch.client.ts';
import type { Documents } from '../../shared/registry/documents.store.ts';
import type { TenantRecord } from '../../shared/registry/tenant-record.ts';
import type { Carry, CarryOutcome, CarryTools } from '../../shared/work/carry.ts';
import type { LoadedPlan, PlanTenant } from './plan-tenant.client.ts';
import { inputsOf } from './sync-due.ts';
import type { SyncInputs } from './sync-inputs.client.ts';
import { unknownState } from './sync-state.ts';
import type { SyncState } from './sync-state.ts';
import type { SyncStates } from './sync-states.store.ts';

export interface SyncCarryOptions {
  readonly tenants: Documents<TenantRecord>;
  readonly planTenant: PlanTenant;
  readonly inputs: Pick<SyncInputs, 'readMarks'>;
  readonly ledgers: Ledgers;
  readonly states: SyncStates;
  readonly indicators: DefenderIndicators;
}

const nothing: AppliedCounts = { added: 0, changed: 0, renewed: 0, removed: 0, rejected: 0 };

/**
 * Carries an `IndicatorSync`: plans the tenant afresh at every step and sends what the time, the lease and the budget allow. Nothing
 * but counts is remembered between steps: the ledger says what is there, so a crash at any point only makes the next plan look.
 */
export function createSyncCarry(options: SyncCarryOptions): Carry {
  return async ({ operation }, tools) => {
    const tenant = (await options.tenants.get(operation.tenantId))?.document;
    if (tenant === undefined || tools.isCancelRequested) return { outcome: 'Canceled' };
    try {
      return await syncOnce(options, tenant, { operation, tools });
    } catch (error) {
      if (error instanceof UpstreamRefused) await recordRefusal(options, tenant, tools.now());
      throw error;
    }
  };
}

interface Step {
  readonly operation: Operation;
  readonly tools: CarryTools;
}

async function syncOnce(
  options: SyncCarryOptions,
  tenant: TenantRecord,
  { operation, tools }: Step,
): Promise<CarryOutcome> {
  const loaded = await options.planTenant(tenant, 'IfNeeded');
  if (tenant.policy.indicators.mode === 'Observe') return observe(options, tenant, loaded, tools);
  const applied = await send(options, { tenant, loaded, tools });
  const result = { ...sumOf(operation.result, applied.counts), cut: countOf(loaded.plan, 'over_capacity') };
  if (applied.stopped) return later(applied.stopped, result, tools);
  await options.states.write(tenant.tenantId, toState(loaded, tools.now()));
  return { outcome: 'Done', result };
}

/** The timer would otherwise ask for the same refused sync every minute. */
async function recordRefusal(options: SyncCarryOptions, tenant: TenantRecord, nowMs: number): Promise<void> {
  const state = (await options.states.read(tenant.tenantId)) ?? unknownState;
  const inputs = inputsOf(tenant, await options.inputs.readMarks());
  await options.states.write(tenant.tenantId, { ...state, inputs, refusedAt: toTime(nowMs) });
}

/** Everything is decided and recorded, nothing is written: not to the tenant, nor to the ledger of what it holds. */
async function observe(
  { states }: SyncCarryOptions,
  { tenantId }: TenantRecord,
  loaded: LoadedPlan,
  tools: CarryTools,
): Promise<CarryOutcome> {
  const { plan } = loaded;
  await states.write(tenantId, { ...toState(loaded, tools.now()), observed: true });
  const writes = [...plan.change, ...plan.renew, ...plan.add];
  const result: OperationResult = {
    observed: true,
    added: plan.add.length,
    changed: plan.change.length,
    renewed: plan.renew.length,
    removed: plan.remove.length,
    rejected: 0,
    cut: countOf(plan, 'over_capacity'),
    ...(writes.length === 0
      ? {}
      : {
          request: {
            method: 'POST',
            path: '/api/indicators/import',
            body: { Indicators: writes.slice(0, 10).map(toSubmission) },
          },
        }),
  };
  return { outcome: 'Done', result };
}

interface Sending {
  readonly tenant: TenantRecord;
  readonly loaded: LoadedPlan;
  readonly tools: CarryTools;
}

async function send(
  { ledgers, indicators }: SyncCarryOptions,
  { tenant, loaded, tools }: Sending,
): Promise<Pick<Applied, 'counts' | 'stopped'>> {
  const { plan, stored } = loaded;
  const intended = ledgerWithIntent(stored.ledger, plan, tools.now());
  const isQuiet = plan.add.length + plan.change.length + plan.renew.length + plan.remove.length === 0;
  if (!isQuiet) await tools.saveIntent(null);
  const marked = await ledgers.write(stored, intended);
  if (isQuiet) return { counts: nothing };
  const applied = await applyPlan(indicators, {
    tenant,
    plan,
    before: stored.ledger,
    intended,
    now: tools.now,
    mayGoOn: createMayGoOn(tools.now, tools.leaseLeftMs),
  });
  await ledgers.write(marked, applied.ledger);
  return applied;
}

/** Throttling and the end of the lease cost no attempt; everything else is the engine's to judge, once the counts are kept. */
function later(
  { retryAfterMs, error }: NonNullable<Applied['stopped']>,
  result: OperationResult,
  tools: CarryTools,
): CarryOutcome {
  const isWorthATry = error instanceof UpstreamUnavailable;
  if (error !== undefined && !isWorthATry) throw error;
  return {
    outcome: 'Later',
    dueAtMs: tools.now() + retryAfterMs,
    stage: 'Applying',
    result,
    ...(isWorthATry && !error.throttled ? { isAttemptFailed: true } : {}),
  };
}

function toState({ plan, inputs, others, lastReconciledAt }: LoadedPlan, nowMs: number): SyncState {
  const held = plan.leftOut.filter(({ code }) => code === 'held_by_customer').map(indicatorKey);
  return {
    inputs,
    ...(plan.nextDueAtMs === undefined ? {} : { nextDueAtMs: plan.nextDueAtMs }),
    lastSyncAt: toTime(nowMs),
    ...(lastReconciledAt === undefined ? {} : { lastReconciledAt }),
    others: { count: others.count, keys: held },
    drift: plan.drift,
    leftOut: Object.fromEntries(leftOutCodes.map((code) => [code, countOf(plan, code)])) as SyncState['leftOut'],
  };
}

/** Counts of all steps so far. */
function sumOf(before: OperationResult | undefined, now: AppliedCounts): AppliedCounts {
  return {
    added: (before?.added ?? 0) + now.added,
    changed: (before?.changed ?? 0) + now.changed,
    renewed: (before?.renewed ?? 0) + now.renewed,
    removed: (before?.removed ?? 0) + now.removed,
    rejected: (before?.rejected ?? 0) + now.rejected,
  };
}

function countOf(plan: SyncPlan, code: (typeof leftOutCodes)[number]): number {
  return plan.leftOut.filter((each) => each.code === code).length;
}
