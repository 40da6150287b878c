export interface GraphComment {
  readonly comment: string;
  readonly createdByDisplayName: string;
  readonly createdDateTime: string;
}

/** One item of evidence: its type says which further fields it has. */
export interface GraphEvidence {
  readonly '@odata.type': string;
  readonly createdDateTime: string;
  readonly verdict: string;
  readonly remediationStatus: string;
  readonly roles: readonly string[];
  readonly detailedRoles: readonly string[];
  readonly tags: readonly string[];
  readonly [name: string]: unknown;
}

/** An alert as Graph returns it, whichever product made it. */
export interface GraphAlert {
  readonly id: string;
  readonly providerAlertId: string;
  readonly incidentId: string | null;
  readonly status: string;
  readonly severity: string;
  readonly classification: string;
  readonly determination: string;
  readonly serviceSource: string;
  readonly detectionSource: string;
  readonly detectorId: string | null;
  readonly tenantId: string;
  readonly title: string;
  readonly description: string;
  readonly recommendedActions: string | null;
  readonly category: string;
  readonly assignedTo: string | null;
  readonly alertWebUrl: string;
  readonly incidentWebUrl: string | null;
  readonly actorDisplayName: string | null;
  readonly threatDisplayName: string | null;
  readonly threatFamilyName: string | null;
  readonly mitreTechniques: readonly string[];
  readonly createdDateTime: string;
  readonly lastUpdateDateTime: string;
  readonly resolvedDateTime: string | null;
  readonly firstActivityDateTime: string | null;
  readonly lastActivityDateTime: string | null;
  readonly comments: readonly GraphComment[];
  readonly evidence: readonly GraphEvidence[];
  readonly systemTags: readonly string[];
}

export function webUrls(
  tenantId: string,
  id: string,
  incidentId: string | null,
): Pick<GraphAlert, 'alertWebUrl' | 'incidentWebUrl'> {
  const portal = 'https://security.microsoft.com';
  return {
    alertWebUrl: `${portal}/alerts/${id}?tid=${tenantId}`,
    incidentWebUrl: incidentId === null ? null : `${portal}/incidents/${incidentId}?tid=${tenantId}`,
  };
}

export function toEvidence(
  type: string,
  createdDateTime: string,
  fields: Readonly<Record<string, unknown>>,
): GraphEvidence {
  return {
    ...{ '@odata.type': `#microsoft.graph.security.${type}`, createdDateTime, verdict: 'unknown' },
    ...{ remediationStatus: 'none', roles: [], detailedRoles: [], tags: [] },
    ...fields,
  };
}
