import { randomUUID } from 'node:crypto';
import { isRecord, readJson } from '../http/exchange.ts';
import { toEvidence } from './alert-resource.ts';
import { badRequest } from './errors.ts';
import { toAlertReply } from './read-alerts.ts';
import type { Reply } from '../http/exchange.ts';
import type { GraphEvidence } from './alert-resource.ts';
import type { GraphAlertStore } from './alert-store.ts';
import type { GraphError } from './errors.ts';
import type { GraphCall } from './routes.ts';

const severities: readonly unknown[] = ['informational', 'low', 'medium', 'high'];
const entityTypes: readonly unknown[] = [
  ...['user', 'device', 'file', 'ip', 'securityGroup', 'registryValue', 'process', 'registryKey', 'mailbox', 'url'],
  'cloudApplication',
];

interface Entity {
  readonly entityType: string;
  readonly entityIdentifier: string;
  readonly identifierValue: string;
  readonly role: 'impacted' | 'related';
}

/** An alert without an event of Defender. https://learn.microsoft.com/graph/api/security-alert-createalert?view=graph-rest-beta */
export function createAlert(call: GraphCall, alerts: GraphAlertStore): Reply | GraphError {
  const body = readJson(call.exchange);
  const input = isRecord(body) ? body['createAlertInput'] : undefined;
  if (!isRecord(input)) return badRequest('The parameter createAlertInput is missing.');
  const fault = faultOf(input);
  if (fault !== undefined) return badRequest(fault);
  call.exchange.applied = true;
  const id = `${randomUUID()}_aml`;
  const now = new Date(call.nowMs).toISOString();
  const text = (name: string): string => String(input[name]);
  const { recommendedActions, mitreTechniques } = input;
  const alert = alerts.add(
    {
      ...{ id, title: text('title'), severity: text('severity'), description: text('description') },
      ...{ category: text('category'), serviceSource: 'microsoft365Defender', detectionSource: 'manual' },
      recommendedActions: typeof recommendedActions === 'string' ? recommendedActions : null,
      mitreTechniques: Array.isArray(mitreTechniques) ? mitreTechniques.map(String) : [],
      evidence: (input['entityDefinitions'] as readonly Entity[]).map((entity) => fromEntity(entity, now)),
    },
    call.nowMs,
  );
  return toAlertReply(call, 201, alert);
}

/** The limits are those of the older page, which alone names some. */
function faultOf(input: Readonly<Record<string, unknown>>): string | undefined {
  const texts = ['title', 'severity', 'description', 'category'];
  const missing = texts.find((name) => typeof input[name] !== 'string' || input[name] === '');
  if (missing !== undefined) return `The property ${missing} is missing.`;
  if (!severities.includes(input['severity'])) return 'The property severity is invalid.';
  if (String(input['description']).length > 5_000) return 'The property description is too long.';
  const entities = input['entityDefinitions'];
  if (!Array.isArray(entities) || entities.length === 0) return 'The property entityDefinitions is missing.';
  if (entities.length > 100) return 'The property entityDefinitions has too many entries.';
  return entities.every(isEntity) ? undefined : 'An entry of entityDefinitions is invalid.';
}

function isEntity(entity: unknown): boolean {
  if (!isRecord(entity)) return false;
  const { entityType, entityIdentifier, identifierValue: value, role } = entity;
  return (
    entityTypes.includes(entityType) &&
    typeof entityIdentifier === 'string' &&
    typeof value === 'string' &&
    value !== '' &&
    value.length <= 1_000 &&
    (role === 'impacted' || role === 'related')
  );
}

function fromEntity({ entityType, entityIdentifier, identifierValue, role }: Entity, now: string): GraphEvidence {
  const name = entityType === 'device' && entityIdentifier === 'deviceId' ? 'mdeDeviceId' : entityIdentifier;
  const named = { [name]: identifierValue };
  const nested = { user: { userAccount: named }, file: { fileDetails: named } };
  const fields = entityType === 'user' || entityType === 'file' ? nested[entityType] : named;
  return toEvidence(`${entityType}Evidence`, now, { ...fields, detailedRoles: [role] });
}
