import type { AlertCreated } from '../../shared/contract/alert.ts';
import type { Evidence } from '../../shared/contract/evidence.ts';
import { toDescription, toTitle } from './to-defender-alert.ts';
import type { DefenderAlertParts } from './to-defender-alert.ts';

/** One thing that an alert of Graph is about. */
export interface GraphAlertEntity {
  readonly entityType: 'device' | 'file' | 'ip' | 'url' | 'user';
  readonly entityIdentifier: 'deviceId' | 'sha256' | 'sha1' | 'address' | 'url' | 'userPrincipalName' | 'sid';
  readonly identifierValue: string;
  readonly role: 'impacted' | 'related';
}

/** Body of Graph's call, names and case as they are. */
export interface GraphAlertBody {
  readonly createAlertInput: {
    readonly title: string;
    readonly severity: 'low' | 'medium' | 'high';
    readonly description: string;
    readonly category: AlertCreated['category'];
    readonly entityDefinitions: readonly GraphAlertEntity[];
    readonly recommendedActions: string;
    readonly mitreTechniques?: readonly string[];
  };
}

/** The call that creates an alert without an event: what is sent, and what `Observe` and `dryRun` show instead. */
export interface GraphAlertRequest {
  readonly method: 'POST';
  readonly path: '/beta/security/alerts_v2/createAlert';
  readonly body: GraphAlertBody;
}

/** What an alert of Graph is made of. */
export type GraphAlertParts = Omit<DefenderAlertParts, 'event'>;

/** Microsoft's own limits: https://learn.microsoft.com/graph/api/resources/security-entitydefinitioninput?view=graph-rest-beta */
const maxDescription = 5_000;
const maxValue = 1_000;

const severities = { Low: 'low', Medium: 'medium', High: 'high' } as const;

/** The call that creates an alert in Graph: https://learn.microsoft.com/graph/api/security-alert-createalert?view=graph-rest-beta */
export function toGraphAlert(parts: GraphAlertParts): GraphAlertRequest {
  const { alert, machineId, displayName } = parts;
  const { severity, category, mitreTechniques } = alert;
  const createAlertInput = {
    ...{ title: toTitle(parts), severity: severities[severity], description: toDescription(parts, maxDescription) },
    ...{ category, entityDefinitions: toEntities(machineId, alert.evidence) },
    recommendedActions: alert.recommendedAction ?? `Open the alert in ${displayName}.`,
    ...(mitreTechniques.length === 0 ? {} : { mitreTechniques }),
  };
  return { method: 'POST', path: '/beta/security/alerts_v2/createAlert', body: { createAlertInput } };
}

/** The machine is what was hit, its evidence is what was seen there; each thing once. */
function toEntities(machineId: string, evidence: readonly Evidence[]): readonly GraphAlertEntity[] {
  const entities = new Map<string, GraphAlertEntity>();
  const device = { entityType: 'device', entityIdentifier: 'deviceId', identifierValue: machineId } as const;
  for (const entity of [{ ...device, role: 'impacted' } as const, ...evidence.flatMap(toEntity)]) {
    const { entityType, identifierValue } = entity;
    const key = `${entityType}|${identifierValue.toLowerCase()}`;
    if (identifierValue.length <= maxValue && !entities.has(key)) entities.set(key, entity);
  }
  return [...entities.values()];
}

/** A process stands for its file: Graph names it by ids that a partner does not have. What has no identifier is left out. */
function toEntity(evidence: Evidence): readonly GraphAlertEntity[] {
  switch (evidence.entityType) {
    case 'File':
    case 'Process':
      if (evidence.sha256 !== undefined) return [related('file', 'sha256', evidence.sha256)];
      return evidence.sha1 === undefined ? [] : [related('file', 'sha1', evidence.sha1)];
    case 'Ip':
      return [related('ip', 'address', evidence.ipAddress)];
    case 'Url':
      return [related('url', 'url', evidence.url)];
    case 'User':
      if (evidence.userPrincipalName !== undefined) {
        return [related('user', 'userPrincipalName', evidence.userPrincipalName)];
      }
      return evidence.userSid === undefined ? [] : [related('user', 'sid', evidence.userSid)];
  }
}

function related(
  entityType: GraphAlertEntity['entityType'],
  entityIdentifier: GraphAlertEntity['entityIdentifier'],
  identifierValue: string,
): GraphAlertEntity {
  return { entityType, entityIdentifier, identifierValue, role: 'related' };
}
