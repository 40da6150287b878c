import { hostOf } from '../host-of.ts';
import { toSevenDigits } from '../../hunting/ticks.ts';
import type { EventRow, EventStore } from '../../events/store.ts';
import type { AlertResource } from '../alerts/resource.ts';
import type { AlertStore } from '../alerts/store.ts';

/** What an event or an alert says that a machine has met. */
export interface Trace {
  readonly machineId: string;
  /** Seven digits. */
  readonly at: string;
  readonly sha1: string | null;
  readonly sha256: string | null;
  readonly md5: string | null;
  readonly size: number | null;
  readonly fileName: string | null;
  readonly host: string | null;
  readonly ipAddress: string | null;
}

/** All that can be seen by now. */
export function tracesOf(
  { events, alerts }: { readonly events: EventStore; readonly alerts: AlertStore },
  nowMs: number,
): readonly Trace[] {
  const tables = [...new Set(events.list().map(({ table }) => table))];
  const rows = tables.filter((table) => /^Device\w*Events$/.test(table)).flatMap((table) => events.rows(table, nowMs));
  return [...rows.map(fromEvent), ...alerts.list().flatMap(fromAlert)];
}

function fromEvent(row: EventRow): Trace {
  const text = (column: string): string | null => {
    const value = row[column];
    return typeof value === 'string' && value !== '' ? value : null;
  };
  const size = row['FileSize'];
  return {
    machineId: (text('DeviceId') ?? '').toLowerCase(),
    at: text('Timestamp') ?? '',
    ...toHashes({ sha1: text('SHA1'), sha256: text('SHA256'), md5: text('MD5') }),
    size: typeof size === 'number' ? size : null,
    fileName: text('FileName'),
    host: toHost(text('RemoteUrl')),
    ipAddress: text('RemoteIP'),
  };
}

function fromAlert({ machineId, evidence }: AlertResource): readonly Trace[] {
  return evidence.map(({ evidenceCreationTime, sha1, sha256, fileName, url, ipAddress }) => ({
    ...{ machineId, at: toSevenDigits(evidenceCreationTime), size: null, fileName, host: toHost(url), ipAddress },
    ...toHashes({ sha1, sha256, md5: null }),
  }));
}

function toHashes({
  sha1,
  sha256,
  md5,
}: Pick<Trace, 'sha1' | 'sha256' | 'md5'>): Pick<Trace, 'sha1' | 'sha256' | 'md5'> {
  return {
    sha1: sha1?.toLowerCase() ?? null,
    sha256: sha256?.toLowerCase() ?? null,
    md5: md5?.toLowerCase() ?? null,
  };
}

function toHost(url: string | null): string | null {
  return url === null ? null : (hostOf(url) ?? null);
}
