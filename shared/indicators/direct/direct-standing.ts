import type { IndicatorAction } from '../../contract/indicator.ts';
import { indicatorKey } from '../feed-item.ts';
import type { IndicatorIdentity } from '../feed-item.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { SyncPlan } from '../ledger/sync-plan.ts';
import type { LeftOut } from '../wanted-row.ts';

/**
 * How a value stands in a tenant, for whoever asked for it or against it. `Held`: Defender has the row. `Moving`: something is still to be
 * sent, or its answer is not known. `Gone`: nothing of ours holds it. The other two: why it is not sent.
 */
export type DirectStanding =
  | {
      readonly state: 'Held';
      readonly indicatorId: string;
      readonly action: IndicatorAction;
      /** Of the row in Defender, as last recorded. */
      readonly owners: readonly string[];
    }
  | { readonly state: 'Moving' | 'Gone' }
  | { readonly state: 'Excepted'; readonly reason: string }
  | ({ readonly state: 'LeftOut' } & Pick<LeftOut, 'code' | 'why' | 'failureReason'>);

/** What is known of a tenant: its ledger, and what the next sync would do. */
export interface StandingFacts {
  readonly ledger: Ledger;
  readonly plan: SyncPlan;
  readonly excepted: readonly (IndicatorIdentity & { readonly reason: string })[];
}

/** Tells how a value stands. */
export function standingOf(identity: IndicatorIdentity, { ledger, plan, excepted }: StandingFacts): DirectStanding {
  const key = indicatorKey(identity);
  const isIt = (row: IndicatorIdentity): boolean => indicatorKey(row) === key;
  const writes = [...plan.add, ...plan.change, ...plan.renew];
  if (plan.remove.some(isIt) || writes.some(({ row }) => isIt(row))) return { state: 'Moving' };
  const left = plan.leftOut.find(isIt);
  if (left !== undefined) {
    const { code, why, failureReason } = left;
    return { state: 'LeftOut', code, why, ...(failureReason === undefined ? {} : { failureReason }) };
  }
  const exception = excepted.find(isIt);
  if (exception !== undefined) return { state: 'Excepted', reason: exception.reason };
  const entry = ledger.get(key);
  if (entry?.pending === true) return { state: 'Moving' };
  if (entry?.indicatorId === undefined || plan.forget.some(isIt)) return { state: 'Gone' };
  const { indicatorId, action, owners } = entry;
  return { state: 'Held', indicatorId, action, owners };
}
