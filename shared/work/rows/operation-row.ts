import { packJson, unpackJson } from '../../packed-json.ts';
import type { PackedProperties } from '../../packed-json.ts';
import { fromSortable, operationKey, toSortable } from './keys.ts';
import { schemaVersion } from './item-row.ts';
import type { Row } from './item-row.ts';
import type { StoredOperation } from './stored-operation.ts';

/** What is kept in ranges and filters stands in plain columns, the rest of an operation is packed. */
type Packed = Pick<StoredOperation, 'upstream' | 'result' | 'error' | 'state' | 'signals' | 'traceparent'>;

export function toOperationRow(stored: StoredOperation): Row {
  const { upstream, result, error, state, signals, traceparent, packedRequest, etag: _etag, ...columns } = stored;
  const { tenantId, id, createdAtMs, updatedAtMs, nextAttemptAtMs, submitByMs, keepsNameMs, ...plain } = columns;
  return {
    partitionKey: tenantId,
    rowKey: operationKey(id),
    schemaVersion,
    id,
    createdAt: toSortable(createdAtMs),
    updatedAt: toSortable(updatedAtMs),
    ...(nextAttemptAtMs === undefined ? {} : { nextAttemptAt: toSortable(nextAttemptAtMs) }),
    ...(submitByMs === undefined ? {} : { submitBy: toSortable(submitByMs) }),
    ...(keepsNameMs === undefined ? {} : { keepsName: toSortable(keepsNameMs) }),
    ...plain,
    ...packJson('facts', { upstream, result, error, state, signals, traceparent } satisfies Record<
      keyof Packed,
      unknown
    >),
    ...packedRequest,
  };
}

export function fromOperationRow(row: Record<string, unknown>): StoredOperation {
  const text = (name: string): string => String(row[name] ?? '');
  const optional = <K extends string>(name: K): { [P in K]?: string } =>
    (row[name] === undefined ? {} : { [name]: text(name) }) as { [P in K]?: string };
  const time = (name: string, column: string): object =>
    row[column] === undefined ? {} : { [name]: fromSortable(text(column)) };
  return {
    tenantId: text('partitionKey'),
    id: text('id'),
    kind: text('kind') as StoredOperation['kind'],
    ...optional('callerId'),
    status: text('status') as StoredOperation['status'],
    ...(row['stage'] === undefined ? {} : { stage: text('stage') as NonNullable<StoredOperation['stage']> }),
    version: Number(row['version']),
    attempts: Number(row['attempts']),
    createdAtMs: fromSortable(text('createdAt')),
    updatedAtMs: fromSortable(text('updatedAt')),
    ...time('nextAttemptAtMs', 'nextAttemptAt'),
    ...time('submitByMs', 'submitBy'),
    ...time('keepsNameMs', 'keepsName'),
    ...optional('reference'),
    ...optional('itemKey'),
    ...optional('deadLetterKey'),
    ...optional('exclusive'),
    fingerprint: text('fingerprint'),
    acceptNonce: text('acceptNonce'),
    nonce: text('nonce'),
    isCancelRequested: row['isCancelRequested'] === true,
    intents: Number(row['intents']),
    hasReachedDefender: row['hasReachedDefender'] === true,
    neverGivesUp: row['neverGivesUp'] === true,
    ...(unpackJson('facts', row) as Packed),
    packedRequest: requestOf(row),
    etag: text('etag'),
  };
}

/** The request of an operation, as accepted; `undefined` once it is gone. */
export function unpackRequest(stored: StoredOperation): unknown {
  return unpackJson('request', stored.packedRequest);
}

export const packRequest = (request: unknown): PackedProperties => packJson('request', request);

function requestOf(row: Record<string, unknown>): PackedProperties {
  return Object.fromEntries(
    Object.entries(row).filter((entry): entry is [string, Uint8Array] => /^request\d+$/.test(entry[0])),
  );
}
