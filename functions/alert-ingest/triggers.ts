import type { HttpHandler, TimerHandler } from '@azure/functions';
import type { Registrar } from '../../shared/http/registrar.ts';

/** The handlers of the scenario, by function name. */
export interface AlertIngestHandlers {
  readonly receiveAlert: HttpHandler;
  readonly drainAlerts: TimerHandler;
  readonly followAlerts: TimerHandler;
}

/** Registers the scenario. `anonymous`: every route checks its caller itself. */
export function registerAlertIngest(
  app: Registrar,
  { receiveAlert, drainAlerts, followAlerts }: AlertIngestHandlers,
  schedules: { readonly alerts: string; readonly alertChanges: string },
): void {
  app.http('receiveAlert', {
    methods: ['POST'],
    authLevel: 'anonymous',
    route: 'api/v1/tenants/{tenantId}/alerts',
    handler: receiveAlert,
  });
  app.timer('drainAlerts', { schedule: schedules.alerts, handler: drainAlerts });
  app.timer('followAlerts', { schedule: schedules.alertChanges, handler: followAlerts });
}
