import { odata } from '@azure/data-tables';
import type { TableClient } from '@azure/data-tables';
import { packJson, unpackJson } from '../../../shared/packed-json.ts';
import type { SyncState } from './sync-state.ts';

/** The states of all tenants, in one partition of table `ledger`: one query reads them all. */
export interface SyncStates {
  read(tenantId: string): Promise<SyncState | undefined>;
  readAll(): Promise<ReadonlyMap<string, SyncState>>;
  write(tenantId: string, state: SyncState): Promise<void>;
  remove(tenantId: string): Promise<void>;
}

const partition = 'states';

/** Opens the states. A sync holds its tenant alone, so the last writer is the right one. */
export function createSyncStates(table: TableClient): SyncStates {
  return {
    read: async (tenantId) => {
      const row = await table.getEntity(partition, tenantId).catch(unlessMissing);
      return row && (unpackJson('state', row) as SyncState);
    },
    readAll: async () => {
      const states = new Map<string, SyncState>();
      const filter = odata`PartitionKey eq ${partition}`;
      for await (const row of table.listEntities({ queryOptions: { filter } })) {
        states.set(String(row.rowKey), unpackJson('state', row) as SyncState);
      }
      return states;
    },
    write: async (tenantId, state) => {
      const row = { partitionKey: partition, rowKey: tenantId, schemaVersion: 1, ...packJson('state', state) };
      await table.upsertEntity(row, 'Replace');
    },
    remove: async (tenantId) => {
      await table.deleteEntity(partition, tenantId).catch(unlessMissing);
    },
  };
}

function unlessMissing(error: unknown): undefined {
  if ((error as { readonly statusCode?: number }).statusCode === 404) return undefined;
  throw error;
}
