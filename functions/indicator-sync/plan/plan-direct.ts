import type { TenantPolicy } from '../../../shared/contract/tenant.ts';
import { directSourceSchema } from '../../../shared/indicators/direct/direct-row.ts';
import type { DirectRow, DirectSource } from '../../../shared/indicators/direct/direct-row.ts';
import { indicatorKey } from '../../../shared/indicators/feed-item.ts';
import type { IndicatorIdentity } from '../../../shared/indicators/feed-item.ts';
import type { Ledger, LedgerEntry } from '../../../shared/indicators/ledger/ledger.ts';
import type { SyncPlan } from '../../../shared/indicators/ledger/sync-plan.ts';
import { directOwner } from '../../../shared/indicators/wanted-row.ts';
import type { WantedRow } from '../../../shared/indicators/wanted-row.ts';
import { planSync } from './plan-sync.ts';
import type { PlanInput } from './plan-sync.ts';

/**
 * What is carried out although the tenant's feeds are only observed: the rows whose askers are `Live` (contract §11: each scenario has its
 * own mode). `undefined`: nothing, because the sync itself is `Live`, or nobody is.
 */
export function liveRowsOf(policy: TenantPolicy, rows: readonly DirectRow[]): readonly DirectRow[] | undefined {
  if (policy.indicators.mode === 'Live') return undefined;
  const isLive = (source: DirectSource): boolean => policy[source].mode === 'Live';
  if (!directSourceSchema.options.some(isLive)) return undefined;
  return rows.filter(({ source }) => isLive(source));
}

/**
 * The plan for a tenant whose feeds are only observed, while somebody who asks for rows directly is `Live`: `selection` has those rows
 * alone. Nothing that a feed owns is touched; what `stays` (by `indicatorKey`: asked for by others, who are not `Live`) neither.
 */
export function planDirect(input: PlanInput, stays: ReadonlySet<string>): SyncPlan {
  const wanted = new Set(input.selection.wanted.map(indicatorKey));
  const entries = [...input.ledger.values()];
  const isFeeds = (entry: LedgerEntry): boolean => !wanted.has(indicatorKey(entry)) && !isOnlyDirect(entry);
  const standing = entries.filter((entry) => isFeeds(entry) && entry.indicatorId !== undefined).length;
  const selection = { ...input.selection, wanted: input.selection.wanted.map((row) => withOwners(row, input.ledger)) };
  const plan = planSync({ ...input, selection, limit: input.limit - standing });
  const isOurs = (identity: IndicatorIdentity): boolean => {
    const key = indicatorKey(identity);
    const entry = input.ledger.get(key);
    return wanted.has(key) || (entry !== undefined && isOnlyDirect(entry) && !stays.has(key));
  };
  const isPending = entries.some((entry) => entry.pending === true && isOurs(entry));
  const letGo = entries.filter((entry) => isFeeds(entry) && isShared(entry) && !stays.has(indicatorKey(entry)));
  return {
    ...plan,
    remove: plan.remove.filter(isOurs),
    forget: plan.forget.filter(isOurs),
    unchanged: [...plan.unchanged.filter(isOurs), ...letGo.map(withoutDirect)],
    needsActual: input.actual === undefined && isPending,
  };
}

/** A feed that owns the row besides does so still. */
function withOwners(row: WantedRow, ledger: Ledger): WantedRow {
  const owners = new Set([...row.owners, ...(ledger.get(indicatorKey(row))?.owners ?? [])]);
  return { ...row, owners: [...owners].sort() };
}

function isOnlyDirect({ owners }: LedgerEntry): boolean {
  return owners.every((owner) => owner === directOwner);
}

function isShared({ owners }: LedgerEntry): boolean {
  return owners.includes(directOwner) && owners.length > 1;
}

/** Nobody asks for it directly any more; the feeds that own it besides keep it. */
function withoutDirect(entry: LedgerEntry): LedgerEntry {
  return { ...entry, owners: entry.owners.filter((owner) => owner !== directOwner) };
}
