import type { TableClient } from '@azure/data-tables';
import type { Clock } from '../../clock.ts';
import { UpstreamUnavailable } from '../../errors.ts';
import type { Claim } from '../requests/accept.store.ts';
import { LostClaim } from '../carry.ts';
import type { Progress } from '../carry.ts';
import type { EventsOf } from '../events.store.ts';
import type { Verdict } from '../verdict.ts';
import type { Ready } from '../stores/ready.store.ts';
import { fromItemRow } from '../rows/item-row.ts';
import type { WorkItem } from '../rows/item-row.ts';
import { fromProgress, nextVersion, withChange } from '../rows/stored-operation.ts';
import type { StoredOperation } from '../rows/stored-operation.ts';
import { moveOperation, readOperation, readRow, writeOperation } from '../transactions.store.ts';
import { moveItem, toActions, toTransition } from '../rows/transitions.ts';
import type { Transition } from '../rows/transitions.ts';

export interface ClaimsOptions {
  readonly table: TableClient;
  readonly ready: Ready;
  readonly now: Clock;
  readonly newId: () => string;
  readonly leaseMs: number;
  readonly eventsOf: EventsOf;
}

/** Others may be quicker again and again, but not for ever: then the rows do not fit each other. */
const maxConflicts = 50;

export type Claims = ReturnType<typeof createClaims>;

/**
 * Takes operations, and records what was done with them. Every move of an item writes the operation's row too: a worker
 * whose lease ran out finds another version, with another item key, and stops.
 */
export function createClaims(options: ClaimsOptions) {
  const { table, ready, now, newId, leaseMs } = options;

  /** Takes a due item for the length of a lease; `undefined` when somebody else was quicker. The step is counted in advance. */
  async function claim(item: WorkItem): Promise<Claim | undefined> {
    const stored = await readOperation(table, item.tenantId, item.id);
    if (stored?.itemKey !== item.rowKey) return undefined;
    return move({ stored, item }, { dueMs: now() + leaseMs, isLeased: true, attempts: item.attempts + 1 });
  }

  /** Takes an operation that waits for its lane's timer, if it is due and nobody has it. */
  async function takeUp({ tenantId, itemKey }: StoredOperation): Promise<Claim | undefined> {
    const row = itemKey === undefined ? undefined : await readRow(table, tenantId, itemKey);
    const item = row && fromItemRow(row);
    // A lease is a due time in the future.
    return item && item.dueMs <= now() ? claim(item) : undefined;
  }

  async function renew(held: Claim): Promise<void> {
    const { attempts } = held.item;
    const moved = await moveWhileOurs(held, { dueMs: now() + leaseMs, isLeased: true, attempts });
    Object.assign(held, moved);
  }

  /** Gives an item back, due at once unless said otherwise, as if it had not been taken. */
  async function release(held: Claim, dueMs: number = now()): Promise<void> {
    await ready.announce(held.item.lane, held.item.tenantId, dueMs);
    await moveWhileOurs(held, { dueMs, isLeased: false, attempts: held.item.attempts - 1 });
  }

  async function moveWhileOurs(held: Claim, to: Omit<WorkItemPlace, 'nonce'>): Promise<Claim> {
    for (;;) {
      const moved = await move(held, to);
      if (moved) return moved;
      held.stored = await stillOurs(held);
    }
  }

  async function move(held: Claim, to: Omit<WorkItemPlace, 'nonce'>): Promise<Claim | undefined> {
    const nonce = newId();
    const item = moveItem(held.item, { ...to, nonce });
    const next = withChange(held.stored, { itemKey: item.rowKey, nonce });
    const written = await moveOperation(
      table,
      next,
      toActions(next, { next, item }, { from: held.item, callbacks: [] }),
    );
    return written.isWritten ? { stored: written.stored, item } : undefined;
  }

  /** Writes what the carry is about to do, while the operation is still this worker's. */
  async function saveIntent(held: Claim, state: unknown, progress: Progress = {}): Promise<void> {
    for (;;) {
      const { stored } = held;
      const change = { ...fromProgress({ ...progress, state }), nonce: newId(), status: 'Running' as const };
      const next = nextVersion(stored, { ...change, intents: stored.intents + 1 }, now());
      const callbacks = await options.eventsOf(stored, next);
      const { isWritten, stored: after } = await write(held, { next, item: held.item }, callbacks);
      held.stored = after;
      if (isWritten) return;
    }
  }

  /**
   * Records the end of a step: state, item and callbacks in one transaction. Gives the callbacks, for whoever wants to try
   * them at once. `isContinued`: the same worker goes on, with a whole lease. What others wrote meanwhile (a cancel, an
   * approval) is kept, and makes the operation due at once.
   */
  async function record(held: Claim, verdict: Verdict, isContinued = false): Promise<readonly WorkItem[]> {
    for (;;) {
      const nowMs = now();
      const nonce = newId();
      const decided = held.isInterrupted === true ? dueAtOnce(verdict, nowMs) : verdict;
      const leased = isContinued && decided.to === 'Later' ? { leasedUntilMs: nowMs + leaseMs } : {};
      const transition = toTransition(held, decided, { nowMs, nonce, ...leased });
      const callbacks = await options.eventsOf(held.stored, transition.next);
      if (transition.item && !isContinued) {
        await ready.announce(held.item.lane, held.item.tenantId, transition.item.dueMs);
      }
      const { isWritten, stored } = await write(held, transition, callbacks);
      held.stored = stored;
      if (isWritten) {
        held.item = transition.item ?? held.item;
        held.isInterrupted = false;
        return callbacks;
      }
    }
  }

  /** Not written means: somebody wrote something else, and the item is still ours; try again on `stored`. */
  async function write(
    held: Claim,
    transition: Transition,
    callbacks: readonly WorkItem[],
  ): Promise<{ readonly isWritten: boolean; readonly stored: StoredOperation }> {
    const isMoved = transition.item?.rowKey !== held.item.rowKey;
    const actions = isMoved
      ? toActions(held.stored, transition, { from: held.item, callbacks })
      : toActions(held.stored, { next: transition.next }, { callbacks });
    const written = await writeOperation(table, transition.next, actions);
    return { isWritten: written.isWritten, stored: written.isWritten ? written.stored : await stillOurs(held) };
  }

  async function stillOurs(held: Claim): Promise<StoredOperation> {
    const current = await readOperation(table, held.item.tenantId, held.item.id);
    if (current?.itemKey !== held.item.rowKey) throw new LostClaim(held.item.id);
    held.conflicts = (held.conflicts ?? 0) + 1;
    if (held.conflicts > maxConflicts)
      throw new UpstreamUnavailable('Others keep changing the operation.', { retryAfterMs: 1_000 });
    held.isInterrupted = true;
    return current;
  }

  return { claim, takeUp, renew, release, saveIntent, record };
}

function dueAtOnce(verdict: Verdict, nowMs: number): Verdict {
  return verdict.to === 'Later' ? { ...verdict, dueMs: Math.min(verdict.dueMs, nowMs) } : verdict;
}

type WorkItemPlace = Pick<WorkItem, 'dueMs' | 'isLeased' | 'attempts' | 'nonce'>;
