import { json } from '../../http/exchange.ts';
import { defenderError } from '../errors.ts';
import { answerCollection, filterRows } from '../odata-query.ts';
import { contextOf } from '../operation.ts';
import { machineNotFound } from '../machines/answers.ts';
import { alertNotFound } from './context.ts';
import type { Reply } from '../../http/exchange.ts';
import type { DefenderError } from '../errors.ts';
import type { DefenderCall } from '../operation.ts';
import type { AlertContext } from './context.ts';
import type { AlertResource } from './resource.ts';

/** The page misspells `assignedTo`: both are taken. */
const filterable = {
  alertCreationTime: 'alertCreationTime',
  lastUpdateTime: 'lastUpdateTime',
  incidentId: 'incidentId',
  investigationId: 'investigationId',
  id: 'id',
  asssignedTo: 'assignedTo',
  assignedTo: 'assignedTo',
  detectionSource: 'detectionSource',
  lastEventTime: 'lastEventTime',
  status: 'status',
  severity: 'severity',
  category: 'category',
};

/** Evidence is there only with `$expand=evidence`. */
export function list(call: DefenderCall, { alerts }: AlertContext): Reply | DefenderError {
  const expand = call.exchange.query.get('$expand');
  if (expand !== null && expand.toLowerCase() !== 'evidence') {
    return defenderError('ODataError', `Could not find a property named '${expand}' to expand.`);
  }
  const rows = alerts.list().map((alert) => (expand === null ? { ...alert, evidence: [] } : { ...alert }));
  return answerCollection(call, { name: 'Alerts', rows, filterable, options: ['$expand'] });
}

export function get(call: DefenderCall, { alerts }: AlertContext): Reply | DefenderError {
  const { id = '' } = call.parameters;
  const alert = alerts.get(id);
  return alert ? toAlertReply(call, alert) : alertNotFound(id);
}

export function toAlertReply(call: DefenderCall, alert: AlertResource): Reply {
  return json(200, { '@odata.context': contextOf(call.exchange, 'Alerts/$entity'), ...alert });
}

/** Alerts that belong to something: without evidence. */
export function toAlertsReply(call: DefenderCall, alerts: readonly AlertResource[]): Reply | DefenderError {
  return answerCollection(call, {
    name: 'Alerts',
    rows: alerts.map((alert) => ({ ...alert, evidence: [] })),
    filterable,
  });
}

export function listOfMachine(call: DefenderCall, context: AlertContext): Reply | DefenderError {
  const rows = alertsOfMachine(call, context);
  return 'code' in rows ? rows : answerCollection(call, { name: 'Alerts', rows, filterable });
}

/** The body is the bare number. */
export function countOfMachine(call: DefenderCall, context: AlertContext): Reply | DefenderError {
  const rows = alertsOfMachine(call, context);
  if ('code' in rows) return rows;
  const matching = filterRows(call.exchange.query.get('$filter'), { rows, filterable });
  if ('code' in matching) return matching;
  return { status: 200, headers: { 'content-type': 'text/plain' }, body: String(matching.length) };
}

type Row = Readonly<Record<string, unknown>>;

function alertsOfMachine(call: DefenderCall, { alerts, machines }: AlertContext): readonly Row[] | DefenderError {
  const { id = '' } = call.parameters;
  const record = machines.get(id);
  if (!record) return machineNotFound(id);
  return alerts
    .list()
    .filter(({ machineId }) => machineId === record.machine.id)
    .map((alert) => ({ ...alert, evidence: [] }));
}
