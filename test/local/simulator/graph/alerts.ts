import { createAlert } from './create-alert.ts';
import { getAlert, listAlerts } from './read-alerts.ts';
import { patchAlert, postComment } from './update-alert.ts';
import type { AlertStoreOf } from '../defender/alerts/store.ts';
import type { MachineStoreOf } from '../defender/machines/store.ts';
import type { Reply } from '../http/exchange.ts';
import type { GraphAlertsOf } from './alert-store.ts';
import type { GraphError } from './errors.ts';
import type { GraphAlertContext } from './read-alerts.ts';
import type { GraphCall, GraphOperation } from './routes.ts';

const readRoles = ['SecurityAlert.Read.All', 'SecurityAlert.ReadWrite.All'];
const writeRoles = ['SecurityAlert.ReadWrite.All'];

export interface GraphAlertStores {
  readonly graphAlerts: GraphAlertsOf;
  readonly alerts: AlertStoreOf;
  readonly machines: MachineStoreOf;
}

type Handle = (call: GraphCall, context: GraphAlertContext) => Reply | GraphError;

/** https://learn.microsoft.com/graph/api/resources/security-alert */
export function graphAlertOperations(stores: GraphAlertStores): readonly GraphOperation[] {
  const on = (method: string, path: string, roles: readonly string[], handle: Handle): GraphOperation => ({
    ...{ method, path, roles, quota: 'graphSecurity' },
    handle: (call) => handle(call, toGraphAlertContext(stores, call.tenantId)),
  });
  return [
    on('POST', '/beta/security/alerts_v2/createAlert', ['SecurityAlert.Create.All'], (call, { graphAlerts }) =>
      createAlert(call, graphAlerts),
    ),
    ...['/v1.0', '/beta'].flatMap((version) => [
      on('GET', `${version}/security/alerts_v2`, readRoles, listAlerts),
      on('GET', `${version}/security/alerts_v2/{id}`, readRoles, getAlert),
      on('PATCH', `${version}/security/alerts_v2/{id}`, writeRoles, patchAlert),
      on('POST', `${version}/security/alerts_v2/{id}/comments`, writeRoles, postComment),
    ]),
  ];
}

export function toGraphAlertContext(
  { graphAlerts, alerts, machines }: GraphAlertStores,
  tenantId: string,
): GraphAlertContext {
  return { graphAlerts: graphAlerts(tenantId), alerts: alerts(tenantId), machines: machines(tenantId) };
}
