import { odata } from '@azure/data-tables';
import type { TableClient, TransactionAction } from '@azure/data-tables';
import { UpstreamUnavailable } from '../../errors.ts';
import type { PackedProperties } from '../../packed-json.ts';
import { fromStorage, readRow } from '../../work/transactions.store.ts';
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
   * Writes the buckets that differ. Throws `UpstreamUnavailable` when somebody else wrote one since it was read: then what this worker
   * knows is stale, and it must stop. A ledger that is too large for one transaction may then be written in part, which is no harm:
   * what this worker marked `pending` only makes the next plan look.
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
      await fromStorage(async () => {
        for await (const row of table.listEntities({ queryOptions: { filter } })) {
          entries.push(...unpackBucket(row));
          etags.set(bucketOfKey(String(row.rowKey)), row.etag);
        }
      });
      return { tenantId, ledger: toLedger(entries), etags };
    },
    write: (stored, next) => writeChanged(table, newId(), { stored, next }),
  };
}

/** A bucket that is to be written, with its row's packed contents. */
interface ChangedBucket {
  readonly bucket: number;
  readonly packed: PackedProperties;
}

async function writeChanged(
  table: TableClient,
  nonce: string,
  { stored, next }: { readonly stored: StoredLedger; readonly next: Ledger },
): Promise<StoredLedger> {
  const { tenantId } = stored;
  const changed = [...changedBuckets(stored.ledger, next)].map(([bucket, entries]) => ({
    bucket,
    packed: packBucket(entries),
  }));
  const etags = new Map(stored.etags);
  for (const part of toParts(changed)) {
    for (const [bucket, etag] of await writePart(table, part, { tenantId, nonce, etags })) etags.set(bucket, etag);
  }
  return { tenantId, ledger: next, etags };
}

/** A transaction holds 4 MiB, in base64 and with its frame; a full ledger of long URLs is more. In packed bytes. */
const mostBytesAtOnce = 2 * 1024 * 1024;

function toParts(changed: readonly ChangedBucket[]): readonly (readonly ChangedBucket[])[] {
  const parts: ChangedBucket[][] = [];
  let room = 0;
  for (const each of changed) {
    const bytes = Object.values(each.packed).reduce((sum, piece) => sum + piece.length, 0);
    if (bytes > room) {
      parts.push([]);
      room = mostBytesAtOnce;
    }
    parts.at(-1)?.push(each);
    room -= bytes;
  }
  return parts;
}

interface Write {
  readonly tenantId: string;
  readonly nonce: string;
  readonly etags: ReadonlyMap<number, string>;
}

async function writePart(
  table: TableClient,
  part: readonly ChangedBucket[],
  write: Write,
): Promise<readonly (readonly [bucket: number, etag: string])[]> {
  const { tenantId, nonce, etags } = write;
  const actions = part.map(({ bucket, packed }): TransactionAction => {
    const row = { partitionKey: tenantId, rowKey: keyOfBucket(bucket), schemaVersion: 1, nonce, ...packed };
    const etag = etags.get(bucket);
    return etag === undefined ? ['create', row] : ['update', row, 'Replace', { etag }];
  });
  try {
    const { subResponses } = await table.submitTransaction(actions);
    return part.map(({ bucket }, i) => [bucket, subResponses[i]?.etag ?? '']);
  } catch (error) {
    // The reply may have been lost, not the write: then the rows carry the nonce of this very one.
    return Promise.all(
      part.map(async ({ bucket }) => [bucket, await etagOfOwnWrite(table, { ...write, bucket, error })] as const),
    );
  }
}

interface OwnWrite extends Omit<Write, 'etags'> {
  readonly bucket: number;
  readonly error: unknown;
}

async function etagOfOwnWrite(table: TableClient, { tenantId, bucket, nonce, error }: OwnWrite): Promise<string> {
  const row = await readRow(table, tenantId, keyOfBucket(bucket));
  if (row?.['nonce'] === nonce) return String(row['etag']);
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
