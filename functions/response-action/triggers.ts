import type { HttpHandler, TimerHandler } from '@azure/functions';
import type { Registrar } from '../../shared/http/registrar.ts';
import type { EntityHandlers } from './questions/entities.http.ts';
import type { MachineHandlers } from './questions/machines.http.ts';

/** The handlers of the scenario, by function name. */
export interface ResponseActionHandlers {
  readonly requestAction: HttpHandler;
  readonly approveAction: HttpHandler;
  readonly drainActions: TimerHandler;
}

/** The handlers by which a playbook asks, by function name. */
export type QuestionHandlers = MachineHandlers & EntityHandlers & { readonly runQuery: HttpHandler };

/** Registers the scenario. `anonymous`: every route checks its caller itself. */
export function registerResponseAction(
  app: Registrar,
  { requestAction, approveAction, drainActions }: ResponseActionHandlers,
  schedules: { readonly actions: string },
): void {
  app.http('requestAction', {
    methods: ['POST'],
    authLevel: 'anonymous',
    route: 'api/v1/tenants/{tenantId}/actions',
    handler: requestAction,
  });
  app.http('approveAction', {
    methods: ['POST'],
    authLevel: 'anonymous',
    route: 'api/v1/tenants/{tenantId}/operations/{operationId}/approve',
    handler: approveAction,
  });
  app.timer('drainActions', { schedule: schedules.actions, handler: drainActions });
}

/** Registers what a playbook may ask. `anonymous`: every route checks its caller itself. */
export function registerQuestions(app: Registrar, handlers: QuestionHandlers): void {
  const on = (methods: 'GET' | 'POST', route: string, name: keyof QuestionHandlers): void =>
    app.http(name, {
      methods: [methods],
      authLevel: 'anonymous',
      route: `api/v1/tenants/{tenantId}/${route}`,
      handler: handlers[name],
    });
  on('GET', 'machines', 'listMachines');
  on('GET', 'machines/{machine}', 'getMachine');
  on('GET', 'files/{hash}', 'getFile');
  on('GET', 'domains/{name}', 'getDomain');
  on('GET', 'ips/{address}', 'getAddress');
  on('POST', 'queries', 'runQuery');
}
