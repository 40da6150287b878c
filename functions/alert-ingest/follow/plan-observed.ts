import type { CallbackEvent } from '../../../shared/contract/callback-event.ts';
import type { TenantPolicy } from '../../../shared/contract/tenant.ts';
import { ticksOf } from '../../../shared/defender/changed-alert.ts';
import type { ChangedAlert } from '../../../shared/defender/changed-alert.ts';
import { nameOf } from './alert-cursor.ts';
import type { AlertCursor } from './alert-cursor.ts';

/** From which severity on alerts are observed. */
export type ObservedFrom = Exclude<TenantPolicy['alerts']['observe'], 'Off'>;

const severities: readonly string[] = ['Informational', 'Low', 'Medium', 'High'];

/**
 * The alerts, of whomever, that are new or changed and severe enough (contract §10, `alert.observed`), each once as it stands. A
 * severity that Defender does not name counts as the lowest.
 */
export function planObserved(
  alerts: readonly ChangedAlert[],
  cursor: Pick<AlertCursor, 'observedSince' | 'seen'>,
  { tenantId, from }: { readonly tenantId: string; readonly from: ObservedFrom },
): readonly CallbackEvent[] {
  const { observedSince } = cursor;
  if (observedSince === undefined) return [];
  const seen = new Set(cursor.seen.map(([name]) => name));
  return alerts
    .filter((alert) => ticksOf(alert) >= observedSince && isSevere(alert, from) && !seen.has(nameOf(alert)))
    .map(({ alertId, severity, status, machineId, lastUpdateTime }) => ({
      ...{ type: 'alert.observed', timestamp: lastUpdateTime, tenantId },
      data: {
        ...{ alertId, severity: severity ?? 'UnSpecified', status: status ?? 'Unknown' },
        ...(machineId === undefined ? {} : { machineId }),
        lastUpdateTime,
      },
    }));
}

function isSevere({ severity = '' }: ChangedAlert, from: ObservedFrom): boolean {
  return Math.max(0, severities.indexOf(severity)) >= severities.indexOf(from);
}
