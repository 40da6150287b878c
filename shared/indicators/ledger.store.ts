import { odata } from '@azure/data-tables';
import type { TableClient, TransactionAction } from '@azure/data-tables';
import { UpstreamUnavailable } from '../errors.ts';
import { changedBuckets, packBucket, toLedger, unpackBucket } from './ledger.ts';
import type { Ledger, LedgerEntry } from './ledger.ts';

/** A tenant's ledger as it was read, with what is needed to write it back safely. */
export interface StoredLedger {
  readonly tenantId: string;
  readonly ledger: Ledger;
  /** ETags of the bucket rows that exist. */
  readonly etags: ReadonlyMap<number, string>;
}

/** Ledgers in table `ledger`: PartitionKey = tenant, 32 packed bucket rows (`b|07`). */
export interface Ledgers {
  read(tenantId: string): Promise<StoredLedger>;
  /**
   * Writes the buckets that differ, all or none. Throws `UpstreamUnavailable` when somebody else wrote one since it was read: then
   * what this worker knows is stale, and it must stop.
   */
  write(stored: StoredLedger, next: Ledger): Promise<StoredLedger>;
}

/** Opens the ledgers; `newId` marks each write, so that one whose reply was lost is recognised. */
export function createLedgers(table: TableClient, newId: () => string): Ledgers {
  return {
    read: async (tenantId) => {
      const entries: LedgerEntry[] = [];
      const etags = new Map<number, string>();
      const filter = odata`PartitionKey eq ${tenantId} and RowKey ge ${'b|'} and RowKey lt ${'b~'}`;
      for await (const row of table.listEntities({ queryOptions: { filter } })) {
        entries.push(...unpackBucket(row));
        etags.set(bucketOfKey(String(row.rowKey)), row.etag);
      }
      return { tenantId, ledger: toLedger(entries), etags };
    },
    write: (stored, next) => writeChanged(table, newId(), { stored, next }),
  };
}

async function writeChanged(
  table: TableClient,
  nonce: string,
  { stored, next }: { readonly stored: StoredLedger; readonly next: Ledger },
): Promise<StoredLedger> {
  const { tenantId } = stored;
  const buckets = [...changedBuckets(stored.ledger, next)];
  if (buckets.length === 0) return { ...stored, ledger: next };
  const actions = buckets.map(([bucket, entries]): TransactionAction => {
    const row = {
      partitionKey: tenantId,
      rowKey: keyOfBucket(bucket),
      schemaVersion: 1,
      nonce,
      ...packBucket(entries),
    };
    const etag = stored.etags.get(bucket);
    return etag === undefined ? ['create', row] : ['update', row, 'Replace', { etag }];
  });
  const etags = new Map(stored.etags);
  try {
    const { subResponses } = await table.submitTransaction(actions);
    buckets.forEach(([bucket], i) => etags.set(bucket, subResponses[i]?.etag ?? ''));
  } catch (error) {
    // The reply may have been lost, not the write: then the rows carry the nonce of this very one.
    for (const [bucket] of buckets) etags.set(bucket, await etagOfOwnWrite(table, { tenantId, bucket, nonce, error }));
  }
  return { tenantId, ledger: next, etags };
}

interface OwnWrite {
  readonly tenantId: string;
  readonly bucket: number;
  readonly nonce: string;
  readonly error: unknown;
}

async function etagOfOwnWrite(table: TableClient, { tenantId, bucket, nonce, error }: OwnWrite): Promise<string> {
  const row = await table.getEntity(tenantId, keyOfBucket(bucket)).catch(() => undefined);
  if (row?.['nonce'] === nonce) return row.etag;
  throw new UpstreamUnavailable('The ledger was written by somebody else, or could not be written.', {
    retryAfterMs: 5_000,
    cause: error,
  });
}

function keyOfBucket(bucket: number): string {
  return `b|${String(bucket).padStart(2, '0')}`;
}

function bucketOfKey(key: string): number {
  return Number(key.slice(2));
}
