import { createHash } from 'node:crypto';
import type { IndicatorPlan, TenantIndicators } from '../../../shared/contract/indicator.ts';
import { indicatorKey } from '../../../shared/indicators/feed-item.ts';
import type { Ledger } from '../../../shared/indicators/ledger/ledger.ts';
import type { PlannedRemoval, PlannedWrite, SyncPlan } from '../../../shared/indicators/ledger/sync-plan.ts';
import { unknownState } from '../plan/sync-state.ts';
import type { SyncState } from '../plan/sync-state.ts';

/** How many rows of each kind a plan shows. */
const sampleSize = 20;

/** How a tenant's rows are spent, as of its last sync (contract §6). */
export function toTenantIndicators(
  ledger: Ledger,
  state: SyncState | undefined,
  { limit, reserve }: Pick<TenantIndicators, 'limit' | 'reserve'>,
): TenantIndicators {
  const ours: Record<string, number> = {};
  for (const { owners, indicatorId } of ledger.values()) {
    if (indicatorId === undefined) continue;
    for (const owner of owners) ours[owner] = (ours[owner] ?? 0) + 1;
  }
  const { others, drift, leftOut } = state ?? unknownState;
  return {
    ...{ limit, others: others.count, reserve, ours },
    ...(state?.lastSyncAt === undefined ? {} : { lastSyncAt: state.lastSyncAt }),
    ...(state?.lastReconciledAt === undefined ? {} : { lastReconciledAt: state.lastReconciledAt }),
    drift,
    leftOut,
  };
}

/** What the next sync would do; `planId` names exactly this. */
export function toIndicatorPlan({ add, change, renew, remove }: SyncPlan): IndicatorPlan {
  const samples = {
    ...sample('add', add.map(fromWrite)),
    ...sample('change', change.map(fromWrite)),
    ...sample('renew', renew.map(fromWrite)),
    ...sample('remove', remove.map(fromRemoval)),
  };
  return {
    planId: planIdOf({ add, change, renew, remove }),
    ...{ add: add.length, change: change.length, renew: renew.length, remove: remove.length, samples },
  };
}

/** Changes when what would be written or removed changes; the time at which it is written does not count. */
function planIdOf({ add, change, renew, remove }: Pick<SyncPlan, 'add' | 'change' | 'renew' | 'remove'>): string {
  const named = [add, change, renew].map((writes) =>
    writes.map(({ row, fingerprint }) => [indicatorKey(row), fingerprint]).sort(),
  );
  const all = [...named, remove.map((each) => [indicatorKey(each), each.indicatorId]).sort()];
  return `p_${createHash('sha256').update(JSON.stringify(all)).digest('hex').slice(0, 16)}`;
}

type Sample = NonNullable<IndicatorPlan['samples']['add']>[number];

function sample(kind: keyof IndicatorPlan['samples'], rows: readonly Sample[]): IndicatorPlan['samples'] {
  return rows.length === 0 ? {} : { [kind]: rows.slice(0, sampleSize) };
}

function fromWrite({ row: { indicatorType, indicatorValue, why } }: PlannedWrite): Sample {
  return { indicatorType, indicatorValue, why };
}

function fromRemoval({ indicatorType, indicatorValue, why }: PlannedRemoval): Sample {
  return { indicatorType, indicatorValue, why };
}
