import type { DirectState } from '../../../shared/indicators/direct/direct-rows.store.ts';
import type { StoredLedger } from '../../../shared/indicators/ledger/ledger.store.ts';
import type { SyncPlan } from '../../../shared/indicators/ledger/sync-plan.ts';
import type { OthersRows } from './tenant-rows.ts';
import type { Listed } from './listed-others.ts';
import type { Selection } from './select-indicators.ts';
import type { SyncState } from './sync-state.ts';

/** The part of a tenant's rows that was asked for directly, planned by itself. */
export interface DirectPlan {
  readonly plan: SyncPlan;
  readonly selection: Selection;
}

/** A plan with what it was made from. */
export interface LoadedPlan {
  readonly plan: SyncPlan;
  readonly selection: Selection;
  readonly stored: StoredLedger;
  readonly state: SyncState | undefined;
  readonly inputs: string;
  readonly others: OthersRows;
  /** What actions and alert responses asked for, also what is over by now. */
  readonly direct: DirectState;
  /** In mode `Observe`: what is carried out all the same, because whoever asked for it directly is `Live`. */
  readonly live?: DirectPlan;
  /** What a list of the tenant said, now or in an earlier step of the same sync; absent when none was read. */
  readonly listed?: Listed;
}

/** Everything that is planned. */
export function plansOf({ plan, live }: LoadedPlan): readonly SyncPlan[] {
  return live === undefined ? [plan] : [plan, live.plan];
}

/** Somebody asks for a row and waits: what was believed of the tenant when it was last listed is no answer. */
export function isAskedAnew({ records }: DirectState): boolean {
  return records.some(({ row, open }) => row !== undefined && open !== undefined);
}

/** Whether rows are to be imported. */
export function isWriting({ add, change, renew }: SyncPlan): boolean {
  return add.length + change.length + renew.length > 0;
}
