import type { Clock } from '../../shared/clock.ts';
import { toTime } from '../../shared/contract/primitives.ts';
import type { DefenderIndicator } from '../../shared/defender/indicator-rows.ts';
import { quoteText } from '../../shared/defender/odata.ts';
import type { DefenderIndicators } from '../../shared/defender/indicators.client.ts';
import type { Ledgers, StoredLedger } from '../../shared/indicators/ledger.store.ts';
import type { SyncPlan } from '../../shared/indicators/sync-plan.ts';
import { tellApart } from '../../shared/indicators/tenant-rows.ts';
import type { OthersRows, TenantRow } from '../../shared/indicators/tenant-rows.ts';
import { isLeaving } from '../../shared/registry/tenant-record.ts';
import type { TenantRecord } from '../../shared/registry/tenant-record.ts';
import { readListed, toListed } from './listed-others.ts';
import type { Listed } from './listed-others.ts';
import { planSync } from './plan-sync.ts';
import { selectIndicators } from './select-indicators.ts';
import type { Selection } from './select-indicators.ts';
import { inputsOf, isReconciliationDue } from './sync-due.ts';
import type { SyncInputs } from './sync-inputs.client.ts';
import type { SyncState } from './sync-state.ts';
import type { SyncStates } from './sync-states.store.ts';

/** Defender's limit of indicators in a tenant; it cannot be raised. https://learn.microsoft.com/defender-endpoint/manage-indicators */
export const tenantLimit = 15_000;

/** A plan with what it was made from. */
export interface LoadedPlan {
  readonly plan: SyncPlan;
  readonly selection: Selection;
  readonly stored: StoredLedger;
  readonly state: SyncState | undefined;
  readonly inputs: string;
  readonly others: OthersRows;
  /** What a list of the tenant said, now or in an earlier step of the same sync; absent when none was read. */
  readonly listed?: Listed;
}

/**
 * Plans a tenant. `IfNeeded`: the tenant's whole list is read when a crash, a first sync or the day's reconciliation asks for it, others'
 * rows alone whenever something is to be written; `Always`: nothing but the whole list counts; `Never`: no call is made.
 * `kept` is what an earlier step of the same sync kept of its list (`listed`).
 */
export type PlanTenant = (
  tenant: TenantRecord,
  list: 'IfNeeded' | 'Always' | 'Never',
  kept?: unknown,
) => Promise<LoadedPlan>;

export interface PlanTenantOptions {
  readonly inputs: SyncInputs;
  readonly ledgers: Ledgers;
  readonly states: SyncStates;
  readonly indicators: Pick<DefenderIndicators, 'listIndicators'>;
  readonly appId: string;
  readonly ownNames: readonly string[];
  readonly now: Clock;
}

/** Makes the planner: loads everything, computes with pure functions. */
export function createPlanTenant(options: PlanTenantOptions): PlanTenant {
  const { indicators, appId, now } = options;
  return async (tenant, list, kept) => {
    const draft = await load(options, tenant);
    const { state, stored, inputs } = draft;
    const lately = readListed(kept, inputs, now());
    const believed = withPlan(options, draft, { others: toOthers(lately?.others ?? state?.others) });
    if (list === 'Never') return believed;
    const reconciledAt = lately?.whole?.at ?? state?.lastReconciledAt;
    const isDue = believed.plan.needsActual || isReconciliationDue(tenant.tenantId, reconciledAt, now());
    if (list === 'Always' || isDue) {
      const actual = (await indicators.listIndicators(tenant)).map(toTenantRow);
      const { others } = tellApart(actual, { appId, ledger: stored.ledger, now: now() });
      const loaded = withPlan(options, draft, { others, actual });
      return { ...loaded, listed: toListed(loaded, now(), { at: toTime(now()), drift: loaded.plan.drift }) };
    }
    if (lately !== undefined) return { ...believed, listed: lately };
    if (!isWriting(believed.plan)) return believed;
    // Somebody else may hold a value by now, and is never imported over: others' rows alone are one short list.
    const rows = await indicators.listIndicators(tenant, { filter: `createdBy ne ${quoteText(appId)}` });
    const { others } = tellApart(rows.map(toTenantRow), { appId, ledger: stored.ledger, now: now() });
    const loaded = withPlan(options, draft, { others });
    return { ...loaded, listed: toListed(loaded, now()) };
  };
}

type Draft = Pick<LoadedPlan, 'selection' | 'stored' | 'state' | 'inputs'> & { readonly tenant: TenantRecord };

async function load(options: PlanTenantOptions, tenant: TenantRecord): Promise<Draft> {
  const { tenantId } = tenant;
  const [{ marks, feeds }, stored, state] = await Promise.all([
    // A tenant on its way out wants nothing: the plan is to take out all that is ours.
    isLeaving(tenant) ? { marks: [], feeds: [] } : options.inputs.readFeeds(),
    options.ledgers.read(tenantId),
    options.states.read(tenantId),
  ]);
  const { ownNames, now } = options;
  const policy = tenant.policy.indicators;
  const selection = selectIndicators({ tenantId, policy, feeds, direct: [], ownNames, now: now() });
  return { tenant, selection, stored, state, inputs: inputsOf(tenant, marks) };
}

function withPlan(
  { appId, now }: PlanTenantOptions,
  { tenant, ...draft }: Draft,
  seen: { readonly others: OthersRows; readonly actual?: readonly TenantRow[] },
): LoadedPlan {
  const { selection, stored } = draft;
  const { reserve } = tenant.policy.indicators;
  const input = { selection, ledger: stored.ledger, appId, limit: tenantLimit, reserve, now: now() };
  return { ...draft, plan: planSync({ ...input, ...seen }), others: seen.others };
}

function isWriting({ add, change, renew }: SyncPlan): boolean {
  return add.length + change.length + renew.length > 0;
}

function toOthers(known: SyncState['others'] | undefined): OthersRows {
  return { count: known?.count ?? 0, keys: new Set(known?.keys) };
}

function toTenantRow({ id, createdBy, expirationTime, title, description, ...row }: DefenderIndicator): TenantRow {
  const { indicatorType, indicatorValue, action, severity, generateAlert, rbacGroupNames } = row;
  return {
    ...{ indicatorId: id, indicatorType, indicatorValue, action, severity, generateAlert, rbacGroupNames },
    ...(createdBy === undefined ? {} : { createdBy }),
    ...(expirationTime === undefined ? {} : { expirationTime }),
    ...(title === undefined ? {} : { title }),
    ...(description === undefined ? {} : { description }),
  };
}
