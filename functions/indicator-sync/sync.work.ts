import type { Operation } from '../../shared/contract/operation.ts';
import { toTime } from '../../shared/contract/primitives.ts';
import type { DefenderIndicators } from '../../shared/defender/indicators.client.ts';
import { UpstreamRefused, UpstreamUnavailable } from '../../shared/errors.ts';
import { applyPlan } from '../../shared/indicators/ledger/apply-plan.client.ts';
import type { Applied, AppliedCounts } from '../../shared/indicators/ledger/apply-plan.client.ts';
import type { DirectRows } from '../../shared/indicators/direct/direct-rows.store.ts';
import type { Ledgers } from '../../shared/indicators/ledger/ledger.store.ts';
import { ledgerWithIntent } from '../../shared/indicators/ledger/next-ledger.ts';
import { createMayGoOn } from '../../shared/indicators/ledger/may-go-on.ts';
import type { SyncPlan } from '../../shared/indicators/ledger/sync-plan.ts';
import type { Documents } from '../../shared/registry/documents.store.ts';
import { isLeaving } from '../../shared/registry/tenant-record.ts';
import type { TenantRecord } from '../../shared/registry/tenant-record.ts';
import type { CarriedOperation, Carry, CarryOutcome, CarryTools } from '../../shared/work/carry.ts';
import { toKept } from './plan/listed-others.ts';
import type { LoadedPlan } from './plan/loaded-plan.ts';
import type { PlanTenant } from './plan/plan-tenant.client.ts';
import { inputsOf } from './plan/sync-due.ts';
import type { SyncInputs } from './plan/sync-inputs.client.ts';
import { toObservedResult, toSyncResult } from './sync-result.ts';
import { toSyncState, unknownState } from './plan/sync-state.ts';
import type { SyncStates } from './plan/sync-states.store.ts';

export interface SyncCarryOptions {
  readonly tenants: Documents<TenantRecord>;
  readonly planTenant: PlanTenant;
  readonly inputs: Pick<SyncInputs, 'readMarks'>;
  readonly ledgers: Ledgers;
  readonly states: SyncStates;
  readonly direct: Pick<DirectRows, 'read' | 'forgetOver'>;
  readonly indicators: DefenderIndicators;
  /** Of partner.json. */
  readonly ownNames: readonly string[];
}

const nothing: AppliedCounts = { added: 0, changed: 0, renewed: 0, removed: 0, rejected: 0 };

/**
 * Carries an `IndicatorSync`: plans the tenant afresh at every step and sends what the time, the lease and the budget allow. Nothing
 * but counts, and for two minutes what a list said, is remembered between steps: the ledger says what is there, so a crash at any point
 * only makes the next plan look.
 */
export function createSyncCarry(options: SyncCarryOptions): Carry {
  return async (carried, tools) => {
    const tenant = (await options.tenants.get(carried.operation.tenantId))?.document;
    if (tenant === undefined || tools.isCancelRequested) return { outcome: 'Canceled' };
    if (isLeaving(tenant)) return { outcome: 'Canceled', error: { code: 'superseded', message: 'The tenant leaves.' } };
    try {
      return await syncOnce(options, tenant, { carried, tools });
    } catch (error) {
      if (error instanceof UpstreamRefused) await recordRefusal(options, tenant, tools.now());
      throw error;
    }
  };
}

interface Step {
  readonly carried: CarriedOperation;
  readonly tools: CarryTools;
}

async function syncOnce(
  options: SyncCarryOptions,
  tenant: TenantRecord,
  { carried, tools }: Step,
): Promise<CarryOutcome> {
  const loaded = await options.planTenant(tenant, 'IfNeeded', carried.state);
  const isObserving = tenant.policy.indicators.mode === 'Observe';
  // When it is observed, everything is decided and recorded, and of what the feeds say nothing is written: not to the tenant, nor to the
  // ledger of what it holds.
  const part = isObserving ? loaded.live : loaded;
  const applied = part ? await send(options, { tenant, loaded, plan: part.plan, tools }) : { counts: nothing };
  const result = isObserving
    ? toObservedResult(loaded.plan)
    : toSyncResult(carried.operation.result, applied.counts, loaded.plan);
  if (applied.stopped) return later(applied.stopped, { result, loaded, tools });
  await options.direct.forgetOver(tenant.tenantId, loaded.direct.records, tools.now());
  const { rejected } = applied.counts;
  await options.states.write(tenant.tenantId, {
    ...toSyncState(loaded, { nowMs: tools.now(), rejected }),
    ...(isObserving ? { observed: true } : {}),
  });
  return { outcome: 'Done', result };
}

/** The timer would otherwise ask for the same refused sync every minute. */
async function recordRefusal(options: SyncCarryOptions, tenant: TenantRecord, nowMs: number): Promise<void> {
  const state = (await options.states.read(tenant.tenantId)) ?? unknownState;
  const { mark } = await options.direct.read(tenant.tenantId);
  const { ownNames } = options;
  const inputs = inputsOf(tenant, await options.inputs.readMarks(), { direct: mark, ownNames });
  await options.states.write(tenant.tenantId, { ...state, inputs, refusedAt: toTime(nowMs) });
}

interface Sending {
  readonly tenant: TenantRecord;
  readonly loaded: LoadedPlan;
  /** What of it is carried out. */
  readonly plan: SyncPlan;
  readonly tools: CarryTools;
}

async function send(
  { ledgers, indicators }: SyncCarryOptions,
  { tenant, loaded, plan, tools }: Sending,
): Promise<Pick<Applied, 'counts' | 'stopped'>> {
  const { stored, listed } = loaded;
  const intended = ledgerWithIntent(stored.ledger, plan, tools.now());
  const isQuiet = plan.add.length + plan.change.length + plan.renew.length + plan.remove.length === 0;
  if (!isQuiet) await tools.saveIntent(toKept(listed));
  const marked = await ledgers.write(stored, intended);
  if (isQuiet) return { counts: nothing };
  const applied = await applyPlan(indicators, {
    ...{ tenant, plan, before: stored.ledger, intended, now: tools.now },
    mayGoOn: createMayGoOn(tools.now, tools.leaseLeftMs),
  });
  await ledgers.write(marked, applied.ledger);
  return applied;
}

interface Stopped {
  readonly result: NonNullable<Operation['result']>;
  readonly loaded: LoadedPlan;
  readonly tools: CarryTools;
}

/** Throttling and the end of the time cost no attempt; everything else is the engine's to judge, once the counts are kept. */
async function later(
  { retryAfterMs, error }: NonNullable<Applied['stopped']>,
  { result, loaded, tools }: Stopped,
): Promise<CarryOutcome> {
  if (error !== undefined && !(error instanceof UpstreamUnavailable)) {
    await tools.saveIntent(toKept(loaded.listed), { result });
    throw error;
  }
  return {
    outcome: 'Later',
    dueAtMs: tools.now() + retryAfterMs,
    stage: 'Applying',
    result,
    ...(error?.throttled === false ? { isAttemptFailed: true } : {}),
  };
}
