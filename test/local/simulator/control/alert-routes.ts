import { json, noContent } from '../http/exchange.ts';
import { route } from '../http/router.ts';
import { at, bodyOf, listOf } from './requests.ts';
import type { AlertResource } from '../defender/alerts/resource.ts';
import type { AlertSeed } from '../defender/alerts/seed.ts';
import type { EventSeed } from '../events/store.ts';
import type { Exchange } from '../http/exchange.ts';
import type { Route } from '../http/router.ts';
import type { GraphAlert } from '../graph/alert-resource.ts';
import type { GraphAlertSeed } from '../graph/alert-store.ts';
import type { AlertControl, AlertEvidenceSeed } from './alert-control.ts';
import type { Control } from './control.ts';

type AlertTriage = Parameters<AlertControl['alerts']['triage']>[2];
type GraphAlertTriage = Parameters<AlertControl['graphAlerts']['triage']>[2];

export function alertRoutes({ alerts }: Control): readonly Route[] {
  const path = at('/tenants/{tenantId}/alerts');
  const seedsOf = (exchange: Exchange): readonly AlertSeed[] => listOf<AlertSeed>(exchange, 'alerts');
  return [
    route('GET', path, (_exchange, { tenantId = '' }) => json(200, { alerts: alerts.list(tenantId) })),
    route('PUT', path, (exchange, { tenantId = '' }) => {
      const seeds = seedsOf(exchange);
      alerts.clear(tenantId);
      return json(200, { alerts: alerts.seed(tenantId, seeds) });
    }),
    route('POST', path, (exchange, { tenantId = '' }) =>
      json(200, { alerts: alerts.seed(tenantId, seedsOf(exchange)) }),
    ),
    route('PATCH', `${path}/{id}`, (exchange, { tenantId = '', id = '' }) =>
      json(200, alerts.change(tenantId, id, bodyOf(exchange) as Partial<AlertResource>)),
    ),
    route('DELETE', path, (_exchange, { tenantId = '' }) => {
      alerts.clear(tenantId);
      return noContent();
    }),
    route('POST', `${path}/{id}/triage`, (exchange, { tenantId = '', id = '' }) =>
      json(200, alerts.triage(tenantId, id, bodyOf(exchange) as AlertTriage)),
    ),
    route('POST', `${path}/{id}/evidence`, (exchange, { tenantId = '', id = '' }) => {
      const evidence = listOf<AlertEvidenceSeed>(exchange, 'evidence');
      return json(200, alerts.addEvidence(tenantId, id, evidence));
    }),
  ];
}

export function graphAlertRoutes({ graphAlerts }: Control): readonly Route[] {
  const path = at('/tenants/{tenantId}/graph-alerts');
  return [
    route('GET', path, (_exchange, { tenantId = '' }) => json(200, { alerts: graphAlerts.list(tenantId) })),
    route('POST', path, (exchange, { tenantId = '' }) =>
      json(200, { alerts: graphAlerts.seed(tenantId, listOf<GraphAlertSeed>(exchange, 'alerts')) }),
    ),
    route('PATCH', `${path}/{id}`, (exchange, { tenantId = '', id = '' }) =>
      json(200, graphAlerts.change(tenantId, id, bodyOf(exchange) as Partial<GraphAlert>)),
    ),
    route('POST', `${path}/{id}/triage`, (exchange, { tenantId = '', id = '' }) =>
      json(200, graphAlerts.triage(tenantId, id, bodyOf(exchange) as GraphAlertTriage)),
    ),
    route('DELETE', path, (_exchange, { tenantId = '' }) => {
      graphAlerts.clear(tenantId);
      return noContent();
    }),
  ];
}

/** PUT replaces the rows of that table. */
export function eventRoutes({ events }: Control): readonly Route[] {
  const path = at('/tenants/{tenantId}/events');
  const seedOf = (exchange: Exchange): EventSeed => bodyOf(exchange) as unknown as EventSeed;
  return [
    route('GET', path, (_exchange, { tenantId = '' }) => json(200, { events: events.list(tenantId) })),
    route('PUT', path, (exchange, { tenantId = '' }) =>
      json(200, { events: events.replace(tenantId, seedOf(exchange)) }),
    ),
    route('POST', path, (exchange, { tenantId = '' }) => json(200, { events: events.add(tenantId, seedOf(exchange)) })),
    route('DELETE', path, (_exchange, { tenantId = '' }) => {
      events.clear(tenantId);
      return noContent();
    }),
  ];
}
