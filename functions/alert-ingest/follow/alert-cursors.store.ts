import { odata } from '@azure/data-tables';
import type { TableClient } from '@azure/data-tables';
import type { AlertVia } from '../../../shared/alerts/alert-link-rows.ts';
import { linkedKey } from '../../../shared/alerts/linked-key.ts';
import type { Clock } from '../../../shared/clock.ts';
import { packJson, unpackJson } from '../../../shared/packed-json.ts';
import { fromStorage, isConflict, readRow } from '../../../shared/work/transactions.store.ts';
import { startAt } from './alert-cursor.ts';
import type { AlertCursor, SeenAlert } from './alert-cursor.ts';

/** How far a tenant's alerts are followed, as it was read, with what is needed to write it back safely. */
export interface StoredCursor {
  /** See `linkedKey`. */
  readonly key: string;
  readonly cursor: AlertCursor;
  /** Until then it is in somebody's hands; epoch milliseconds. */
  readonly busyUntilMs: number;
  readonly etag: string;
}

/** The cursors of all tenants, in one partition of table `ledger`: one query reads them all. They throw `UpstreamUnavailable`. */
export interface AlertCursors {
  readonly readAll: () => Promise<ReadonlyMap<string, StoredCursor>>;
  /** `undefined`: somebody else began. */
  readonly begin: (tenantId: string, via: AlertVia, cursor: AlertCursor) => Promise<StoredCursor | undefined>;
  /** `undefined`: somebody else wrote since it was read, and whoever read it must stop. */
  readonly write: (
    stored: StoredCursor,
    next: Pick<StoredCursor, 'cursor' | 'busyUntilMs'>,
  ) => Promise<StoredCursor | undefined>;
  readonly remove: (stored: StoredCursor) => Promise<void>;
}

const partition = 'alert-cursors';

/** Opens them; `newId` marks each write, so that one whose reply was lost is recognised. */
export function createAlertCursors(table: TableClient, newId: () => string): AlertCursors {
  return {
    readAll: () =>
      fromStorage(async () => {
        const found = new Map<string, StoredCursor>();
        const filter = odata`PartitionKey eq ${partition}`;
        for await (const row of table.listEntities({ queryOptions: { filter } })) {
          const stored = fromRow(row);
          found.set(stored.key, stored);
        }
        return found;
      }),
    begin: (tenantId, via, cursor) =>
      put(table, newId(), { key: linkedKey(tenantId, via), cursor, busyUntilMs: 0, etag: undefined }),
    write: ({ key, etag }, next) => put(table, newId(), { ...next, key, etag }),
    remove: async ({ key, etag }) => {
      try {
        await fromStorage(() => table.deleteEntity(partition, key, { etag }));
      } catch (error) {
        if (!isConflict(error)) throw error; // gone already, or in use again
      }
    },
  };
}

/** A tenant is followed from its first alert on, not from when somebody looks for the first time: it may be paused until then. */
export function createBeginFollowing(
  cursors: Pick<AlertCursors, 'begin'>,
  now: Clock,
): (tenantId: string, via: AlertVia) => Promise<unknown> {
  return (tenantId, via) => cursors.begin(tenantId, via, startAt(now()));
}

interface Put extends Omit<StoredCursor, 'etag'> {
  readonly etag: string | undefined;
}

async function put(table: TableClient, nonce: string, { etag, ...next }: Put): Promise<StoredCursor | undefined> {
  const row = toRow(next, nonce);
  try {
    const written =
      etag === undefined
        ? await fromStorage(() => table.createEntity(row))
        : await fromStorage(() => table.updateEntity(row, 'Replace', { etag }));
    if (written.etag !== undefined) return { ...next, etag: written.etag };
  } catch (error) {
    const current = await readRow(table, partition, next.key);
    if (current?.['nonce'] === nonce) return fromRow(current);
    if (isConflict(error)) return undefined;
    throw error;
  }
  const current = await readRow(table, partition, next.key);
  return current?.['nonce'] === nonce ? fromRow(current) : undefined;
}

function toRow({ key, cursor, busyUntilMs }: Omit<StoredCursor, 'etag'>, nonce: string) {
  const { at, observedSince, seen } = cursor;
  return {
    ...{
      partitionKey: partition,
      rowKey: key,
      schemaVersion: 1,
      nonce,
      busyUntilMs: String(busyUntilMs),
      at: String(at),
    },
    ...(observedSince === undefined ? {} : { observedSince: String(observedSince) }),
    ...(seen.length === 0
      ? {}
      : packJson(
          'seen',
          seen.map(([name, seenAt]) => [name, String(seenAt)]),
        )),
  };
}

function fromRow(row: Readonly<Record<string, unknown>>): StoredCursor {
  const seen = (unpackJson('seen', row) ?? []) as readonly (readonly [string, string])[];
  const { observedSince } = row;
  return {
    key: String(row['rowKey']),
    etag: String(row['etag']),
    busyUntilMs: Number(row['busyUntilMs']),
    cursor: {
      at: BigInt(String(row['at'])),
      ...(typeof observedSince === 'string' ? { observedSince: BigInt(observedSince) } : {}),
      seen: seen.map(([name, at]): SeenAlert => [name, BigInt(at)]),
    },
  };
}
