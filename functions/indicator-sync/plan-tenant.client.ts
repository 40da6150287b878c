import type { Clock } from '../../shared/clock.ts';
import { toTime } from '../../shared/contract/primitives.ts';
import type { DefenderIndicator } from '../../shared/defender/indicator-rows.ts';
import { quoteText } from '../../shared/defender/odata.ts';
import type { DefenderIndicators } from '../../shared/defender/indicators.client.ts';
import type { Ledgers, StoredLedger } from '../../shared/indicators/ledger.store.ts';
import type { SyncPlan } from '../../shared/indicators/sync-plan.ts';
import { tellApart } from '../../shared/indicators/tenant-rows.ts';
import type { OthersRows, TenantRow } from '../../shared/indicators/tenant-rows.ts';
import type { TenantRecord } from '../../shared/registry/tenant-record.ts';
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
  readonly lastReconciledAt?: string;
}

/**
 * Plans a tenant. `IfNeeded`: the tenant's own list is read when a crash, a first sync or the day's reconciliation asks for it;
 * `Always`: nothing but the list counts; `Never`: no call is made.
 */
export type PlanTenant = (tenant: TenantRecord, list: 'IfNeeded' | 'Always' | 'Never') => Promise<LoadedPlan>;

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
  const { ledgers, states, indicators, appId, now } = options;
  return async (tenant, list) => {
    const { tenantId } = tenant;
    const policy = tenant.policy.indicators;
    const [{ marks, feeds }, stored, state] = await Promise.all([
      // A tenant that is being removed wants nothing: the plan is to take out all that is ours.
      tenant.connection === 'Removing' ? { marks: [], feeds: [] } : options.inputs.readFeeds(),
      ledgers.read(tenantId),
      states.read(tenantId),
    ]);
    const { ownNames } = options;
    const selection = selectIndicators({ tenantId, policy, feeds, direct: [], ownNames, now: now() });
    const plan = (actual: readonly TenantRow[] | undefined, others: OthersRows): SyncPlan =>
      planSync({
        ...{ selection, ledger: stored.ledger, appId, others, limit: tenantLimit, reserve: policy.reserve, now: now() },
        ...(actual === undefined ? {} : { actual }),
      });
    const known = toOthers(state);
    const believed = plan(undefined, known);
    const base = { selection, stored, state, inputs: inputsOf(tenant, marks) };
    const { lastReconciledAt } = state ?? {};
    const since = lastReconciledAt === undefined ? {} : { lastReconciledAt };
    const isDue = believed.needsActual || isReconciliationDue(tenantId, lastReconciledAt, now());
    if (list === 'Never') return { ...base, ...since, plan: believed, others: known };
    if (list === 'IfNeeded' && !isDue) {
      if (believed.add.length + believed.change.length === 0)
        return { ...base, ...since, plan: believed, others: known };
      // Somebody else may hold a value by now, and is never imported over: others' rows alone are one short list.
      const rows = (await indicators.listIndicators(tenant, { filter: `createdBy ne ${quoteText(appId)}` })).map(
        toTenantRow,
      );
      const { others } = tellApart(rows, { appId, ledger: stored.ledger, now: now() });
      return { ...base, ...since, plan: plan(undefined, others), others };
    }
    const actual = (await indicators.listIndicators(tenant)).map(toTenantRow);
    const { others } = tellApart(actual, { appId, ledger: stored.ledger, now: now() });
    return { ...base, plan: plan(actual, others), others, lastReconciledAt: toTime(now()) };
  };
}

function toOthers(state: SyncState | undefined): OthersRows {
  return { count: state?.others.count ?? 0, keys: new Set(state?.others.keys) };
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
