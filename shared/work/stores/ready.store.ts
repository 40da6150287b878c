import { odata } from '@azure/data-tables';
import type { TableClient } from '@azure/data-tables';
import { isWithin } from '../../clock.ts';
import type { Clock } from '../../clock.ts';
import { UpstreamUnavailable } from '../../errors.ts';
import type { Lane } from '../carry.ts';
import { fromSortable, toSortable } from '../rows/keys.ts';
import { fromStorage, isConflict, readRow } from '../transactions.store.ts';

/** For so long a partition's row, once touched by this instance, need not be touched again. */
const touchHoldsMs = 30_000;

/**
 * Work that was announced may still be on its way into its partition: a touched row is neither deleted nor put into the
 * future before this. Longer than a touch holds plus the slowest commit (four tries of 10 s).
 */
const settlesAfterMs = 120_000;

/** Others may be quicker again and again, but not for ever. */
const maxTries = 20;

/** When a lane has something to do for one partition. A hint: it may be too early, never too late. */
export interface ReadyRow {
  readonly lane: Lane;
  readonly tenantId: string;
  readonly nextDueMs: number;
  readonly touchedMs: number;
  readonly etag: string;
}

export type Ready = ReturnType<typeof createReady>;

/** Table `ready`: one row per lane and partition, so that one query per lane and tick finds whom to visit. */
export function createReady(options: { readonly table: TableClient; readonly now: Clock }) {
  const { table, now } = options;
  const onTheirWay = new Map<string, { readonly dueMs: number; readonly done: Promise<void> }>();
  const touched = new Map<string, { readonly atMs: number; readonly nextDueMs: number }>();

  /** Says, **before** the commit, that there will be work due at `dueMs`. Lowers the row's time, never raises it. */
  async function announce(lane: Lane, tenantId: string, dueMs: number): Promise<void> {
    const key = `${lane}|${tenantId}`;
    const last = touched.get(key);
    if (last && isWithin(now() - last.atMs, touchHoldsMs) && last.nextDueMs <= dueMs) return;
    const running = onTheirWay.get(key);
    if (running && running.dueMs <= dueMs) return running.done; // a burst of requests makes one call
    const done = touch(lane, tenantId, dueMs).finally(() => onTheirWay.delete(key));
    onTheirWay.set(key, { dueMs, done });
    return done;
  }

  async function touch(lane: Lane, tenantId: string, dueMs: number): Promise<void> {
    const atMs = now();
    const nextDueMs = await lower(lane, tenantId, dueMs);
    if (touched.size > 10_000) touched.clear();
    touched.set(`${lane}|${tenantId}`, { atMs, nextDueMs });
  }

  async function lower(lane: Lane, tenantId: string, dueMs: number): Promise<number> {
    const startedMs = now();
    for (let tries = 1; tries <= maxTries; tries += 1) {
      const row = await read(lane, tenantId);
      // Somebody was quicker and said as much, or our own write's reply was lost.
      if (row && tries > 1 && row.touchedMs >= startedMs && row.nextDueMs <= dueMs) return row.nextDueMs;
      const nextDueMs = Math.min(dueMs, row?.nextDueMs ?? dueMs);
      const entity = toRow({ lane, tenantId, nextDueMs, touchedMs: now() });
      const write = (): Promise<unknown> =>
        row ? table.updateEntity(entity, 'Replace', { etag: row.etag }) : table.createEntity(entity);
      try {
        await fromStorage(write);
        return nextDueMs;
      } catch (error) {
        if (!isConflict(error)) throw error;
      }
    }
    throw new UpstreamUnavailable('Others keep touching the row.', { retryAfterMs: 1_000 });
  }

  async function read(lane: Lane, tenantId: string): Promise<ReadyRow | undefined> {
    const row = await readRow(table, lane, tenantId);
    return row && fromRow(row);
  }

  /** Whom a lane has something for, now or within so long, those that waited longest first. */
  async function due(lane: Lane, withinMs = 0): Promise<readonly ReadyRow[]> {
    const filter = odata`PartitionKey eq ${lane} and nextDue le ${toSortable(now() + withinMs)}`;
    const rows: ReadyRow[] = [];
    await fromStorage(async () => {
      for await (const row of table.listEntities({ queryOptions: { filter } })) rows.push(fromRow(row));
    });
    return rows.sort((a, b) => a.nextDueMs - b.nextDueMs);
  }

  /**
   * Puts a row to the earliest item that is left, or takes it away. `row` must have been read before the partition was
   * searched: whatever was announced in between makes this write fail, and the next visit looks again.
   */
  async function settle(row: ReadyRow, earliestDueMs: number | undefined): Promise<void> {
    const isQuiet = now() - row.touchedMs > settlesAfterMs;
    if (isQuiet && earliestDueMs === undefined) return ignoringConflict(() => remove(row));
    const nextDueMs = Math.min(earliestDueMs ?? row.touchedMs, isQuiet ? Infinity : row.touchedMs);
    if (nextDueMs > row.nextDueMs) await postpone(row, nextDueMs);
  }

  /** Looks at the partition again at `dueMs` only; does nothing when the row was touched since it was read. */
  function postpone(row: ReadyRow, dueMs: number): Promise<void> {
    const entity = toRow({ ...row, nextDueMs: dueMs });
    return ignoringConflict(() => fromStorage(() => table.updateEntity(entity, 'Replace', { etag: row.etag })));
  }

  function remove(row: ReadyRow): Promise<unknown> {
    return fromStorage(() => table.deleteEntity(row.lane, row.tenantId, { etag: row.etag }));
  }

  /** As {@link announce}, whatever this instance believes to know. */
  async function wake(lane: Lane, tenantId: string): Promise<void> {
    touched.delete(`${lane}|${tenantId}`);
    await announce(lane, tenantId, now());
  }

  return { announce, wake, read, due, settle, postpone };
}

async function ignoringConflict(write: () => Promise<unknown>): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (!isConflict(error)) throw error;
  }
}

function toRow(row: Omit<ReadyRow, 'etag'>) {
  return {
    partitionKey: row.lane,
    rowKey: row.tenantId,
    schemaVersion: 1,
    nextDue: toSortable(row.nextDueMs),
    touched: toSortable(row.touchedMs),
  };
}

function fromRow(row: Record<string, unknown>): ReadyRow {
  return {
    lane: String(row['partitionKey']) as Lane,
    tenantId: String(row['rowKey']),
    nextDueMs: fromSortable(String(row['nextDue'])),
    touchedMs: fromSortable(String(row['touched'])),
    etag: String(row['etag']),
  };
}
