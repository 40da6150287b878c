import type { TableClient } from '@azure/data-tables';
import type { Clock } from '../clock.ts';
import type { Operation } from '../contract/operation.ts';
import type { NewCallback } from './carry.ts';
import type { Partitions } from './stores/partitions.store.ts';
import type { Ready } from './stores/ready.store.ts';
import { toItemRow } from './rows/item-row.ts';
import type { WorkItem } from './rows/item-row.ts';
import { toOperation } from './rows/stored-operation.ts';
import type { StoredOperation } from './rows/stored-operation.ts';
import { fromStorage } from './transactions.store.ts';
import { toCallbackItem, toCallbackItems } from './rows/transitions.ts';

/** Which callbacks a change of an operation makes. Called before the change is written, and again when it has to be tried again. */
export type CallbacksOf = (
  before: Operation,
  after: Operation,
  facts: Pick<StoredOperation, 'reference' | 'submitByMs'>,
) => Promise<readonly NewCallback[]>;

/** The work items of those callbacks, to be written with the change; their lane is announced already. */
export type EventsOf = (before: StoredOperation, after: StoredOperation) => Promise<readonly WorkItem[]>;

export function createEventsOf(options: {
  readonly ready: Ready;
  readonly callbacksOf: CallbacksOf;
  readonly now: Clock;
}): EventsOf {
  return async (before, after) => {
    const made = await options.callbacksOf(toOperation(before, 'open'), toOperation(after, 'open'), after);
    if (made.length > 0) await options.ready.announce('callbacks', after.tenantId, options.now());
    const facts = { nowMs: options.now(), nonce: after.nonce };
    return toCallbackItems(after.tenantId, made, facts);
  };
}

export type AddCallbacks = (partition: string, callbacks: readonly NewCallback[]) => Promise<void>;

/** Callbacks of what is no operation: a tenant's state, a feed that is held. Each is one write: at least once, like its delivery. */
export function createAddCallbacks(options: {
  readonly table: TableClient;
  readonly ready: Ready;
  readonly partitions: Partitions;
  readonly now: Clock;
  readonly newId: () => string;
}): AddCallbacks {
  const { table, ready, partitions, now, newId } = options;
  return async (partition, callbacks) => {
    if (callbacks.length === 0) return;
    await partitions.note(partition);
    await ready.announce('callbacks', partition, now());
    for (const callback of callbacks) {
      const row = toItemRow(toCallbackItem(partition, callback, { nowMs: now(), nonce: newId() }));
      await fromStorage(() => table.upsertEntity(row, 'Replace'));
    }
  };
}
