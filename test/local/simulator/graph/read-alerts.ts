import { json } from '../http/exchange.ts';
import { parseFilter } from '../defender/odata-filter.ts';
import { ODataSyntaxError } from '../defender/odata-lexer.ts';
import { badRequest } from './errors.ts';
import { fromDefenderAlert } from './from-defender-alert.ts';
import type { AlertStore } from '../defender/alerts/store.ts';
import type { MachineStore } from '../defender/machines/store.ts';
import type { Reply } from '../http/exchange.ts';
import type { GraphAlert } from './alert-resource.ts';
import type { GraphAlertStore } from './alert-store.ts';
import type { GraphError } from './errors.ts';
import type { GraphCall } from './routes.ts';

/** Of the caller's tenant: what only Graph knows, and what Defender knows too. */
export interface GraphAlertContext {
  readonly graphAlerts: GraphAlertStore;
  readonly alerts: AlertStore;
  readonly machines: MachineStore;
}

const filterable = {
  ...{ assignedTo: 'assignedTo', classification: 'classification', determination: 'determination' },
  ...{ createdDateTime: 'createdDateTime', lastUpdateDateTime: 'lastUpdateDateTime', severity: 'severity' },
  ...{ serviceSource: 'serviceSource', status: 'status' },
};
const options = ['$count', '$filter', '$skip', '$top'];

/** Newest first, in pages. */
export function listAlerts(call: GraphCall, context: GraphAlertContext): Reply | GraphError {
  const { exchange, switches } = call;
  const { query } = exchange;
  const unknown = [...query.keys()].find((name) => name.startsWith('$') && !options.includes(name));
  if (unknown !== undefined) return badRequest(`The query option ${unknown} is not supported.`);
  const [top, skip] = [readCount(query.get('$top')), readCount(query.get('$skip')) ?? 0];
  if (Number.isNaN(top) || Number.isNaN(skip)) return badRequest('$top and $skip must be whole numbers.');
  const rows = filtered(query.get('$filter'), allAlerts(context));
  if ('code' in rows) return rows;
  const end = skip + Math.min(top ?? switches.graphPageSize, switches.graphPageSize);
  return json(200, {
    '@odata.context': `https://${exchange.host}/${versionOf(call)}/$metadata#security/alerts_v2`,
    ...(query.get('$count') === 'true' ? { '@odata.count': rows.length } : {}),
    value: rows.slice(skip, end),
    ...(rows.length > end ? { '@odata.nextLink': nextLink(call, end) } : {}),
  });
}

export function getAlert(call: GraphCall, context: GraphAlertContext): Reply | GraphError {
  const { id = '' } = call.parameters;
  const alert = findAlert(context, id);
  return alert ? toAlertReply(call, 200, alert) : alertNotFound(id);
}

export function findAlert({ graphAlerts, alerts, machines }: GraphAlertContext, id: string): GraphAlert | undefined {
  const alert = alerts.get(id);
  return alert ? fromDefenderAlert(alert, machines.get(alert.machineId)?.machine) : graphAlerts.get(id);
}

export function toAlertReply(call: GraphCall, status: number, alert: GraphAlert): Reply {
  const context = `https://${call.exchange.host}/${versionOf(call)}/$metadata#security/alerts_v2/$entity`;
  return json(status, { '@odata.context': context, '@odata.type': '#microsoft.graph.security.alert', ...alert });
}

export function alertNotFound(id: string): GraphError {
  return { code: 'NotFound', message: `Alert ${id} was not found.` };
}

export function versionOf({ exchange }: GraphCall): string {
  return exchange.path.split('/')[1] ?? 'v1.0';
}

function allAlerts({ graphAlerts, alerts, machines }: GraphAlertContext): readonly GraphAlert[] {
  const ofDefender = alerts.list().map((alert) => fromDefenderAlert(alert, machines.get(alert.machineId)?.machine));
  return [...graphAlerts.list().toReversed(), ...ofDefender].toSorted(
    (a, b) => Date.parse(b.createdDateTime) - Date.parse(a.createdDateTime),
  );
}

function filtered(filter: string | null, alerts: readonly GraphAlert[]): readonly GraphAlert[] | GraphError {
  if (filter === null) return alerts;
  try {
    const fits = parseFilter(filter, filterable);
    return alerts.filter((alert) => fits({ ...alert }));
  } catch (error) {
    if (error instanceof ODataSyntaxError) return badRequest(error.message);
    throw error;
  }
}

/** The count, `undefined` when it was not asked for, NaN when it is none. */
function readCount(text: string | null): number | undefined {
  if (text === null) return undefined;
  return /^\d+$/.test(text) ? Number(text) : NaN;
}

function nextLink({ exchange }: GraphCall, skip: number): string {
  const query = new URLSearchParams(exchange.query);
  query.set('$skip', String(skip));
  return `https://${exchange.host}${exchange.path}?${query.toString()}`;
}
