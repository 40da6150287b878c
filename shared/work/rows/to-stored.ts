import type { TransactionAction } from '@azure/data-tables';
import type { NewOperation } from '../new-operation.ts';
import { firstStageOf, laneOf } from '../carry.ts';
import { itemKey } from './keys.ts';
import { toListRow } from './list-rows.ts';
import { takeName } from './name-rows.ts';
import { packRequest } from './operation-row.ts';
import { toItemRow } from './item-row.ts';
import type { WorkItem } from './item-row.ts';
import type { StoredOperation } from './stored-operation.ts';

/** A new operation and its work item, leased to whoever accepts it unless it is for later or for the timer. */
export function toStored(
  id: string,
  input: NewOperation,
  facts: { readonly nowMs: number; readonly nonce: string; readonly leaseMs: number },
): { readonly stored: StoredOperation; readonly item: WorkItem } {
  const { nowMs, nonce } = facts;
  const startsAtMs = input.dueAtMs ?? nowMs;
  const isLeased = input.isLeftToTimer !== true && startsAtMs <= nowMs;
  const dueMs = isLeased ? nowMs + facts.leaseMs : startsAtMs;
  const lane = laneOf[input.kind];
  const rowKey = itemKey(lane, dueMs, id);
  const { tenantId, kind, fingerprint } = input;
  const submitBy = input.submitByMs === undefined ? {} : { submitByMs: input.submitByMs };
  const attempts = isLeased ? 1 : 0; // a claim counts its step in advance
  const item = { tenantId, rowKey, lane, dueMs, id, attempts, isLeased, nonce, createdAtMs: nowMs, ...submitBy };
  const stored: StoredOperation = {
    ...{ tenantId, id, kind, fingerprint, itemKey: rowKey, acceptNonce: nonce, nonce, ...submitBy },
    ...{ status: 'NotStarted', version: 1, attempts: 0, createdAtMs: nowMs, updatedAtMs: nowMs },
    ...{ nextAttemptAtMs: startsAtMs, isCancelRequested: false, intents: 0, hasReachedDefender: false, signals: {} },
    stage: firstStageOf[kind],
    ...optionalFields(input),
    neverGivesUp: input.neverGivesUp === true,
    packedRequest: packRequest(input.request),
  };
  return { stored, item };
}

function optionalFields(input: NewOperation): Partial<StoredOperation> {
  const { callerId, reference, result, stage, state, exclusive, keepsNameMs, traceparent } = input;
  const given = Object.entries({ callerId, reference, result, stage, state, exclusive, keepsNameMs, traceparent });
  return Object.fromEntries(given.filter(([, value]) => value !== undefined));
}

/** What is inserted with the operation: all of it, or nothing. */
export function insertsOf(stored: StoredOperation, item: WorkItem): TransactionAction[] {
  return [['create', toItemRow(item)], ['create', toListRow(stored)], ...takeName(stored)];
}
