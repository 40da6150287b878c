import { odata } from '@azure/data-tables';
import type { TableClient } from '@azure/data-tables';
import type { Clock } from '../clock.ts';
import { fromSortable, toSortable } from '../work/rows/keys.ts';
import { fromStorage } from '../work/transactions.store.ts';
import type { AlertVia } from './alert-link-rows.ts';
import type { AlertLinks } from './alert-links.store.ts';
import { linkedKey } from './linked-key.ts';

/** In which tenants there are alerts of ours, and when the last of them was linked, to the hour. Both throw `UpstreamUnavailable`. */
export interface LinkedTenants {
  readonly note: (tenantId: string, via: AlertVia) => Promise<void>;
  /** Epoch milliseconds, by `linkedKey`. */
  readonly readAll: () => Promise<ReadonlyMap<string, number>>;
}

const partition = 'alert-tenants';
const notedMs = 3_600_000;
/** More than an instance serves in an hour. */
const mostTenants = 10_000;

export interface LinkedTenantsOptions {
  readonly table: TableClient;
  readonly now: Clock;
  /** Called before a tenant is noted: what follows its alerts must not begin later than they. */
  readonly begin: (tenantId: string, via: AlertVia) => Promise<unknown>;
}

/** Opens them: one row for each tenant in table `ledger`, in a partition of their own, so that one query tells of all. */
export function createLinkedTenants({ table, now, begin }: LinkedTenantsOptions): LinkedTenants {
  const noted = new Map<string, number>();
  return {
    note: async (tenantId, via) => {
      const rowKey = linkedKey(tenantId, via);
      const nowMs = now();
      if (nowMs < (noted.get(rowKey) ?? Number.NEGATIVE_INFINITY) + notedMs) return;
      const row = { partitionKey: partition, rowKey, schemaVersion: 1, linkedAt: toSortable(nowMs) };
      await begin(tenantId, via);
      await fromStorage(() => table.upsertEntity(row, 'Replace'));
      if (noted.size >= mostTenants) noted.clear();
      noted.set(rowKey, nowMs);
    },
    readAll: () =>
      fromStorage(async () => {
        const found = new Map<string, number>();
        const filter = odata`PartitionKey eq ${partition}`;
        for await (const row of table.listEntities({ queryOptions: { filter } })) {
          found.set(String(row.rowKey), fromSortable(String(row['linkedAt'])));
        }
        return found;
      }),
  };
}

/** Links that are noted by their tenant, too; before they are made, so that none is overlooked. */
export function noting<T extends Pick<AlertLinks, 'put'>>(links: T, tenants: Pick<LinkedTenants, 'note'>): T {
  return {
    ...links,
    put: async (link) => {
      await tenants.note(link.tenantId, link.via);
      await links.put(link);
    },
  };
}
