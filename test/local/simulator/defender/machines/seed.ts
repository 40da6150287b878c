import type { LogonUserResource, MachineIpAddress, MachineRecord, MachineResource } from './resource.ts';
import type { AddressPeriod } from './resource.ts';

/** A user on a machine: only the name is needed. */
export type LogonUserSeed = Partial<LogonUserResource> & Pick<LogonUserResource, 'accountName'>;

/** A machine of a tenant: only its id is needed. */
export type MachineSeed = Partial<MachineResource> &
  Pick<MachineResource, 'id'> & {
    readonly logonUsers?: readonly LogonUserSeed[];
    /** When it had which internal address; when absent, its addresses ever since it was first seen. */
    readonly addressPeriods?: readonly AddressPeriod[];
  };

const dayMs = 86_400_000;

/** The record behind a seed, seen an hour ago unless it says otherwise. Throws a `RangeError` on an id that is none. */
export function fromSeed({ logonUsers = [], addressPeriods, ...seed }: MachineSeed, nowMs: number): MachineRecord {
  if (typeof seed.id !== 'string' || !/^[0-9a-f]{40}$/i.test(seed.id)) {
    throw new RangeError('A machine needs an id of 40 hex digits.');
  }
  const machine: MachineResource = { ...defaults(seed, nowMs), ...seed, id: seed.id.toLowerCase() };
  return {
    machine,
    logonUsers: logonUsers.map((user) => toLogonUser(user, machine)),
    addressPeriods: addressPeriods ?? toPeriods(machine),
  };
}

/** On the machine for as long as it has been seen, unless it says otherwise. Throws a `RangeError` on a user without a name. */
export function toLogonUser(user: LogonUserSeed, { firstSeen, lastSeen }: MachineResource): LogonUserResource {
  if (typeof user.accountName !== 'string') throw new RangeError('A user needs an accountName.');
  return {
    ...{ id: `${user.accountDomain ?? 'example'}\\${user.accountName}`, accountDomain: 'example' },
    ...{ firstSeen, lastSeen, logonTypes: 'Interactive', isDomainAdmin: false, isOnlyNetworkUser: false },
    ...user,
  };
}

function defaults(seed: MachineSeed, nowMs: number): Omit<MachineResource, 'id'> {
  const ipAddress = seed.ipAddresses?.[0]?.ipAddress ?? seed.lastIpAddress ?? null;
  return {
    ...{ computerDnsName: null, firstSeen: toSevenDigits(nowMs - 60 * dayMs) },
    ...{ lastSeen: toSevenDigits(nowMs - dayMs / 24), osPlatform: 'Windows11', version: '24H2', osVersion: null },
    ...{ osProcessor: 'x64', osArchitecture: '64-bit', osBuild: 26_100, lastIpAddress: ipAddress },
    ...{ lastExternalIpAddress: '203.0.113.7', healthStatus: 'Active', onboardingStatus: 'Onboarded' },
    ...{ deviceValue: 'Normal', rbacGroupId: 0, rbacGroupName: null, riskScore: 'None', exposureLevel: 'Low' },
    ...{ isAadJoined: true, aadDeviceId: null, machineTags: [], agentVersion: agentVersionOf(seed) },
    ...{ defenderAvStatus: 'NotSupported', managedBy: null, vmMetadata: null, mergedIntoMachineId: null },
    ...{ isPotentialDuplication: false, isExcluded: false, exclusionReason: null },
    ipAddresses: ipAddress === null ? [] : [toEthernet(ipAddress, seed.id)],
  };
}

function agentVersionOf({ osPlatform = '' }: MachineSeed): string {
  return /^(?:linux|macos)/i.test(osPlatform) ? '101.26072.0001' : '10.8760.0.0';
}

/** An adapter whose MAC address comes from the machine's id, so that no two machines share one. */
function toEthernet(ipAddress: string, id: string): MachineIpAddress {
  return { ipAddress, macAddress: `02${id.slice(-10)}`.toUpperCase(), operationalStatus: 'Up', type: 'Ethernet' };
}

/** A machine that reports no more had its addresses until its last report. */
function toPeriods({ ipAddresses, firstSeen, lastSeen, healthStatus }: MachineResource): readonly AddressPeriod[] {
  const to = healthStatus === 'Inactive' ? lastSeen : null;
  return ipAddresses.map(({ ipAddress }) => ({ ipAddress, from: firstSeen, to }));
}

/** Seven fractional digits, as the service prints these times. */
function toSevenDigits(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '0000Z');
}
