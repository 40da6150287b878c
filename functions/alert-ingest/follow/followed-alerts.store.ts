import type { TableClient } from '@azure/data-tables';
import { linkKeys } from '../../../shared/alerts/alert-link-rows.ts';
import { fromStorage, isConflict, readRow } from '../../../shared/work/transactions.store.ts';
import { fromKnownText, toKnownText } from './known-alert.ts';
import type { KnownAlert } from './known-alert.ts';

/** What the partner knows of our alerts. All throw `UpstreamUnavailable`. */
export interface FollowedAlerts {
  /** Of an alert that was there before it is ours: as it is now. One that is ours already stays as it is known. */
  readonly begin: (tenantId: string, alertId: string, known: KnownAlert) => Promise<void>;
  /** What was never read is not in it. */
  readonly read: (tenantId: string, alertIds: readonly string[]) => Promise<ReadonlyMap<string, KnownAlert>>;
  readonly write: (tenantId: string, alertId: string, known: KnownAlert) => Promise<void>;
}

/** Opens it: column `followed` of an alert's own row among the links, in table `ledger`, which goes when the last link goes. */
export function createFollowedAlerts(table: TableClient): FollowedAlerts {
  const rowOf = (tenantId: string, alertId: string, known: KnownAlert) => ({
    ...{ partitionKey: tenantId, rowKey: linkKeys.ofAlert(alertId), followed: toKnownText(known) },
  });
  return {
    begin: async (tenantId, alertId, known) => {
      const row = { ...rowOf(tenantId, alertId, known), schemaVersion: 1 };
      try {
        await fromStorage(() => table.createEntity(row));
      } catch (error) {
        if (!isConflict(error)) throw error;
      }
    },
    read: async (tenantId, alertIds) => {
      const found = new Map<string, KnownAlert>();
      for (const alertId of alertIds) {
        const text = (await readRow(table, tenantId, linkKeys.ofAlert(alertId)))?.['followed'];
        if (typeof text === 'string') found.set(alertId, fromKnownText(text));
      }
      return found;
    },
    write: async (tenantId, alertId, known) => {
      try {
        await fromStorage(() => table.updateEntity(rowOf(tenantId, alertId, known), 'Merge'));
      } catch (error) {
        if (!isConflict(error)) throw error; // forgotten meanwhile: it is followed no more
      }
    },
  };
}
