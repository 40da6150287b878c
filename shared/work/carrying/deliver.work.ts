import type { TableClient, TransactionAction } from '@azure/data-tables';
import type { Clock } from '../../clock.ts';
import { UpstreamUnavailable } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { CallbackCarry, CallbackOutcome } from '../carry.ts';
import type { Ready } from '../stores/ready.store.ts';
import { toCallbackDeadLetterRow } from '../rows/list-rows.ts';
import { fromItemRow, toItemRow } from '../rows/item-row.ts';
import type { WorkItem } from '../rows/item-row.ts';
import { isConflict, readRow, submit } from '../transactions.store.ts';
import { groupOf, moveItem, toCallbackItem } from '../rows/transitions.ts';

/** Tries a callback once. `next` is its item when it has to be tried again; `Lost`: somebody else has it. */
export type Deliver = (item: WorkItem) => Promise<Delivered>;

export interface Delivered {
  readonly to: 'Ended' | 'Waiting' | 'Lost';
  readonly next?: WorkItem;
}

export interface DeliverOptions {
  readonly table: TableClient;
  readonly ready: Ready;
  readonly carryCallback: CallbackCarry;
  readonly now: Clock;
  readonly newId: () => string;
  readonly leaseMs: number;
  readonly log: Log;
}

/** What a fault of ours kept back for so long is given up, however that fault shows. */
const ourFaultGivenUpMs = 5 * 86_400_000;

/** Callbacks are work without an operation: the item itself holds everything, and moves the same way. */
export function createDeliver(options: DeliverOptions): Deliver {
  const { table, ready, now, newId, leaseMs } = options;

  return async (item) => {
    if (groupOf(item) !== undefined) return split(item);
    const held = await move(item, { dueMs: now() + leaseMs, isLeased: true, attempts: item.attempts + 1 });
    return held ? record(held, await carry(held)) : { to: 'Lost' };
  };

  async function carry(held: WorkItem): Promise<CallbackOutcome> {
    const { tenantId, id, payload = {}, attempts, createdAtMs } = held;
    try {
      return await options.carryCallback({ tenantId, id, payload, attempts, createdAtMs }, { now });
    } catch (error) {
      // Whatever the receiver does is an outcome: a throw is a fault of ours, and no attempt of theirs.
      const retryAfterMs = error instanceof UpstreamUnavailable ? error.retryAfterMs : 60_000;
      if (!(error instanceof UpstreamUnavailable))
        options.log.error('delivery.crashed', { callbackId: id, tenantId, error });
      if (now() - createdAtMs >= ourFaultGivenUpMs) return { outcome: 'Failed', code: 'not_sent' };
      return { outcome: 'Later', dueAtMs: now() + retryAfterMs, isAttemptFailed: false };
    }
  }

  async function record(held: WorkItem, outcome: CallbackOutcome): Promise<Delivered> {
    if (outcome.outcome === 'Later') {
      const attempts = outcome.isAttemptFailed ? held.attempts : held.attempts - 1;
      await ready.announce('callbacks', held.tenantId, outcome.dueAtMs);
      const next = await move(held, { dueMs: outcome.dueAtMs, isLeased: false, attempts });
      return next ? { to: 'Waiting', next } : { to: 'Lost' };
    }
    const { tenantId: partitionKey, rowKey } = held;
    const deadLetter = outcome.outcome === 'Failed' ? toCallbackDeadLetterRow(held, outcome.code, now()) : undefined;
    const actions: TransactionAction[] = [['delete', { partitionKey, rowKey }]];
    if (deadLetter) actions.push(['upsert', deadLetter, 'Replace']);
    try {
      await submit(table, actions);
    } catch (error) {
      if (!isConflict(error)) throw error; // gone: our own first try took it out, or another worker has it by now
    }
    return { to: 'Ended' };
  }

  /** Puts the callbacks of a group in its place; their lane's timer has them, like all that are many. */
  async function split(group: WorkItem): Promise<Delivered> {
    const { tenantId: partitionKey, rowKey } = group;
    const facts = { nowMs: now(), nonce: newId() };
    const items = (groupOf(group) ?? []).map((callback) => toCallbackItem(partitionKey, callback, facts));
    await ready.announce('callbacks', partitionKey, facts.nowMs);
    try {
      await submit(table, [
        ['delete', { partitionKey, rowKey }],
        ...items.map((item): TransactionAction => ['upsert', toItemRow(item), 'Replace']),
      ]);
      return { to: 'Ended' };
    } catch (error) {
      if (isConflict(error)) return { to: 'Lost' }; // our own first try, or another worker's
      throw error;
    }
  }

  async function move(
    from: WorkItem,
    to: Pick<WorkItem, 'dueMs' | 'isLeased' | 'attempts'>,
  ): Promise<WorkItem | undefined> {
    const item = moveItem(from, { ...to, nonce: newId() });
    const { tenantId: partitionKey, rowKey } = from;
    try {
      await submit(table, [
        ['delete', { partitionKey, rowKey }],
        ['create', toItemRow(item)],
      ]);
      return item;
    } catch (error) {
      const row = await readRow(table, partitionKey, item.rowKey);
      if (row && fromItemRow(row).nonce === item.nonce) return item; // our write, its reply was lost
      if (isConflict(error)) return undefined;
      throw error;
    }
  }
}

/** In a request nothing is tried any more after this. */
const atOnceMs = 5_000;

/** Creates the first try by whoever made the callbacks; what is left over is the timer's. They are written: that storage is silent now is no news. */
export function createDeliverAtOnce(options: {
  readonly deliver: Deliver;
  readonly now: Clock;
  readonly log: Log;
}): (callbacks: readonly WorkItem[]) => Promise<void> {
  const { deliver, now, log } = options;
  return async (callbacks) => {
    const startedMs = now();
    for (const callback of callbacks) {
      if (now() - startedMs >= atOnceMs) return;
      try {
        await deliver(callback);
      } catch (error) {
        if (!(error instanceof UpstreamUnavailable)) throw error;
        log.warn('callback.abandoned', { callbackId: callback.id, tenantId: callback.tenantId, error });
        return;
      }
    }
  };
}
