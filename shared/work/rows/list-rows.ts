import { packJson } from '../../packed-json.ts';
import { deadLetterKey, listKey, toSortable } from './keys.ts';
import { schemaVersion } from './item-row.ts';
import type { Row, WorkItem } from './item-row.ts';
import type { StoredOperation } from './stored-operation.ts';

/** The row by which an operation is listed and found: everything a filter can ask for. */
export function toListRow(stored: StoredOperation): Row {
  const machineId = stored.result?.machine?.id;
  const upstream = stored.upstream ?? {};
  const ids = Object.entries(upstream).flatMap(([name, id]) => (id === undefined ? [] : [[name, String(id)] as const]));
  return {
    partitionKey: stored.tenantId,
    rowKey: listKey(stored.createdAtMs, stored.id),
    schemaVersion,
    id: stored.id,
    kind: stored.kind,
    status: stored.status,
    ...(machineId === undefined ? {} : { machineId }),
    ...(stored.reference === undefined ? {} : { reference: stored.reference }),
    ...Object.fromEntries(ids),
  };
}

/** What was given up, listed newest first: an operation's row names it only, a callback's keeps it as it was. */
export function toDeadLetterRow(stored: StoredOperation): Row {
  return {
    partitionKey: stored.tenantId,
    rowKey: stored.deadLetterKey ?? '',
    schemaVersion,
    id: stored.id,
    kind: stored.kind,
    code: stored.error?.code ?? 'attempts_exhausted',
    failedAt: toSortable(stored.updatedAtMs),
  };
}

export function toCallbackDeadLetterRow(item: WorkItem, code: string, failedAtMs: number): Row {
  return {
    partitionKey: item.tenantId,
    rowKey: deadLetterKey(failedAtMs, item.id),
    schemaVersion,
    id: item.id,
    kind: 'Callback',
    code,
    failedAt: toSortable(failedAtMs),
    ...packJson('payload', item.payload),
  };
}

/** Columns of a list row that hold an id by which an operation can be found. */
export const referenceColumns = [
  'reference',
  'alertId',
  'incidentId',
  'machineActionId',
  'requestId',
  'correlationId',
] as const;

/** Whether two states of an operation are listed alike. */
export function isListedAlike(a: StoredOperation, b: StoredOperation): boolean {
  return JSON.stringify(toListRow(a)) === JSON.stringify(toListRow(b));
}
