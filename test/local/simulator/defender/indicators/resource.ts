export const indicatorTypes = [
  'FileSha1',
  'FileSha256',
  'FileMd5',
  'CertificateThumbprint',
  'IpAddress',
  'DomainName',
  'Url',
] as const;
export type IndicatorType = (typeof indicatorTypes)[number];

export const indicatorActions = ['Allowed', 'Audit', 'Warn', 'Block', 'BlockAndRemediate'] as const;
export type IndicatorAction = (typeof indicatorActions)[number];

export const indicatorSeverities = ['Informational', 'Low', 'Medium', 'High'] as const;
export type IndicatorSeverity = (typeof indicatorSeverities)[number];

/** An indicator as the API returns it. Rows that others made can carry types and actions that cannot be submitted. */
export interface IndicatorResource {
  readonly id: string;
  readonly indicatorValue: string;
  readonly indicatorType: string;
  readonly action: string;
  /** App id or user principal name. */
  readonly createdBy: string;
  readonly source: string;
  readonly sourceType: 'User' | 'AadApp';
  readonly createdByDisplayName: string;
  readonly createdBySource: 'PublicApi' | 'Portal';
  readonly severity: string;
  readonly category: number;
  readonly application: string | null;
  readonly educateUrl: string | null;
  readonly bypassDurationHours: string | null;
  readonly title: string;
  readonly description: string;
  readonly recommendedActions: string | null;
  readonly creationTimeDateTimeUtc: string;
  readonly expirationTime: string | null;
  readonly lastUpdateTime: string;
  readonly lastUpdatedBy: string | null;
  readonly rbacGroupNames: readonly string[];
  readonly rbacGroupIds: readonly number[];
  readonly notificationId: string | null;
  readonly notificationBody: string | null;
  readonly version: string | null;
  readonly mitreTechniques: readonly string[];
  readonly historicalDetection: boolean;
  readonly lookBackPeriod: string | null;
  readonly generateAlert: boolean;
  readonly additionalInfo: string | null;
  readonly externalId: string | null;
  readonly certificateInfo: unknown;
}

/** What a caller sends, checked and normalised. */
export type IndicatorSubmission = Omit<
  IndicatorResource,
  | 'id'
  | 'createdBy'
  | 'source'
  | 'sourceType'
  | 'createdByDisplayName'
  | 'createdBySource'
  | 'creationTimeDateTimeUtc'
  | 'lastUpdateTime'
  | 'lastUpdatedBy'
>;
