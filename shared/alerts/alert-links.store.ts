import { odata } from '@azure/data-tables';
import type { TableClient } from '@azure/data-tables';
import type { Clock } from '../clock.ts';
import { fromStorage, isConflict, readRow, submit } from '../work/transactions.store.ts';
import { ageRange, alertRange, fromLinkRow, fromLinkedRows, linkKeptMs, linkKeys } from './alert-link-rows.ts';
import { toLinkRows, toWrittenColumns } from './alert-link-rows.ts';
import type { AlertLink, LinkedAlert, NewAlertLink, WrittenFields } from './alert-link-rows.ts';

/** Which alert in Defender was made for which id of the partner's, for 180 days (contract §15). All throw `UpstreamUnavailable`. */
export interface AlertLinks {
  /** Repeating it changes nothing but the time. A merged alert has several ids. */
  readonly put: (link: NewAlertLink) => Promise<void>;
  readonly byId: (tenantId: string, id: string) => Promise<AlertLink | undefined>;
  /** By Defender's id; what was not made by us is not in it. */
  readonly byAlertId: (tenantId: string, alertIds: readonly string[]) => Promise<ReadonlyMap<string, LinkedAlert>>;
  /**
   * Notes what we write to an alert, before it is sent and again when it was: so that who follows alerts tells our changes
   * from others'. Of an alert that is not linked nothing is noted.
   */
  readonly recordWritten: (tenantId: string, alertId: string, fields: WrittenFields) => Promise<void>;
  /** Forgets a tenant's links that are past their time; gives how many. */
  readonly sweep: (tenantId: string) => Promise<number>;
}

const readsAtOnce = 16;

/** Opens the links: rows in table `ledger`, PartitionKey = tenant. */
export function createAlertLinks({ table, now }: { readonly table: TableClient; readonly now: Clock }): AlertLinks {
  return {
    put: async (link) => void (await submit(table, toLinkRows(link, now()))),
    byId: async (tenantId, id) => {
      const row = await readRow(table, tenantId, linkKeys.ofId(id));
      return row && fromLinkRow(row);
    },
    byAlertId: async (tenantId, alertIds) => {
      const wanted = [...new Set(alertIds)];
      const found: (LinkedAlert | undefined)[] = [];
      for (let from = 0; from < wanted.length; from += readsAtOnce) {
        const part = wanted.slice(from, from + readsAtOnce);
        found.push(...(await Promise.all(part.map((alertId) => readLinked(table, tenantId, alertId)))));
      }
      return new Map(found.flatMap((alert) => (alert === undefined ? [] : [[alert.alertId, alert] as const])));
    },
    recordWritten: async (tenantId, alertId, fields) => {
      const row = { partitionKey: tenantId, rowKey: linkKeys.ofAlert(alertId), ...toWrittenColumns(fields, now()) };
      try {
        await fromStorage(() => table.updateEntity(row, 'Merge'));
      } catch (error) {
        if (!isConflict(error)) throw error;
      }
    },
    sweep: (tenantId) => sweepLinks(table, tenantId, now() - linkKeptMs),
  };
}

async function readLinked(table: TableClient, tenantId: string, alertId: string): Promise<LinkedAlert | undefined> {
  return fromLinkedRows(await readRange(table, tenantId, alertRange(alertId)));
}

/** Sorted by time, the rows by age are the index of what is past it. A link that was put again is as old as the last time. */
async function sweepLinks(table: TableClient, tenantId: string, linkedByMs: number): Promise<number> {
  let forgotten = 0;
  for (const row of await readRange(table, tenantId, ageRange(linkedByMs))) {
    const { id, alertId, linkedAtMs } = fromLinkRow(row);
    const byId = await readRow(table, tenantId, linkKeys.ofId(id));
    const byAlert = await readRange(table, tenantId, alertRange(alertId));
    const isLatest = byId === undefined || fromLinkRow(byId).linkedAtMs <= linkedAtMs;
    const others = byAlert.filter((each) => each['operationId'] !== undefined && each['id'] !== id);
    await remove(table, tenantId, [
      String(row['rowKey']),
      ...(isLatest ? [linkKeys.ofPair(alertId, id)] : []),
      ...(isLatest && byId !== undefined ? [linkKeys.ofId(id)] : []),
      ...(isLatest && others.length === 0 ? [linkKeys.ofAlert(alertId)] : []),
    ]);
    if (isLatest) forgotten += 1;
  }
  return forgotten;
}

/** One by one, the row by age last: what is not there any more was taken by another sweep. */
async function remove(table: TableClient, tenantId: string, rowKeys: readonly string[]): Promise<void> {
  for (const rowKey of rowKeys.toReversed()) {
    try {
      await fromStorage(() => table.deleteEntity(tenantId, rowKey));
    } catch (error) {
      if (!isConflict(error)) throw error;
    }
  }
}

async function readRange(
  table: TableClient,
  tenantId: string,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const filter = odata`PartitionKey eq ${tenantId} and RowKey ge ${from} and RowKey lt ${to}`;
  const rows: Record<string, unknown>[] = [];
  await fromStorage(async () => {
    for await (const row of table.listEntities({ queryOptions: { filter } })) rows.push(row);
  });
  return rows;
}
