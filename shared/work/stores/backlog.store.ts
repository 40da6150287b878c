import { odata } from '@azure/data-tables';
import type { TableClient } from '@azure/data-tables';
import { isWithin } from '../../clock.ts';
import type { Clock } from '../../clock.ts';
import { lanes } from '../carry.ts';
import { laneRange } from '../rows/keys.ts';
import { createSingleFlight } from '../single-flight.ts';
import { fromStorage } from '../transactions.store.ts';

/** How long a count is believed; what this instance accepts meanwhile is added to it. */
const countHoldsMs = 30_000;

/**
 * How many operations of a tenant are unfinished: its work items, without callbacks, counted by this instance at most every
 * 30 s, plus what it accepted since. Other instances' accepts show at the next count, so the limit may be passed by what
 * they take in half a minute; what was finished shows then too.
 */
export function createBacklog(options: {
  readonly table: TableClient;
  readonly now: Clock;
  readonly maxBacklog: number;
}) {
  const once = createSingleFlight<number>();
  const counts = new Map<string, { readonly atMs: number; count: number }>();

  async function isFull(tenantId: string): Promise<boolean> {
    const last = counts.get(tenantId);
    if (last && isWithin(options.now() - last.atMs, countHoldsMs)) return last.count >= options.maxBacklog;
    return (await once(tenantId, () => recount(tenantId))) >= options.maxBacklog;
  }

  async function recount(tenantId: string): Promise<number> {
    const count = await countItems(options.table, tenantId, options.maxBacklog);
    if (counts.size > 10_000) counts.clear();
    counts.set(tenantId, { atMs: options.now(), count });
    return count;
  }

  function add(tenantId: string): void {
    const last = counts.get(tenantId);
    if (last) last.count += 1;
  }

  return { isFull, add, retryAfterMs: countHoldsMs };
}

async function countItems(table: TableClient, tenantId: string, enough: number): Promise<number> {
  let count = 0;
  for (const lane of lanes) {
    if (lane === 'callbacks' || count >= enough) continue;
    const { from, to } = laneRange(lane);
    const filter = odata`PartitionKey eq ${tenantId} and RowKey ge ${from} and RowKey lt ${to}`;
    await fromStorage(async () => {
      for await (const _row of table.listEntities({ queryOptions: { filter, select: ['RowKey'] } })) {
        count += 1;
        if (count >= enough) break;
      }
    });
  }
  return count;
}
