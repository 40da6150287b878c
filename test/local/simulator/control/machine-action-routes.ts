import { finalStatuses } from '../defender/machine-actions/resource.ts';
import { json, noContent } from '../http/exchange.ts';
import { route } from '../http/router.ts';
import { at, bodyOf } from './requests.ts';
import type { MachineActionSeed } from '../defender/machine-actions/seed.ts';
import type { ActionSettings, ScriptedOutcome } from '../defender/machine-actions/settings.ts';
import type { Route } from '../http/router.ts';
import type { Control } from './control.ts';

export function machineActionRoutes({ machineActions }: Control): readonly Route[] {
  const path = at('/tenants/{tenantId}/machine-actions');
  return [
    route('GET', path, (_exchange, { tenantId = '' }) => json(200, { machineActions: machineActions.list(tenantId) })),
    route('POST', path, (exchange, { tenantId = '' }) =>
      json(200, machineActions.add(tenantId, bodyOf(exchange) as unknown as MachineActionSeed)),
    ),
    route('DELETE', path, (_exchange, { tenantId = '' }) => {
      machineActions.clear(tenantId);
      return noContent();
    }),
    route('POST', `${path}/{id}/complete`, (exchange, { tenantId = '', id = '' }) => {
      const { status = 'Succeeded' } = bodyOf(exchange);
      const final = finalStatuses.find((each) => each === status);
      if (!final) throw new RangeError(`${JSON.stringify(status)} ends no action.`);
      return json(200, machineActions.complete(tenantId, id, final));
    }),
    route('POST', `${path}/{id}/cancel`, (exchange, { tenantId = '', id = '' }) =>
      json(200, machineActions.cancel(tenantId, id, bodyOf(exchange) as { requestor?: string; comment?: string })),
    ),
    ...scriptRoutes(machineActions),
    ...settingsRoutes(machineActions),
  ];
}

function scriptRoutes(machineActions: Control['machineActions']): readonly Route[] {
  const path = at('/tenants/{tenantId}/action-outcomes');
  return [
    route('GET', path, (_exchange, { tenantId = '' }) => json(200, { outcomes: machineActions.scripted(tenantId) })),
    route('POST', path, (exchange, { tenantId = '' }) =>
      json(200, { outcomes: machineActions.script(tenantId, bodyOf(exchange) as unknown as ScriptedOutcome) }),
    ),
    route('DELETE', path, (_exchange, { tenantId = '' }) => {
      machineActions.clearScript(tenantId);
      return noContent();
    }),
  ];
}

function settingsRoutes(machineActions: Control['machineActions']): readonly Route[] {
  const ofTenant = at('/tenants/{tenantId}/action-settings');
  const ofMachine = at('/tenants/{tenantId}/machines/{id}/action-settings');
  return [
    ...[ofTenant, ofMachine].flatMap((path) => [
      route('GET', path, (_exchange, { tenantId = '', id }) => json(200, machineActions.settings(tenantId, id))),
      route('PATCH', path, (exchange, { tenantId = '', id }) =>
        json(200, machineActions.configure(tenantId, bodyOf(exchange) as Partial<ActionSettings>, id)),
      ),
    ]),
    route('GET', at('/tenants/{tenantId}/machines/{id}/effects'), (_exchange, { tenantId = '', id = '' }) =>
      json(200, machineActions.effects(tenantId, id)),
    ),
  ];
}
