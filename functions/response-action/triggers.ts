import type { HttpHandler, TimerHandler } from '@azure/functions';
import type { Registrar } from '../../shared/http/registrar.ts';

/** The handlers of the scenario, by function name. */
export interface ResponseActionHandlers {
  readonly requestAction: HttpHandler;
  readonly approveAction: HttpHandler;
  readonly drainActions: TimerHandler;
}

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
