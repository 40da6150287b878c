import type { TableClient, TableTransactionResponse, TransactionAction } from '@azure/data-tables';
import { UpstreamUnavailable } from '../errors.ts';
import { canBeKey } from '../table-keys.ts';
import { operationKey } from './rows/keys.ts';
import { fromOperationRow, toOperationRow } from './rows/operation-row.ts';
import type { StoredOperation } from './rows/stored-operation.ts';

/** How long to wait when storage does not answer as it should. In milliseconds. */
const storageRetryAfterMs = 5_000;

/** What came of a write that others may have been quicker with. */
export type Written =
  | { readonly isWritten: true; readonly stored: StoredOperation }
  | {
      readonly isWritten: false;
      /** As it stands now; absent when it is not there. */
      readonly current: StoredOperation | undefined;
    };

/** Makes a storage call; whatever is not an answer of the table service to the point becomes `UpstreamUnavailable`. */
export async function fromStorage<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (isConflict(error) || error instanceof UpstreamUnavailable || !isStorageError(error)) throw error;
    throw new UpstreamUnavailable('Storage does not answer.', { retryAfterMs: storageRetryAfterMs, cause: error });
  }
}

/** What a call gives, for whoever can do without; `undefined` when storage does not answer it. */
export async function ifAnswered<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof UpstreamUnavailable)) throw error;
    return undefined;
  }
}

/** Reads one row; `undefined` when it is not there. Its `etag` is the row's. */
export async function readRow(
  table: TableClient,
  partitionKey: string,
  rowKey: string,
): Promise<Record<string, unknown> | undefined> {
  if (!canBeKey(partitionKey) || !canBeKey(rowKey)) return undefined;
  try {
    return await fromStorage(() => table.getEntity<Record<string, unknown>>(partitionKey, rowKey));
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

export async function readOperation(
  table: TableClient,
  tenantId: string,
  id: string,
): Promise<StoredOperation | undefined> {
  const row = await readRow(table, tenantId, operationKey(id));
  return row && fromOperationRow(row);
}

/**
 * Writes an operation whole, together with `actions` in its partition: all or nothing, and only over the version that was
 * read. A write whose reply was lost is recognised by the nonce (a retry of the client's then finds its own first try in
 * the way): it counts as written.
 */
export async function writeOperation(
  table: TableClient,
  next: StoredOperation,
  actions: readonly TransactionAction[],
): Promise<Written> {
  return write(table, next, [replaceOperation(next), ...actions]);
}

/** As {@link writeOperation}, for what changes neither the version nor anything else but the place of the work item. */
export async function moveOperation(
  table: TableClient,
  next: StoredOperation,
  actions: readonly TransactionAction[],
): Promise<Written> {
  const place = {
    partitionKey: next.tenantId,
    rowKey: operationKey(next.id),
    nonce: next.nonce,
    itemKey: next.itemKey,
  };
  return write(table, next, [['update', place, 'Merge', { etag: next.etag ?? '' }], ...actions]);
}

async function write(table: TableClient, next: StoredOperation, actions: TransactionAction[]): Promise<Written> {
  try {
    const response = await submit(table, actions);
    const etag = response.subResponses[0]?.etag?.trim();
    if (etag !== undefined) return { isWritten: true, stored: { ...next, etag } };
  } catch (error) {
    const current = await readOperation(table, next.tenantId, next.id);
    if (current?.nonce === next.nonce) return { isWritten: true, stored: current };
    if (isConflict(error)) return { isWritten: false, current };
    throw error;
  }
  const written = await readOperation(table, next.tenantId, next.id);
  return written?.nonce === next.nonce ? { isWritten: true, stored: written } : { isWritten: false, current: written };
}

function replaceOperation(next: StoredOperation): TransactionAction {
  const row = toOperationRow(next);
  return next.etag === undefined ? ['create', row] : ['update', row, 'Replace', { etag: next.etag }];
}

/**
 * One transaction. Throws a conflict as it came (see {@link isConflict}), everything else as `UpstreamUnavailable`; also an
 * answer that does not name every action, of which nobody can tell whether it was a success.
 */
export async function submit(
  table: TableClient,
  actions: readonly TransactionAction[],
): Promise<TableTransactionResponse> {
  const response = await fromStorage(() => table.submitTransaction([...actions]));
  const isWhole = response.subResponses.length === actions.length;
  if (isWhole && response.subResponses.every(({ status }) => status < 300)) return response;
  throw new UpstreamUnavailable('Storage did not answer the whole transaction.', { retryAfterMs: storageRetryAfterMs });
}

/** Something was there, was not there, or was changed in between: an answer, not a fault. */
export function isConflict(error: unknown): boolean {
  const status = statusOf(error);
  return status === 404 || status === 409 || status === 412;
}

/** The HTTP status of a storage error. */
export function statusOf(error: unknown): number | undefined {
  return error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number'
    ? error.statusCode
    : undefined;
}

/** What the Azure SDK throws when our own identity gets no token for storage. */
const identityErrors = /^(?:(?:Aggregate)?Authentication(?:Required)?Error|CredentialUnavailableError)$/;

// A 400 or 413 is a bug of ours: no retry helps, and it must not look like an outage.
function isStorageError(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (identityErrors.test(error.name)) return true;
  if (error.name !== 'RestError' && error.name !== 'AbortError') return false;
  const status = statusOf(error);
  return status === undefined || status < 300 || status === 401 || status === 403 || status === 408 || status >= 429;
}
