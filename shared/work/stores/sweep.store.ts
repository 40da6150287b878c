import { odata } from '@azure/data-tables';
import type { TableClient, TransactionAction } from '@azure/data-tables';
import type { Clock } from '../../clock.ts';
import { isFinished } from '../../contract/operation.ts';
import { UpstreamUnavailable } from '../../errors.ts';
import type { Log } from '../../log.ts';
import { lanes } from '../carry.ts';
import type { Items } from './items.store.ts';
import { isOperationId, operationKey, toNewestFirst } from '../rows/keys.ts';
import { createLimit } from '../limit.ts';
import type { Names } from './names.store.ts';
import type { Partition, Partitions } from './partitions.store.ts';
import type { Ready } from './ready.store.ts';
import { fromStorage, isConflict, readOperation, submit } from '../transactions.store.ts';

const dayMs = 86_400_000;

/** How long is kept what has ended: operations from their creation, dead letters from their failure. */
const operationsKeptMs = 30 * dayMs;
const deadLettersKeptMs = 90 * dayMs;

/** Work that is due for so long without its tenant being announced was left behind by an instance that died in between. */
const forgottenAfterMs = 300_000;

/** An empty partition is forgotten when nobody noted it for so long: longer than an instance remembers. */
const partitionRestsMs = 2 * 3_600_000;

const partitionsAtOnce = 16;

export interface SweepOptions {
  readonly table: TableClient;
  readonly ready: Ready;
  readonly items: Items;
  readonly partitions: Partitions;
  readonly names: Names;
  readonly sweepBeside?: SweepBeside;
  readonly now: Clock;
  readonly random: () => number;
  readonly log: Log;
}

/** What else is kept of a tenant for a time: forgets what is past it. Called once a sweep for every partition that was given work. */
export type SweepBeside = (tenantId: string) => Promise<unknown>;

/** What a sweep did. */
export interface Swept {
  readonly partitions: number;
  /** Lanes of tenants that had been left behind. */
  readonly announced: number;
  readonly operations: number;
  readonly deadLetters: number;
  /** Exclusive names that were kept long enough. */
  readonly names: number;
}

/** Removes what is past its time and announces what was left behind, partition by partition. */
export function createSweep(options: SweepOptions): (pass: { readonly budgetMs: number }) => Promise<Swept> {
  const { table, ready, items, now } = options;

  return async ({ budgetMs }) => {
    const endsAtMs = now() + budgetMs;
    const all = await options.partitions.list();
    // Begins somewhere else each time, so that what did not fit into one budget is reached by another.
    const start = Math.floor(options.random() * all.length);
    const limit = createLimit(partitionsAtOnce);
    const swept = await Promise.all(
      [...all.slice(start), ...all.slice(0, start)].map((partition) =>
        limit(async () => (now() < endsAtMs ? sweepPartition(partition, endsAtMs) : undefined)),
      ),
    );
    const done = swept.filter((one) => one !== undefined);
    const sum = (count: (one: Swept) => number): number => done.reduce((total, one) => total + count(one), 0);
    return {
      partitions: done.length,
      announced: sum((one) => one.announced),
      operations: sum((one) => one.operations),
      deadLetters: sum((one) => one.deadLetters),
      names: sum((one) => one.names),
    };
  };

  async function sweepPartition(partition: Partition, endsAtMs: number): Promise<Swept | undefined> {
    const { tenantId } = partition;
    try {
      const announced = await announceForgotten(tenantId);
      const operations = await removeOperations(tenantId, endsAtMs);
      const deadLetters = await removeDeadLetters(tenantId, endsAtMs);
      const names = await options.names.sweep(tenantId);
      await options.sweepBeside?.(tenantId);
      const isResting = now() - partition.touchedMs > partitionRestsMs;
      if (isResting && (await isEmpty(tenantId))) await options.partitions.forget(partition);
      return { partitions: 1, announced, operations, deadLetters, names };
    } catch (error) {
      // One partition's trouble is not the others'; an hour later it has its turn again.
      const say = error instanceof UpstreamUnavailable ? options.log.warn : options.log.error;
      say('partition.skipped', { tenantId, error });
      return undefined;
    }
  }

  async function announceForgotten(tenantId: string): Promise<number> {
    let announced = 0;
    for (const lane of lanes) {
      const row = await ready.read(lane, tenantId);
      const earliestMs = await items.earliest(lane, tenantId);
      if (earliestMs === undefined || (row?.nextDueMs ?? Infinity) <= Math.max(earliestMs, now()) + forgottenAfterMs)
        continue;
      await ready.announce(lane, tenantId, Math.max(earliestMs, now()));
      announced += 1;
    }
    return announced;
  }

  /** The list is the index of what expires: its oldest end is one range. */
  async function removeOperations(tenantId: string, endsAtMs: number): Promise<number> {
    let removed = 0;
    for (const { rowKey, id } of await expired(tenantId, 'l', operationsKeptMs)) {
      if (now() >= endsAtMs) break;
      const stored = await readOperation(table, tenantId, id);
      if (stored && !isFinished(stored.status)) continue;
      // A dead letter's operation leaves the list, and stays for as long as the dead letter.
      const isKept = stored?.deadLetterKey !== undefined;
      await remove(tenantId, [rowKey, ...(stored && !isKept ? [operationKey(id)] : [])]);
      removed += 1;
    }
    return removed;
  }

  async function removeDeadLetters(tenantId: string, endsAtMs: number): Promise<number> {
    let removed = 0;
    for (const { rowKey, id } of await expired(tenantId, 'd', deadLettersKeptMs)) {
      if (now() >= endsAtMs) break;
      const stored = isOperationId(id) ? await readOperation(table, tenantId, id) : undefined;
      await remove(tenantId, [rowKey, ...(stored?.deadLetterKey === rowKey ? [operationKey(id)] : [])]);
      removed += 1;
    }
    return removed;
  }

  async function remove(partitionKey: string, rowKeys: readonly string[]): Promise<void> {
    try {
      await submit(
        table,
        rowKeys.map((rowKey): TransactionAction => ['delete', { partitionKey, rowKey }]),
      );
    } catch (error) {
      if (!isConflict(error)) throw error; // another sweep was quicker, or it was redriven just now
    }
  }

  async function expired(
    tenantId: string,
    family: 'l' | 'd',
    keptMs: number,
  ): Promise<readonly { readonly rowKey: string; readonly id: string }[]> {
    const from = `${family}|${toNewestFirst(now() - keptMs)}|`;
    const filter = odata`PartitionKey eq ${tenantId} and RowKey ge ${from} and RowKey lt ${`${family}|~`}`;
    const found: { rowKey: string; id: string }[] = [];
    await fromStorage(async () => {
      for await (const row of table.listEntities({ queryOptions: { filter, select: ['RowKey', 'id'] } })) {
        found.push({ rowKey: String(row.rowKey), id: String(row['id']) });
      }
    });
    return found;
  }

  async function isEmpty(tenantId: string): Promise<boolean> {
    const pages = table.listEntities({
      queryOptions: { filter: odata`PartitionKey eq ${tenantId}`, select: ['RowKey'] },
    });
    return fromStorage(async () => (await pages.next()).done === true);
  }
}
