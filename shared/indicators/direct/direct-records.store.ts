import { createHash } from 'node:crypto';
import { odata } from '@azure/data-tables';
import type { TableClient } from '@azure/data-tables';
import { UpstreamUnavailable } from '../../errors.ts';
import { packJson, unpackJson } from '../../packed-json.ts';
import { fromStorage, isConflict, readRow } from '../../work/transactions.store.ts';
import { directRecordSchema } from './direct-record.ts';
import type { DirectRecord } from './direct-record.ts';
import { directSourceSchema } from './direct-row.ts';
import type { DirectSource } from './direct-row.ts';
import { indicatorKey } from '../feed-item.ts';
import type { IndicatorIdentity } from '../feed-item.ts';

/** What becomes of a record; the same object: nothing. `undefined`: there is none, or none is to be left. */
export type RecordChange = (current: DirectRecord | undefined) => DirectRecord | undefined;

/** Of which tenant, asked for by whom, about what. */
export interface RecordPlace {
  readonly tenantId: string;
  readonly source: DirectSource;
  readonly identity: IndicatorIdentity;
}

/** Others may be quicker, but not for ever. */
const maxTries = 8;

/** Changes a record by compare and swap. A write whose reply was lost is found in the way of its repetition, and then nothing is left to change. */
export async function changeRecord(
  table: TableClient,
  { tenantId, source, identity }: RecordPlace,
  next: RecordChange,
): Promise<void> {
  const rowKey = keyOf(source, identity);
  for (let tries = 0; tries < maxTries; tries += 1) {
    const row = await readRow(table, tenantId, rowKey);
    const current = row && fromRow(row);
    const changed = next(current);
    if (changed === current) return;
    try {
      const etag = String(row?.['etag'] ?? '');
      if (changed === undefined) return await removeRow(table, tenantId, rowKey, etag);
      const entity = { partitionKey: tenantId, rowKey, schemaVersion: 1, ...packJson('record', changed) };
      await fromStorage(() =>
        row === undefined ? table.createEntity(entity) : table.updateEntity(entity, 'Replace', { etag }),
      );
      return;
    } catch (error) {
      if (!isConflict(error)) throw error;
    }
  }
  throw new UpstreamUnavailable('Too many want to change the same indicator.', { retryAfterMs: 1_000 });
}

/** Takes a row out; one that is not there is gone. */
export async function removeRow(table: TableClient, partitionKey: string, rowKey: string, etag = '*'): Promise<void> {
  try {
    await fromStorage(() => table.deleteEntity(partitionKey, rowKey, { etag }));
  } catch (error) {
    if (!isConflict(error) || (await readRow(table, partitionKey, rowKey)) !== undefined) throw error;
  }
}

/** All records of a tenant. */
export async function readRecords(table: TableClient, tenantId: string): Promise<readonly DirectRecord[]> {
  const filter = odata`PartitionKey eq ${tenantId} and RowKey ge ${'direct|'} and RowKey lt ${'direct~'}`;
  return (await listRows(table, filter)).map(fromRow);
}

/** The records about one value. */
export async function findRecords(
  table: TableClient,
  tenantId: string,
  identity: IndicatorIdentity,
): Promise<readonly DirectRecord[]> {
  const keys = directSourceSchema.options.map((source) => keyOf(source, identity));
  const rows = await Promise.all(keys.map((key) => readRow(table, tenantId, key)));
  return rows.flatMap((row) => (row === undefined ? [] : [fromRow(row)]));
}

/** All rows of the table that a filter lets through. */
export async function listRows(table: TableClient, filter: string): Promise<readonly Record<string, unknown>[]> {
  return fromStorage(async () => {
    const rows: Record<string, unknown>[] = [];
    for await (const row of table.listEntities({ queryOptions: { filter } })) rows.push(row);
    return rows;
  });
}

function fromRow(row: Readonly<Record<string, unknown>>): DirectRecord {
  return directRecordSchema.parse(unpackJson('record', row));
}

/** Values may hold what a key may not. */
function keyOf(source: DirectSource, identity: IndicatorIdentity): string {
  const hash = createHash('sha256').update(indicatorKey(identity)).digest('hex');
  return `direct|${source}|${hash}`;
}
