import type { AlertClassification, AlertDetermination, AlertStatus } from '../contract/triage.ts';
import { toSegment } from './odata.ts';

/** Body of Defender's call: names and case as they are; at least one is there. `comment` adds one. */
export interface AlertUpdateBody {
  readonly status?: AlertStatus;
  readonly classification?: AlertClassification;
  readonly determination?: AlertDetermination;
  readonly assignedTo?: string;
  readonly comment?: string;
}

/** The call that updates an alert: what is sent, and what `Observe` and `dryRun` show instead. */
export interface AlertUpdateRequest {
  readonly method: 'PATCH';
  readonly path: string;
  readonly body: AlertUpdateBody;
}

/** Path of one alert in Defender; `…` stands for an id that is not known. */
export function alertPath(alertId: string | undefined): string {
  return `/api/alerts/${alertId === undefined ? '…' : toSegment(alertId)}`;
}

/** Microsoft's pages spell two determinations in two ways, newer pages and older ones. */
const olderNames: Readonly<Partial<Record<string, AlertDetermination>>> = {
  NotMalicious: 'Clean',
  ConfirmedActivity: 'ConfirmedUserActivity',
};

/** A determination in the older of its spellings; so two that mean the same read the same. */
export function toOlderName<T extends string>(determination: T): T | AlertDetermination {
  return olderNames[determination] ?? determination;
}

/** A determination in the newer of its spellings, when it has one: for a tenant that refuses the older. */
export function toNewerName(determination: AlertDetermination): AlertDetermination | undefined {
  const newer = Object.entries(olderNames).find(([, older]) => older === determination)?.[0];
  return newer as AlertDetermination | undefined;
}
