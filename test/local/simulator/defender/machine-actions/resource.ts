export const machineActionTypes = [
  'RunAntiVirusScan',
  'Offboard',
  'LiveResponse',
  'CollectInvestigationPackage',
  'Isolate',
  'Unisolate',
  'StopAndQuarantineFile',
  'RestrictCodeExecution',
  'UnrestrictCodeExecution',
] as const;
export type MachineActionType = (typeof machineActionTypes)[number];

export const finalStatuses = ['Succeeded', 'Failed', 'TimeOut', 'Cancelled'] as const;
export type FinalStatus = (typeof finalStatuses)[number];
export type MachineActionStatus = 'Pending' | 'InProgress' | FinalStatus;

export const commandTypes = ['PutFile', 'RunScript', 'GetFile'] as const;

/** A command of a live response, as it is asked for. */
export interface LiveResponseCommand {
  readonly type: (typeof commandTypes)[number];
  readonly params: readonly { readonly key: string; readonly value: string }[];
}

export interface CommandResource {
  readonly index: number;
  readonly startTime: string | null;
  readonly endTime: string | null;
  readonly commandStatus: 'Created' | 'Completed' | 'Failed';
  readonly errors: readonly string[];
  readonly command: LiveResponseCommand;
}

/** A machine action as the API returns it. */
export interface MachineActionResource {
  readonly id: string;
  readonly type: MachineActionType;
  readonly title: null;
  /** A person's name, or the id of an app. */
  readonly requestor: string;
  readonly requestSource: string;
  readonly requestorComment: string | null;
  readonly status: MachineActionStatus;
  /** Of an isolation and of a scan. */
  readonly scope: string | null;
  readonly machineId: string;
  readonly computerDnsName: string | null;
  readonly creationDateTimeUtc: string;
  readonly lastUpdateDateTimeUtc: string;
  readonly cancellationRequestor: string | null;
  readonly cancellationComment: string | null;
  readonly cancellationDateTimeUtc: string | null;
  readonly errorHResult: number;
  readonly externalId: null;
  readonly relatedFileInfo: { readonly fileIdentifier: string; readonly fileIdentifierType: 'Sha1' } | null;
  readonly commands: readonly CommandResource[];
  readonly troubleshootInfo: null;
}
