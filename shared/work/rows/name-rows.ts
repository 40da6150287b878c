import type { TransactionAction } from '@azure/data-tables';
import { exclusiveKey, fromSortable, keptNameKey, toSortable } from './keys.ts';
import { schemaVersion } from './item-row.ts';
import type { StoredOperation } from './stored-operation.ts';

/** Who holds an exclusive name, as it is kept. */
export interface NameRow {
  readonly operationId: string;
  /** The operation succeeded, and the name stays taken until then. */
  readonly untilMs?: number;
}

/** Takes the name of an operation that begins, or begins again: the transaction fails when another has it. */
export function takeName({ tenantId, exclusive, id }: StoredOperation): TransactionAction[] {
  if (exclusive === undefined) return [];
  return [['create', { partitionKey: tenantId, rowKey: exclusiveKey(exclusive), schemaVersion, id }]];
}

/** What becomes of the name of an operation that ended: let go, or kept for as long as was asked. */
export function endName({ tenantId, exclusive, id, status, ...stored }: StoredOperation): TransactionAction[] {
  if (exclusive === undefined) return [];
  const row = { partitionKey: tenantId, rowKey: exclusiveKey(exclusive) };
  if (status !== 'Succeeded' || stored.keepsNameMs === undefined) return [['delete', row]];
  const untilMs = stored.updatedAtMs + stored.keepsNameMs;
  const index = { partitionKey: tenantId, rowKey: keptNameKey(untilMs, exclusive), schemaVersion };
  return [
    ['upsert', { ...row, schemaVersion, id, until: toSortable(untilMs) }, 'Replace'],
    ['upsert', index, 'Replace'],
  ];
}

/** Reads the row of a name. */
export function fromNameRow(row: Readonly<Record<string, unknown>>): NameRow {
  const until = row['until'];
  return {
    operationId: String(row['id']),
    ...(until === undefined ? {} : { untilMs: fromSortable(String(until)) }),
  };
}
