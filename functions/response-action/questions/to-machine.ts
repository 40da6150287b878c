import type { AlertSummary, LogonUser, Machine } from '../../../shared/contract/machine.ts';
import { timeSchema } from '../../../shared/contract/primitives.ts';
import type { DefenderAlertSummary } from '../../../shared/defender/alert-summary.ts';
import type { DefenderLogonUser } from '../../../shared/defender/machine-details.client.ts';
import type { DefenderMachine } from '../../../shared/defender/machine-rows.ts';
import { toTicks } from '../../../shared/ticks.ts';

/** A machine as our answers show it: what Defender leaves empty is left out. */
export function toMachine(machine: DefenderMachine): Machine {
  const { id, computerDnsName, aadDeviceId, osPlatform, version, healthStatus, onboardingStatus } = machine;
  const { riskScore, exposureLevel, deviceValue, machineTags, rbacGroupName, lastSeen, lastIpAddress } = machine;
  return {
    id,
    ...given({ computerDnsName, aadDeviceId, osPlatform, version, healthStatus, onboardingStatus }),
    ...given({ riskScore, exposureLevel, deviceValue, machineTags, rbacGroupName }),
    ...given({ lastSeen: toGoodTime(lastSeen), lastIpAddress }),
  };
}

/** Who was logged on, last seen first; somebody without a name is nobody to tell of. */
export function toLogonUsers(users: readonly DefenderLogonUser[]): readonly LogonUser[] {
  return users
    .flatMap(({ accountName, accountDomain, lastSeen, isDomainAdmin }) =>
      accountName === undefined
        ? []
        : { accountName, ...given({ accountDomain, lastSeen: toGoodTime(lastSeen), isDomainAdmin }) },
    )
    .toSorted((a, b) => newestFirst(a.lastSeen, b.lastSeen));
}

/** Alerts in short, newest first. */
export function toAlertSummaries(alerts: readonly DefenderAlertSummary[]): readonly AlertSummary[] {
  return alerts
    .map(({ id, title = '', severity = 'Unknown', status = 'Unknown', alertCreationTime }) => ({
      ...{ id, title, severity, status },
      ...given({ alertCreationTime: toGoodTime(alertCreationTime) }),
    }))
    .toSorted((a, b) => newestFirst(a.alertCreationTime, b.alertCreationTime));
}

/** Only the fields that have a value. */
export function given<T extends object>(fields: T): { readonly [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    readonly [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

/** The time as Defender wrote it, unless it is none. */
export function toGoodTime(time: string | undefined): string | undefined {
  return time !== undefined && timeSchema.safeParse(time).success ? time : undefined;
}

/** Order of two times, the later one first, and those without one last. */
export function newestFirst(a: string | undefined, b: string | undefined): number {
  const [left, right] = [toTicks(a ?? '') ?? -1n, toTicks(b ?? '') ?? -1n];
  return left === right ? 0 : left > right ? -1 : 1;
}
