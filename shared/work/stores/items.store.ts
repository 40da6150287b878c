import { odata } from '@azure/data-tables';
import type { TableClient } from '@azure/data-tables';
import type { Clock } from '../../clock.ts';
import type { Lane } from '../carry.ts';
import { dueRange, laneRange, toSortable } from '../rows/keys.ts';
import type { KeyRange } from '../rows/keys.ts';
import { fromItemRow } from '../rows/item-row.ts';
import type { WorkItem } from '../rows/item-row.ts';
import { fromStorage } from '../transactions.store.ts';

export type Items = ReturnType<typeof createItems>;

/** Reads what a partition has to do, earliest first. */
export function createItems(options: { readonly table: TableClient; readonly now: Clock }) {
  const { table, now } = options;

  /** The first items of a lane, due or not. */
  function first(lane: Lane, tenantId: string, limit: number): Promise<readonly WorkItem[]> {
    return list(tenantId, laneRange(lane), { limit });
  }

  /** Items whose time to reach Defender is over, of those that are due. */
  function late(lane: Lane, tenantId: string, limit: number): Promise<readonly WorkItem[]> {
    return list(tenantId, dueRange(lane, now()), { limit, filter: odata`submitBy le ${toSortable(now())}` });
  }

  /** When the next item of a lane is due; leased ones count with the end of their lease. */
  async function earliest(lane: Lane, tenantId: string): Promise<number | undefined> {
    return (await first(lane, tenantId, 1))[0]?.dueMs;
  }

  /** A page may be short, or empty, and have a continuation: the iterator follows it. */
  async function list(
    tenantId: string,
    range: KeyRange,
    options: { readonly limit: number; readonly filter?: string },
  ): Promise<readonly WorkItem[]> {
    const inRange = odata`PartitionKey eq ${tenantId} and RowKey ge ${range.from} and RowKey lt ${range.to}`;
    const filter = options.filter === undefined ? inRange : `${inRange} and ${options.filter}`;
    const pages = table.listEntities({ queryOptions: { filter } }).byPage({ maxPageSize: options.limit });
    const found: WorkItem[] = [];
    await fromStorage(async () => {
      for await (const page of pages) {
        found.push(...page.map(fromItemRow));
        if (found.length >= options.limit) break;
      }
    });
    return found.slice(0, options.limit);
  }

  return { first, late, earliest };
}
