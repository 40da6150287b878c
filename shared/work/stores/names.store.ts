import { odata } from '@azure/data-tables';
import type { TableClient } from '@azure/data-tables';
import type { Clock } from '../../clock.ts';
import { isFinished } from '../../contract/operation.ts';
import { exclusiveKey, fromKeptNameKey, keptNameKey, keptNameRange } from '../rows/keys.ts';
import { fromNameRow } from '../rows/name-rows.ts';
import type { StoredOperation } from '../rows/stored-operation.ts';
import { fromStorage, isConflict, readOperation, readRow } from '../transactions.store.ts';

/** Who holds a name. The operation itself may be gone by now (30 days): its name stays taken. */
export interface NameHolder {
  readonly operationId: string;
  readonly stored?: StoredOperation;
}

export type Names = ReturnType<typeof createNames>;

/** The exclusive names of tenants: held while an operation is unfinished and, where that was asked, after it succeeded. */
export function createNames({ table, now }: { readonly table: TableClient; readonly now: Clock }) {
  /** `undefined` when it is free, or was let go just now. */
  async function holderOf(tenantId: string, name: string): Promise<NameHolder | undefined> {
    const row = await readRow(table, tenantId, exclusiveKey(name));
    if (row === undefined) return undefined;
    const { operationId, untilMs } = fromNameRow(row);
    if (untilMs !== undefined && untilMs <= now()) return undefined;
    const stored = await readOperation(table, tenantId, operationId);
    if (stored === undefined) return untilMs === undefined ? undefined : { operationId };
    const isHeld = !isFinished(stored.status) || (stored.status === 'Succeeded' && stored.keepsNameMs !== undefined);
    return isHeld ? { operationId, stored } : undefined;
  }

  /** Lets a name go whose time is over: the sweep need not have come by. */
  async function forgetExpired(tenantId: string, name: string): Promise<void> {
    const row = await readRow(table, tenantId, exclusiveKey(name));
    const untilMs = row && fromNameRow(row).untilMs;
    if (untilMs === undefined || untilMs > now()) return;
    await remove(tenantId, exclusiveKey(name), String(row?.['etag']));
    await remove(tenantId, keptNameKey(untilMs, name));
  }

  /** Lets go what was kept long enough; gives how many names. What somebody took again meanwhile is theirs. */
  async function sweep(tenantId: string): Promise<number> {
    const kept = await listExpired(tenantId);
    for (const rowKey of kept) {
      await forgetExpired(tenantId, fromKeptNameKey(rowKey).name);
      await remove(tenantId, rowKey);
    }
    return kept.length;
  }

  async function listExpired(tenantId: string): Promise<readonly string[]> {
    const { from, to } = keptNameRange(now());
    const filter = odata`PartitionKey eq ${tenantId} and RowKey ge ${from} and RowKey lt ${to}`;
    const found: string[] = [];
    await fromStorage(async () => {
      for await (const row of table.listEntities({ queryOptions: { filter, select: ['RowKey'] } })) {
        found.push(String(row.rowKey));
      }
    });
    return found;
  }

  async function remove(tenantId: string, rowKey: string, etag = '*'): Promise<void> {
    try {
      await fromStorage(() => table.deleteEntity(tenantId, rowKey, { etag }));
    } catch (error) {
      if (!isConflict(error)) throw error; // another was quicker, or the name has a new holder
    }
  }

  return { holderOf, forgetExpired, sweep };
}
