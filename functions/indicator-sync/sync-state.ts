import type { TenantIndicators } from '../../shared/contract/indicator.ts';

/** What the last sync of a tenant left behind: enough to see, without reading anything else of the tenant, that nothing is to be done. */
export interface SyncState {
  /** Of everything the plan was made from (policy, feed versions); another one means that a sync is due. */
  readonly inputs: string;
  /** Epoch milliseconds from which time alone makes a sync due (a renewal, the end of a grace). */
  readonly nextDueAtMs?: number;
  readonly lastSyncAt?: string;
  /** When the tenant's own list was last read. */
  readonly lastReconciledAt?: string;
  /** Rows in the tenant that are not ours, at that time: how many, and which of them hold a value that we would (by `indicatorKey`). */
  readonly others: { readonly count: number; readonly keys: readonly string[] };
  readonly drift: TenantIndicators['drift'];
  readonly leftOut: TenantIndicators['leftOut'];
  /** The last sync only looked: mode `Observe`. */
  readonly observed?: true;
  /** Microsoft refused the last sync for good (a role is missing, say), at that time. */
  readonly refusedAt?: string;
}

/** A tenant of which nothing is known yet. */
export const unknownState: Omit<SyncState, 'inputs'> = {
  others: { count: 0, keys: [] },
  drift: { missing: 0, changed: 0 },
  leftOut: { over_capacity: 0, below_policy: 0, held_by_customer: 0, defender_refused: 0 },
};
