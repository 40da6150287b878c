import { odata } from '@azure/data-tables';
import type { TableClient } from '@azure/data-tables';
import { isWithin } from '../../clock.ts';
import type { Clock } from '../../clock.ts';
import { fromSortable, toSortable } from '../rows/keys.ts';
import { createSingleFlight } from '../single-flight.ts';
import { fromStorage, isConflict } from '../transactions.store.ts';

/** In table `ready`, beside the lanes: every partition that was given work. */
const partitionsKey = 'partitions';

/** For so long this instance remembers that a partition is known. */
const knownForMs = 3_600_000;

export interface Partition {
  readonly tenantId: string;
  readonly touchedMs: number;
  readonly etag: string;
}

export type Partitions = ReturnType<typeof createPartitions>;

/** Which partitions there are: the sweep must find also those that no document names any more. */
export function createPartitions(options: { readonly ready: TableClient; readonly now: Clock }) {
  const { ready: table, now } = options;
  const once = createSingleFlight<void>();
  const known = new Map<string, number>();

  /** Notes a partition **before** something is put into it. One write an hour, instance and partition. */
  async function note(tenantId: string): Promise<void> {
    if (isWithin(now() - (known.get(tenantId) ?? -Infinity), knownForMs)) return;
    await once(tenantId, async () => {
      const row = { partitionKey: partitionsKey, rowKey: tenantId, schemaVersion: 1, touched: toSortable(now()) };
      await fromStorage(() => table.upsertEntity(row, 'Replace'));
      if (known.size > 10_000) known.clear();
      known.set(tenantId, now());
    });
  }

  async function list(): Promise<readonly Partition[]> {
    const found: Partition[] = [];
    await fromStorage(async () => {
      for await (const row of table.listEntities({
        queryOptions: { filter: odata`PartitionKey eq ${partitionsKey}` },
      })) {
        found.push({
          tenantId: String(row.rowKey),
          touchedMs: fromSortable(String(row['touched'])),
          etag: String(row.etag),
        });
      }
    });
    return found;
  }

  /** Forgets an empty partition, unless it was noted again since it was listed. */
  async function forget(partition: Partition): Promise<void> {
    try {
      await fromStorage(() => table.deleteEntity(partitionsKey, partition.tenantId, { etag: partition.etag }));
    } catch (error) {
      if (!isConflict(error)) throw error;
    }
  }

  return { note, list, forget };
}
