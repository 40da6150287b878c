import type { OperationResult, UpstreamRequest } from '../../shared/contract/operation-result.ts';
import type { AppliedCounts } from '../../shared/indicators/ledger/apply-plan.client.ts';
import type { SyncPlan } from '../../shared/indicators/ledger/sync-plan.ts';
import { toSubmission } from '../../shared/indicators/ledger/to-submission.ts';
import { countLeftOut } from './plan/sync-state.ts';

/** How many rows the request of an observed sync shows. */
const shownRows = 10;

/** The result of an operation after one more step: counts of all steps so far. */
export function toSyncResult(before: OperationResult | undefined, now: AppliedCounts, plan: SyncPlan): OperationResult {
  return {
    added: (before?.added ?? 0) + now.added,
    changed: (before?.changed ?? 0) + now.changed,
    renewed: (before?.renewed ?? 0) + now.renewed,
    removed: (before?.removed ?? 0) + now.removed,
    rejected: (before?.rejected ?? 0) + now.rejected,
    cut: countLeftOut(plan, 'over_capacity'),
  };
}

/** What a sync would have done, in mode `Observe` (contract §11). */
export function toObservedResult(plan: SyncPlan): OperationResult {
  const request = requestOf(plan);
  return {
    observed: true,
    added: plan.add.length,
    changed: plan.change.length,
    renewed: plan.renew.length,
    removed: plan.remove.length,
    rejected: 0,
    cut: countLeftOut(plan, 'over_capacity'),
    ...(request === undefined ? {} : { request }),
  };
}

/** The beginning of the first call that writes rows; where none does, of the one that takes rows out. */
function requestOf({ change, renew, add, remove }: SyncPlan): UpstreamRequest | undefined {
  const writes = [...change, ...renew, ...add].slice(0, shownRows);
  if (writes.length > 0) {
    return { method: 'POST', path: '/api/indicators/import', body: { Indicators: writes.map(toSubmission) } };
  }
  const ids = remove.slice(0, shownRows).map(({ indicatorId }) => indicatorId);
  if (ids.length === 0) return undefined;
  return { method: 'POST', path: '/api/indicators/BatchDelete', body: { IndicatorIds: ids } };
}
