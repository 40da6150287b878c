import type { TableClient } from '@azure/data-tables';
import { linkKeys } from '../../shared/alerts/alert-link-rows.ts';
import { fromStorage, isConflict, readRow } from '../../shared/work/transactions.store.ts';
import { fromKnownText, toKnownText } from './known-alert.ts';
import type { KnownAlert } from './known-alert.ts';

/** What the partner knows of our alerts. Both throw `UpstreamUnavailable`. */
export interface FollowedAlerts {
  /** What was never read is not in it. */
  readonly read: (tenantId: string, alertIds: readonly string[]) => Promise<ReadonlyMap<string, KnownAlert>>;
  readonly write: (tenantId: string, alertId: string, known: KnownAlert) => Promise<void>;
}

/** Opens it: column `followed` of an alert's own row among the links, in table `ledger`, which goes when the last link goes. */
export function createFollowedAlerts(table: TableClient): FollowedAlerts {
  return {
    read: async (tenantId, alertIds) => {
      const found = new Map<string, KnownAlert>();
      for (const alertId of alertIds) {
        const text = (await readRow(table, tenantId, linkKeys.ofAlert(alertId)))?.['followed'];
        if (typeof text === 'string') found.set(alertId, fromKnownText(text));
      }
      return found;
    },
    write: async (tenantId, alertId, known) => {
      const row = { partitionKey: tenantId, rowKey: linkKeys.ofAlert(alertId), followed: toKnownText(known) };
      try {
        await fromStorage(() => table.updateEntity(row, 'Merge'));
      } catch (error) {
        if (!isConflict(error)) throw error; // forgotten meanwhile: it is followed no more
      }
    },
  };
}
