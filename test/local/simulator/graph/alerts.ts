import { randomUUID } from 'node:crypto';
import { isRecord, json, readJson } from '../http/exchange.ts';
import type { Reply } from '../http/exchange.ts';
import type { GraphError } from './errors.ts';
import type { GraphCall, GraphOperation } from './routes.ts';

/** An alert of Graph that no event of Defender stands behind. */
export interface GraphAlert {
  readonly id: string;
  readonly providerAlertId: string;
  readonly incidentId: string;
  readonly tenantId: string;
  readonly status: string;
  readonly severity: string;
  readonly title: string;
  readonly description: string;
  readonly category: string;
  readonly recommendedActions: string | null;
  readonly mitreTechniques: readonly string[];
  readonly createdDateTime: string;
  readonly lastUpdateDateTime: string;
  readonly [name: string]: unknown;
}

export type GraphAlertsOf = (tenantId: string) => Map<string, GraphAlert>;

export function createGraphAlertStores(): GraphAlertsOf {
  const stores = new Map<string, Map<string, GraphAlert>>();
  return (tenantId) => {
    const key = tenantId.toLowerCase();
    const store = stores.get(key) ?? new Map<string, GraphAlert>();
    stores.set(key, store);
    return store;
  };
}

/** https://learn.microsoft.com/graph/api/security-alert-createalert?view=graph-rest-beta */
export function graphAlertOperations(alertsOf: GraphAlertsOf): readonly GraphOperation[] {
  const readRoles = ['SecurityAlert.Read.All', 'SecurityAlert.ReadWrite.All'];
  const get = (call: GraphCall): Reply | GraphError => {
    const { id = '' } = call.parameters;
    const alert = alertsOf(call.tenantId).get(id);
    return alert ? toReply(call, 200, alert) : { code: 'NotFound', message: `Alert ${id} was not found.` };
  };
  return [
    {
      ...{ method: 'POST', path: '/beta/security/alerts_v2/createAlert', roles: ['SecurityAlert.Create.All'] },
      ...{ quota: 'graphSecurity', handle: (call) => createAlert(call, alertsOf(call.tenantId)) },
    },
    ...['/v1.0', '/beta'].map((version): GraphOperation => ({
      ...{ method: 'GET', path: `${version}/security/alerts_v2/{id}`, roles: readRoles },
      ...{ quota: 'graphSecurity', handle: get },
    })),
  ];
}

const severities: readonly unknown[] = ['informational', 'low', 'medium', 'high'];
const entityTypes: readonly unknown[] = [
  ...['user', 'device', 'file', 'ip', 'securityGroup', 'registryValue', 'process', 'registryKey', 'mailbox', 'url'],
  'cloudApplication',
];

function createAlert(call: GraphCall, alerts: Map<string, GraphAlert>): Reply | GraphError {
  const body = readJson(call.exchange);
  const input = isRecord(body) ? body['createAlertInput'] : undefined;
  if (!isRecord(input)) return badRequest('The parameter createAlertInput is missing.');
  const fault = faultOf(input);
  if (fault !== undefined) return badRequest(fault);
  call.exchange.applied = true;
  const alert = toAlert(call, input, String(alerts.size + 1));
  alerts.set(alert.id, alert);
  return toReply(call, 201, alert);
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

function toAlert({ tenantId, nowMs }: GraphCall, input: Readonly<Record<string, unknown>>, number: string): GraphAlert {
  const id = `${randomUUID()}_aml`;
  const now = new Date(nowMs).toISOString();
  const text = (name: string): string => String(input[name]);
  const { recommendedActions, mitreTechniques } = input;
  return {
    ...{ id, providerAlertId: id, incidentId: number, tenantId, status: 'new', severity: text('severity') },
    ...{ classification: 'unknown', determination: 'unknown', assignedTo: null },
    ...{ serviceSource: 'microsoft365Defender', detectionSource: 'manual' },
    ...{ title: text('title'), description: text('description'), category: text('category') },
    recommendedActions: typeof recommendedActions === 'string' ? recommendedActions : null,
    mitreTechniques: Array.isArray(mitreTechniques) ? mitreTechniques.map(String) : [],
    ...{ createdDateTime: now, lastUpdateDateTime: now, firstActivityDateTime: now, lastActivityDateTime: now },
    ...{ resolvedDateTime: null, comments: [], evidence: [] },
  };
}

function toReply({ exchange }: GraphCall, status: number, alert: GraphAlert): Reply {
  const version = exchange.path.split('/')[1] ?? 'v1.0';
  const context = `https://${exchange.host}/${version}/$metadata#security/alerts_v2/$entity`;
  return json(status, { '@odata.context': context, ...alert });
}

function badRequest(message: string): GraphError {
  return { code: 'BadRequest', message };
}
