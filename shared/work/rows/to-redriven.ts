import { firstStageOf, laneOf } from '../carry.ts';
import { itemKey } from './keys.ts';
import type { WorkItem } from './item-row.ts';
import { nextVersion } from './stored-operation.ts';
import type { StoredOperation } from './stored-operation.ts';

/** Name of the signal by which a carry learns that its operation was redriven: when, in epoch milliseconds. */
export const redrivenSignal = 'redriven';

/** A failed operation that is carried on, due at once, and its work item. */
export function toRedriven(
  stored: StoredOperation,
  facts: { readonly nowMs: number; readonly nonce: string },
): { readonly next: StoredOperation; readonly item: WorkItem } {
  const lane = laneOf[stored.kind];
  const { tenantId, id, createdAtMs, submitByMs, hasReachedDefender } = stored;
  const { nowMs, nonce } = facts;
  const rowKey = itemKey(lane, nowMs, id);
  const item: WorkItem = {
    ...{ tenantId, id, lane, rowKey, dueMs: nowMs, attempts: 0, isLeased: false, nonce, createdAtMs },
    ...(submitByMs === undefined || hasReachedDefender ? {} : { submitByMs }),
  };
  const status = stored.intents > 0 ? ('Running' as const) : ('NotStarted' as const);
  const signals = { ...stored.signals, [redrivenSignal]: nowMs };
  const stage = firstStageOf[stored.kind];
  const change = { status, stage, attempts: 0, nextAttemptAtMs: nowMs, itemKey: rowKey, nonce, signals };
  return { item, next: nextVersion(stored, { ...change, error: null, deadLetterKey: null }, nowMs) };
}

/** A failed operation that cannot be carried on: another one has its name by now. It stays what it is, and says why. */
export function toSuperseded(
  stored: StoredOperation,
  holder: string,
  facts: { readonly nowMs: number; readonly nonce: string },
): StoredOperation {
  const error = { code: 'superseded', message: `${holder} was accepted in its place.` } as const;
  return nextVersion(stored, { error, nonce: facts.nonce }, facts.nowMs);
}
