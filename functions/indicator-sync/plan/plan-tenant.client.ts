import type { Clock } from '../../../shared/clock.ts';
import { toTime } from '../../../shared/contract/primitives.ts';
import { quoteText } from '../../../shared/defender/odata.ts';
import type { DefenderIndicators } from '../../../shared/defender/indicators.client.ts';
import type { DirectRow } from '../../../shared/indicators/direct/direct-row.ts';
import { toWantedDirect } from '../../../shared/indicators/direct/direct-row.ts';
import type { DirectRows, DirectState } from '../../../shared/indicators/direct/direct-rows.store.ts';
import { indicatorKey } from '../../../shared/indicators/feed-item.ts';
import type { Ledgers } from '../../../shared/indicators/ledger/ledger.store.ts';
import { tellApart, toTenantRow } from './tenant-rows.ts';
import type { OthersRows, TenantRow } from './tenant-rows.ts';
import { isLeaving } from '../../../shared/registry/tenant-record.ts';
import type { TenantRecord } from '../../../shared/registry/tenant-record.ts';
import { readListed, toListed } from './listed-others.ts';
import { isAskedAnew, isWriting, plansOf } from './loaded-plan.ts';
import type { LoadedPlan } from './loaded-plan.ts';
import { liveRowsOf, planDirect } from './plan-direct.ts';
import { planSync } from './plan-sync.ts';
import { selectIndicators } from './select-indicators.ts';
import type { Selection } from './select-indicators.ts';
import { inputsOf, isReconciliationDue } from './sync-due.ts';
import type { SyncInputs } from './sync-inputs.client.ts';
import type { SyncState } from './sync-state.ts';
import type { SyncStates } from './sync-states.store.ts';

/** Defender's limit of indicators in a tenant; it cannot be raised. https://learn.microsoft.com/defender-endpoint/manage-indicators */
export const tenantLimit = 15_000;

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
  readonly direct: Pick<DirectRows, 'read'>;
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
    const isDue = plansOf(believed).some(({ needsActual }) => needsActual);
    if (list === 'Always' || isDue || isReconciliationDue(tenant.tenantId, reconciledAt, now())) {
      const actual = (await indicators.listIndicators(tenant)).map(toTenantRow);
      const { others } = tellApart(actual, { appId, ledger: stored.ledger, now: now() });
      const loaded = withPlan(options, draft, { others, actual });
      return { ...loaded, listed: toListed(loaded, now(), { at: toTime(now()), drift: loaded.plan.drift }) };
    }
    if (lately !== undefined) return { ...believed, listed: lately };
    if (!plansOf(believed).some(isWriting) && !isAskedAnew(believed.direct)) return believed;
    // Somebody else may hold a value by now, and is never imported over: others' rows alone are one short list.
    const rows = await indicators.listIndicators(tenant, { filter: `createdBy ne ${quoteText(appId)}` });
    const { others } = tellApart(rows.map(toTenantRow), { appId, ledger: stored.ledger, now: now() });
    const loaded = withPlan(options, draft, { others });
    return { ...loaded, listed: toListed(loaded, now()) };
  };
}

type Draft = Pick<LoadedPlan, 'selection' | 'stored' | 'state' | 'inputs' | 'direct'> & {
  readonly tenant: TenantRecord;
  readonly live?: Selection | undefined;
};

const nothingAsked: DirectState = { records: [] };

async function load(options: PlanTenantOptions, tenant: TenantRecord): Promise<Draft> {
  const { tenantId } = tenant;
  const isGoing = isLeaving(tenant);
  const [{ marks, feeds }, direct, stored, state] = await Promise.all([
    // A tenant on its way out wants nothing: the plan is to take out all that is ours.
    isGoing ? { marks: [], feeds: [] } : options.inputs.readFeeds(),
    isGoing ? nothingAsked : options.direct.read(tenantId),
    options.ledgers.read(tenantId),
    options.states.read(tenantId),
  ]);
  const { ownNames, now } = options;
  const policy = tenant.policy.indicators;
  const select = (rows: readonly DirectRow[], from: typeof feeds): Selection => {
    const wanted = rows.map((row) => toWantedDirect(row, policy.rbacGroupNames));
    return selectIndicators({ tenantId, policy, feeds: from, direct: wanted, ownNames, now: now() });
  };
  const rows = direct.records.flatMap(({ row }) => row ?? []);
  const liveRows = isGoing ? undefined : liveRowsOf(tenant.policy, rows);
  return {
    ...{ tenant, selection: select(rows, feeds), stored, state, direct },
    live: liveRows && select(liveRows, []),
    inputs: inputsOf(tenant, marks, { direct: direct.mark, ownNames }),
  };
}

function withPlan(
  { appId, now }: PlanTenantOptions,
  { tenant, live, ...draft }: Draft,
  seen: { readonly others: OthersRows; readonly actual?: readonly TenantRow[] },
): LoadedPlan {
  const { selection, stored, direct } = draft;
  const { reserve } = tenant.policy.indicators;
  const input = { ledger: stored.ledger, appId, limit: tenantLimit, reserve, now: now(), ...seen };
  const stays = new Set(direct.records.flatMap(({ row }) => (row === undefined ? [] : [indicatorKey(row)])));
  return {
    ...draft,
    plan: planSync({ ...input, selection }),
    ...(live && { live: { plan: planDirect({ ...input, selection: live }, stays), selection: live } }),
    others: seen.others,
  };
}

function toOthers(known: SyncState['others'] | undefined): OthersRows {
  return { count: known?.count ?? 0, keys: new Set(known?.keys) };
}
