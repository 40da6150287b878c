import type { TableClient } from '@azure/data-tables';
import { z } from 'zod';
import type { Clock, Sleep } from '../../../shared/clock.ts';
import { UpstreamUnavailable } from '../../../shared/errors.ts';
import { packJson, unpackJson } from '../../../shared/packed-json.ts';
import { createTurns } from '../../../shared/turns.ts';
import { fromStorage, isConflict, readRow } from '../../../shared/work/transactions.store.ts';
import { planIsolation, withinHour } from './isolation-window.ts';
import type { SentIsolation } from './isolation-window.ts';

/** What is sent of `Isolate` and `RestrictCodeExecution` in a tenant. Both throw `UpstreamUnavailable` when storage does not answer. */
export interface Isolations {
  /** Whether one more would be too many now. */
  readonly isFull: (tenantId: string, limit: number) => Promise<boolean>;
  /**
   * Counts one that is about to be sent; `false`, and nothing counted, when `limit` were sent in the last 60 minutes. The
   * same operation counts once however often it asks.
   */
  readonly take: (tenantId: string, operationId: string, limit: number) => Promise<boolean>;
}

/** What the count needs: table `budgets`, time, chance and waiting. */
export interface IsolationsOptions {
  readonly table: TableClient;
  readonly now: Clock;
  readonly random: () => number;
  readonly sleep: Sleep;
}

/** Tries to win the row against other instances. */
const takeTries = 12;

/** Where the row was not won: when to come back. In milliseconds. */
const lostRetryMs = 1_000;

/**
 * One row per tenant with all of the last hour, changed by compare-and-swap (ETag), so that all instances together never
 * exceed the limit. A write whose reply was lost is found in the row by its operation.
 */
export function createIsolations(options: IsolationsOptions): Isolations {
  const inTurn = createTurns();
  return {
    isFull: async (tenantId, limit) => {
      const { sent } = await read(options.table, tenantId);
      return withinHour(sent, options.now()).length >= limit;
    },
    take: (tenantId, operationId, limit) => inTurn(tenantId, () => take(options, { tenantId, operationId, limit })),
  };
}

async function take(
  { table, now, random, sleep }: IsolationsOptions,
  ask: { readonly tenantId: string; readonly operationId: string; readonly limit: number },
): Promise<boolean> {
  const { tenantId, operationId } = ask;
  const askedAtMs = now();
  for (let tries = 0; tries < takeTries; tries += 1) {
    const row = await read(table, tenantId);
    // Not older than the question: it is this one's answer, whose reply was lost.
    if (row.sent.some(([id, atMs]) => id === operationId && atMs >= askedAtMs)) return true;
    const next = planIsolation(row.sent, { ...ask, nowMs: now() });
    if (next === undefined) return false;
    if (await write(table, tenantId, { ...row, sent: next })) return true;
    await sleep(5 + random() * 45);
  }
  throw new UpstreamUnavailable('Others count in this tenant too.', { retryAfterMs: lostRetryMs, throttled: true });
}

interface Row {
  readonly sent: readonly SentIsolation[];
  readonly etag?: string;
}

const rowKey = 'isolations';
const sentSchema = z.array(z.tuple([z.string(), z.number()]));

async function read(table: TableClient, tenantId: string): Promise<Row> {
  const row = await readRow(table, tenantId, rowKey);
  if (row === undefined) return { sent: [] };
  return { sent: sentSchema.parse(unpackJson('sent', row)), etag: z.string().parse(row['etag']) };
}

/** False when somebody else wrote first, or when it is unknown whether this write arrived: read again. */
async function write(table: TableClient, tenantId: string, { sent, etag }: Row): Promise<boolean> {
  const entity = { partitionKey: tenantId, rowKey, schemaVersion: 1, ...packJson('sent', sent) };
  try {
    await fromStorage(() =>
      etag === undefined ? table.createEntity(entity) : table.updateEntity(entity, 'Replace', { etag }),
    );
    return true;
  } catch (error) {
    if (isConflict(error) || error instanceof UpstreamUnavailable) return false;
    throw error;
  }
}
