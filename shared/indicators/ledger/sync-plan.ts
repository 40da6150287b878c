import type { IndicatorIdentity } from '../feed-item.ts';
import type { LedgerEntry } from './ledger.ts';
import type { LeftOut, WantedRow } from '../wanted-row.ts';

/** A row to import. */
export interface PlannedWrite {
  readonly row: WantedRow;
  /** RFC 3339, whole seconds. */
  readonly expirationTime: string;
  readonly fingerprint: string;
  /**
   * Ids of ours that hold the value now. Whether an import updates a row or makes a second one beside it is not documented, so once it has
   * answered, every one of these that it did not answer with is deleted, and never before.
   */
  readonly replaces: readonly string[];
  /** One of those has another action: where Defender takes the new row for a conflict with it, the old one has to go first. */
  readonly changesAction?: true;
  /** Since when we hold the value, when we do. */
  readonly since?: string;
}

/** A row of ours to delete. */
export interface PlannedRemoval extends IndicatorIdentity {
  readonly indicatorId: string;
  readonly why: string;
  /** The ledger's entry outlives it: another row of ours holds the value, or is still to be removed. */
  readonly entryStays?: true;
  /** With it the value has one row again: until then the entry is `pending`, so that a crash is seen. */
  readonly settlesEntry?: true;
}

/** What one sync of a tenant does, most important first. Nothing in it touches a row that others made. */
export interface SyncPlan {
  readonly add: readonly PlannedWrite[];
  readonly change: readonly PlannedWrite[];
  readonly renew: readonly PlannedWrite[];
  /** Before the adds, so that a full tenant has room. What another row replaces is in `replaces` instead. */
  readonly remove: readonly PlannedRemoval[];
  /** Entries that stay as they are, owners brought up to date. */
  readonly unchanged: readonly LedgerEntry[];
  /** Entries that need no call and no longer hold: expired, gone from the tenant, refused and not wanted. */
  readonly forget: readonly IndicatorIdentity[];
  readonly leftOut: readonly LeftOut[];
  /** What others changed in rows of ours, as the tenant's list shows it. */
  readonly drift: { readonly missing: number; readonly changed: number };
  /** A crash left rows whose fate only the tenant's list can tell: read it and plan again before anything is sent. */
  readonly needsActual: boolean;
  /** Epoch milliseconds until which nothing is to be done unless a feed, the policy or an action changes. */
  readonly nextDueAtMs?: number;
}
