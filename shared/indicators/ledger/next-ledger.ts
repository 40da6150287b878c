import { toTime } from '../../contract/primitives.ts';
import { indicatorKey } from '../feed-item.ts';
import type { Ledger, LedgerEntry } from './ledger.ts';
import type { PlannedRemoval, PlannedWrite, SyncPlan } from './sync-plan.ts';

/** What became of one imported row. `standingId`: a row of ours with that value that is still there although the new one was refused. */
export type WriteOutcome =
  { readonly indicatorId: string } | { readonly failureReason: string; readonly standingId?: string };

/** The ledger before anything is sent: every row of the coming calls is marked, so that a crash is seen. What needs no call is settled. */
export function ledgerWithIntent(ledger: Ledger, plan: SyncPlan, now: number): Ledger {
  const next = new Map(ledger);
  for (const identity of plan.forget) next.delete(indicatorKey(identity));
  for (const entry of plan.unchanged) next.set(indicatorKey(entry), entry);
  for (const write of [...plan.change, ...plan.renew, ...plan.add]) {
    const entry = entryOf(write, now);
    next.set(indicatorKey(entry), { ...entry, ...idOf(write.replaces[0]), pending: true });
  }
  for (const removal of plan.remove) {
    const entry = next.get(indicatorKey(removal));
    if (entry !== undefined && removal.entryStays === true)
      next.set(indicatorKey(removal), { ...entry, pending: true });
  }
  return next;
}

/** The ledger after imports answered. */
export function ledgerAfterWrites(
  ledger: Ledger,
  written: readonly { readonly write: PlannedWrite; readonly outcome: WriteOutcome }[],
  now: number,
): Ledger {
  const next = new Map(ledger);
  for (const { write, outcome } of written) {
    const entry = entryOf(write, now);
    const fate =
      'indicatorId' in outcome
        ? idOf(outcome.indicatorId)
        : { ...idOf(outcome.standingId), refused: { reason: outcome.failureReason.slice(0, 500), at: toTime(now) } };
    next.set(indicatorKey(entry), { ...entry, ...fate });
  }
  return next;
}

/** The ledger after rows were deleted, or found to be gone. */
export function ledgerAfterRemovals(ledger: Ledger, removals: readonly PlannedRemoval[]): Ledger {
  const next = new Map(ledger);
  for (const removal of removals) {
    const key = indicatorKey(removal);
    if (removal.entryStays !== true) next.delete(key);
    const entry = next.get(key);
    if (entry !== undefined && removal.settlesEntry === true) next.set(key, settled(entry));
  }
  return next;
}

function settled({ pending: _pending, ...entry }: LedgerEntry): LedgerEntry {
  return entry;
}

function idOf(indicatorId: string | undefined): Pick<LedgerEntry, 'indicatorId'> {
  return indicatorId === undefined ? {} : { indicatorId };
}

function entryOf({ row, expirationTime, fingerprint, since }: PlannedWrite, now: number): LedgerEntry {
  const { indicatorType, indicatorValue, action, owners } = row;
  return { indicatorType, indicatorValue, action, expirationTime, since: since ?? toTime(now), owners, fingerprint };
}
