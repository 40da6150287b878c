/** One item of evidence: flat, what does not apply is null. */
export interface AlertEvidence {
  readonly entityType: string;
  readonly evidenceCreationTime: string;
  readonly sha1: string | null;
  readonly sha256: string | null;
  readonly fileName: string | null;
  readonly filePath: string | null;
  readonly processId: number | null;
  readonly processCommandLine: string | null;
  readonly processCreationTime: string | null;
  readonly parentProcessId: number | null;
  readonly parentProcessCreationTime: string | null;
  readonly parentProcessFileName: string | null;
  readonly parentProcessFilePath: string | null;
  readonly ipAddress: string | null;
  readonly url: string | null;
  readonly registryKey: string | null;
  readonly registryHive: string | null;
  readonly registryValueType: string | null;
  readonly registryValue: string | null;
  readonly registryValueName: string | null;
  readonly accountName: string | null;
  readonly domainName: string | null;
  readonly userSid: string | null;
  readonly aadUserId: string | null;
  readonly userPrincipalName: string | null;
  readonly detectionStatus: string | null;
}

export interface AlertComment {
  readonly comment: string;
  readonly createdBy: string;
  readonly createdTime: string;
}

/** An alert as the API returns it. */
export interface AlertResource {
  readonly id: string;
  readonly incidentId: number | null;
  readonly investigationId: number | null;
  readonly assignedTo: string | null;
  readonly severity: string;
  readonly status: string;
  readonly classification: string | null;
  readonly determination: string | null;
  readonly investigationState: string | null;
  readonly detectionSource: string;
  readonly detectorId: string | null;
  readonly category: string;
  readonly threatFamilyName: string | null;
  readonly threatName: string | null;
  readonly title: string;
  readonly description: string;
  readonly recommendedAction: string | null;
  readonly alertCreationTime: string;
  readonly firstEventTime: string | null;
  readonly lastEventTime: string | null;
  readonly lastUpdateTime: string;
  readonly resolvedTime: string | null;
  readonly machineId: string;
  readonly computerDnsName: string | null;
  readonly rbacGroupName: string;
  readonly aadTenantId: string;
  readonly mitreTechniques: readonly string[];
  readonly relatedUser: { readonly userName: string; readonly domainName: string | null } | null;
  readonly loggedOnUsers: readonly { readonly accountName: string; readonly domainName: string | null }[];
  readonly comments: readonly AlertComment[];
  readonly evidence: readonly AlertEvidence[];
}

export const statuses: readonly string[] = ['New', 'InProgress', 'Resolved'];

/** What CreateAlertByReference takes. */
export const creatableSeverities: readonly string[] = ['Low', 'Medium', 'High'];
export const creatableCategories: readonly string[] = [
  ...['General', 'CommandAndControl', 'Collection', 'CredentialAccess', 'DefenseEvasion', 'Discovery'],
  ...['Exfiltration', 'Exploit', 'Execution', 'InitialAccess', 'LateralMovement', 'Malware', 'Persistence'],
  ...['PrivilegeEscalation', 'Ransomware', 'SuspiciousActivity'],
];

/** Classification → its determinations, in both of the spellings that the pages print. */
export const determinations: Readonly<Record<string, readonly string[]>> = {
  TruePositive: [
    ...['MultiStagedAttack', 'MaliciousUserActivity', 'CompromisedUser', 'Malware', 'Phishing'],
    ...['UnwantedSoftware', 'Other'],
  ],
  InformationalExpectedActivity: [
    ...['SecurityTesting', 'LineOfBusinessApplication', 'ConfirmedUserActivity', 'ConfirmedActivity', 'Other'],
  ],
  FalsePositive: ['Clean', 'NotMalicious', 'InsufficientData', 'Other'],
};

export function toEvidence(
  evidence: Partial<AlertEvidence> & Pick<AlertEvidence, 'entityType' | 'evidenceCreationTime'>,
): AlertEvidence {
  return {
    ...{ sha1: null, sha256: null, fileName: null, filePath: null, processId: null, processCommandLine: null },
    ...{ processCreationTime: null, parentProcessId: null, parentProcessCreationTime: null },
    ...{ parentProcessFileName: null, parentProcessFilePath: null, ipAddress: null, url: null, registryKey: null },
    ...{ registryHive: null, registryValueType: null, registryValue: null, registryValueName: null },
    ...{ accountName: null, domainName: null, userSid: null, aadUserId: null, userPrincipalName: null },
    detectionStatus: 'Detected',
    ...evidence,
  };
}
