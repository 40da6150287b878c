import { leftOutCodes } from '../../../shared/contract/codes.ts';
import type { TenantIndicators } from '../../../shared/contract/indicator.ts';
import { toTime } from '../../../shared/contract/primitives.ts';
import type { SyncPlan } from '../../../shared/indicators/ledger/sync-plan.ts';
import type { OthersRows } from './tenant-rows.ts';
import { heldKeys } from './listed-others.ts';
import type { Listed } from './listed-others.ts';
import { refusalHoldsMs } from './plan-sync.ts';

/** What the last sync of a tenant left behind: enough to see, without reading anything else of the tenant, that nothing is to be done. */
export interface SyncState {
  /** Of everything the plan was made from (policy, feed versions); another one means that a sync is due. */
  readonly inputs: string;
  /** Epoch milliseconds from which time alone makes a sync due (a renewal, the end of a grace). */
  readonly nextDueAtMs?: number;
  readonly lastSyncAt?: string;
  /** When the tenant's own list was last read whole. */
  readonly lastReconciledAt?: string;
  /**
   * Rows in the tenant that are not ours, when they were last listed: how many, and which of them hold a value that we would (by
   * `indicatorKey`; the first thousand, for plans that are only shown: before anything is written they are listed anew).
   */
  readonly others: { readonly count: number; readonly keys: readonly string[] };
  /** Found by the last whole list. */
  readonly drift: TenantIndicators['drift'];
  readonly leftOut: TenantIndicators['leftOut'];
  /** The last sync only looked: mode `Observe`. */
  readonly observed?: true;
  /** Microsoft refused the last sync for good (a role is missing, say), at that time. */
  readonly refusedAt?: string;
}

/** All states are read at once every minute: none may grow large. */
const mostKeys = 1_000;

/** A tenant of which nothing is known yet. */
export const unknownState: Omit<SyncState, 'inputs'> = {
  others: { count: 0, keys: [] },
  drift: { missing: 0, changed: 0 },
  leftOut: { over_capacity: 0, below_policy: 0, held_by_customer: 0, defender_refused: 0 },
};

/** What a sync had before it, what it planned, and what a list told it. */
export interface Synced {
  readonly state: SyncState | undefined;
  readonly inputs: string;
  readonly plan: SyncPlan;
  /** What was carried out although the rest was only observed. */
  readonly live?: { readonly plan: SyncPlan };
  readonly others: OthersRows;
  readonly listed?: Listed;
}

/** When it ended, and how many rows of the plan Defender refused. */
export interface SyncEnd {
  readonly nowMs: number;
  readonly rejected: number;
}

/** Rows that Defender refuses leave room that others waited for: those have their turn after this. */
const refilledAfterMs = 3_600_000;

/** The state after a sync that went through. */
export function toSyncState(synced: Synced, { nowMs, rejected }: SyncEnd): SyncState {
  const { state, inputs, plan, live, others, listed } = synced;
  const leftOut = Object.fromEntries(leftOutCodes.map((code) => [code, countLeftOut(plan, code)])) as LeftOutCounts;
  const lastReconciledAt = listed?.whole?.at ?? state?.lastReconciledAt;
  const again = leftOut.over_capacity > 0 ? refilledAfterMs : refusalHoldsMs;
  const dueAtMs = Math.min(plan.nextDueAtMs ?? Infinity, live?.plan.nextDueAtMs ?? Infinity);
  const nextDueAtMs = Math.min(dueAtMs, rejected > 0 ? nowMs + again : Infinity);
  return {
    inputs,
    ...(nextDueAtMs === Infinity ? {} : { nextDueAtMs }),
    lastSyncAt: toTime(nowMs),
    ...(lastReconciledAt === undefined ? {} : { lastReconciledAt }),
    others: { count: others.count, keys: heldKeys(plan).slice(0, mostKeys) },
    drift: listed?.whole?.drift ?? state?.drift ?? unknownState.drift,
    leftOut: { ...leftOut, defender_refused: leftOut.defender_refused + rejected },
  };
}

type LeftOutCounts = Readonly<Record<(typeof leftOutCodes)[number], number>>;

/** How many values a plan leaves out for one reason. */
export function countLeftOut({ leftOut }: SyncPlan, code: (typeof leftOutCodes)[number]): number {
  return leftOut.filter((each) => each.code === code).length;
}
