import type { TransactionAction } from '@azure/data-tables';
import { isFinished } from '../../contract/operation.ts';
import { deadLetterKey, itemKey } from './keys.ts';
import type { NewCallback } from '../carry.ts';
import type { Verdict } from '../verdict.ts';
import { isListedAlike, toDeadLetterRow, toListRow } from './list-rows.ts';
import { endName } from './name-rows.ts';
import { toItemRow } from './item-row.ts';
import type { WorkItem } from './item-row.ts';
import { fromProgress, nextVersion } from './stored-operation.ts';
import type { OperationChange, StoredOperation } from './stored-operation.ts';

/** What one transaction does to an operation and its work item. */
export interface Transition {
  readonly next: StoredOperation;
  /** The item from then on; absent when there is nothing left to do. */
  readonly item?: WorkItem;
}

/** The state after a step, or after an end without one. `leasedUntilMs`: the same worker goes on with it. */
export function toTransition(
  before: { readonly stored: StoredOperation; readonly item: WorkItem },
  verdict: Verdict,
  facts: { readonly nowMs: number; readonly nonce: string; readonly leasedUntilMs?: number },
): Transition {
  const { stored } = before;
  const { nonce, nowMs, leasedUntilMs } = facts;
  if (verdict.to !== 'Later') return { next: toFinished(stored, verdict, facts) };
  const isLeased = leasedUntilMs !== undefined;
  const item = moveItem(
    { ...before.item, ...(verdict.hasReachedDefender ? { submitByMs: undefined } : {}) },
    {
      dueMs: leasedUntilMs ?? verdict.dueMs,
      isLeased,
      attempts: verdict.attempts + (isLeased ? 1 : 0),
      nonce,
    },
  );
  const change: OperationChange = {
    ...fromProgress(verdict.progress),
    ...(verdict.isAdvanced ? { status: 'Running' as const } : {}),
    ...{ attempts: verdict.attempts, nextAttemptAtMs: verdict.dueMs, itemKey: item.rowKey, nonce },
    hasReachedDefender: verdict.hasReachedDefender,
  };
  return { next: nextVersion(stored, change, nowMs), item };
}

/** The state after an end. */
export function toFinished(
  stored: StoredOperation,
  verdict: Exclude<Verdict, { to: 'Later' }>,
  facts: { readonly nowMs: number; readonly nonce: string },
): StoredOperation {
  const isDeadLetter = verdict.to === 'Failed' && (stored.kind === 'Alert' || stored.kind === 'AlertUpdate');
  return nextVersion(
    stored,
    {
      ...fromProgress(verdict.progress),
      ...{ status: verdict.to, stage: null, attempts: verdict.attempts, error: verdict.error ?? null },
      ...{ nextAttemptAtMs: null, itemKey: null, nonce: facts.nonce },
      ...(verdict.to === 'Succeeded' ? { packedRequest: {}, state: null, signals: {} } : {}),
      ...(isDeadLetter ? { deadLetterKey: deadLetterKey(facts.nowMs, stored.id) } : {}),
    },
    facts.nowMs,
  );
}

/** The item at another place of its lane. A transaction cannot take a row out and put it in again: the same place becomes the next. */
export function moveItem(
  item: WorkItem | (Omit<WorkItem, 'submitByMs'> & { readonly submitByMs?: number | undefined }),
  to: Pick<WorkItem, 'dueMs' | 'isLeased' | 'attempts' | 'nonce'>,
): WorkItem {
  const { submitByMs, ...rest } = item;
  const same = itemKey(item.lane, to.dueMs, item.id) === item.rowKey;
  const dueMs = same ? to.dueMs + 1 : to.dueMs;
  const rowKey = itemKey(item.lane, dueMs, item.id);
  return { ...rest, ...(submitByMs === undefined ? {} : { submitByMs }), ...to, dueMs, rowKey };
}

/** Everything that goes with the operation's own row in the transaction. `from` is the item as it stands, if there is one. */
export function toActions(
  before: StoredOperation,
  transition: Transition,
  more: { readonly from?: { readonly rowKey: string }; readonly callbacks: readonly WorkItem[] },
): TransactionAction[] {
  const { next, item } = transition;
  const { tenantId } = next;
  const remove = (rowKey: string): TransactionAction => ['delete', { partitionKey: tenantId, rowKey }];
  const hasEnded = isFinished(next.status);
  return [
    ...(more.from ? [remove(more.from.rowKey)] : []),
    ...(item ? [['create', toItemRow(item)] as TransactionAction] : []),
    ...(isListedAlike(before, next) ? [] : [['upsert', toListRow(next), 'Replace'] as TransactionAction]),
    ...(hasEnded ? endName(next) : []),
    ...(hasEnded && next.deadLetterKey !== undefined
      ? [['upsert', toDeadLetterRow(next), 'Replace'] as TransactionAction]
      : []),
    ...more.callbacks.map((callback): TransactionAction => ['upsert', toItemRow(callback), 'Replace']),
  ];
}

/** A transaction has room for 100 rows, and an operation's own are beside its callbacks. */
const mostCallbacksAtOnce = 80;

/** The work items of callbacks that are written together: one each, or in groups when they are too many for one transaction. */
export function toCallbackItems(
  tenantId: string,
  callbacks: readonly NewCallback[],
  facts: { readonly nowMs: number; readonly nonce: string },
): readonly WorkItem[] {
  if (callbacks.length <= mostCallbacksAtOnce) return callbacks.map((each) => toCallbackItem(tenantId, each, facts));
  const groups = Math.ceil(callbacks.length / mostCallbacksAtOnce);
  return Array.from({ length: groups }, (_, i) => {
    const group = callbacks.slice(i * mostCallbacksAtOnce, (i + 1) * mostCallbacksAtOnce);
    return toCallbackItem(tenantId, { id: `group_${group[0]?.id ?? i}`, payload: { group } }, facts);
  });
}

/** The callbacks of a group; `undefined` for a callback. */
export function groupOf({ payload }: WorkItem): readonly NewCallback[] | undefined {
  return payload?.['group'] as readonly NewCallback[] | undefined;
}

/** The work item of a callback, due at once. */
export function toCallbackItem(
  tenantId: string,
  callback: NewCallback,
  facts: { readonly nowMs: number; readonly nonce: string },
): WorkItem {
  const place = { tenantId, lane: 'callbacks' as const, dueMs: facts.nowMs, id: callback.id };
  return {
    ...{ ...place, rowKey: itemKey('callbacks', facts.nowMs, callback.id), payload: callback.payload },
    ...{ attempts: 0, isLeased: false, nonce: facts.nonce, createdAtMs: facts.nowMs },
  };
}
