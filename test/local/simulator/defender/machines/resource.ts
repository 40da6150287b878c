export const deviceValues = ['Normal', 'Low', 'High'] as const;

export interface MachineIpAddress {
  readonly ipAddress: string;
  /** Without separators. */
  readonly macAddress: string | null;
  readonly operationalStatus: string;
  readonly type: string;
}

/** A machine as the API returns it. */
export interface MachineResource {
  /** 40 hex digits. */
  readonly id: string;
  readonly computerDnsName: string | null;
  readonly firstSeen: string;
  readonly lastSeen: string;
  readonly osPlatform: string;
  readonly version: string | null;
  readonly osVersion: string | null;
  readonly osProcessor: string | null;
  readonly osArchitecture: string | null;
  readonly osBuild: number | null;
  readonly lastIpAddress: string | null;
  readonly lastExternalIpAddress: string | null;
  readonly healthStatus: string;
  readonly onboardingStatus: string;
  readonly deviceValue: string | null;
  readonly rbacGroupId: number;
  readonly rbacGroupName: string | null;
  readonly riskScore: string | null;
  readonly exposureLevel: string | null;
  readonly isAadJoined: boolean | null;
  readonly aadDeviceId: string | null;
  readonly machineTags: readonly string[];
  readonly agentVersion: string | null;
  readonly defenderAvStatus: string;
  readonly managedBy: string | null;
  readonly vmMetadata: unknown;
  /** Undocumented, recorded live: the successor of a merged record. */
  readonly mergedIntoMachineId: string | null;
  readonly isPotentialDuplication: boolean;
  readonly isExcluded: boolean;
  readonly exclusionReason: string | null;
  readonly ipAddresses: readonly MachineIpAddress[];
}

/** A user that logged on to a machine, as the API returns it. */
export interface LogonUserResource {
  readonly id: string;
  readonly accountName: string;
  readonly accountDomain: string;
  readonly firstSeen: string;
  readonly lastSeen: string;
  readonly logonTypes: string;
  readonly isDomainAdmin: boolean;
  readonly isOnlyNetworkUser: boolean;
}

/** When a machine was seen with an internal address; still, when `to` is null. */
export interface AddressPeriod {
  readonly ipAddress: string;
  readonly from: string;
  readonly to: string | null;
}

/** What the service knows of a machine: the resource, and what other calls tell of it. */
export interface MachineRecord {
  readonly machine: MachineResource;
  readonly logonUsers: readonly LogonUserResource[];
  readonly addressPeriods: readonly AddressPeriod[];
}
