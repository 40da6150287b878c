import type { TimerHandler } from '@azure/functions';
import type { Registrar } from '../../shared/http/registrar.ts';
import type { TenantHandlers } from './tenants.http.ts';

const tenants = 'api/v1/tenants';
const tenant = 'api/v1/tenants/{tenantId}';

/** Registers the scenario. `anonymous`: every route checks its caller itself. */
export function registerTenantOnboarding(
  app: Registrar,
  handlers: TenantHandlers & { readonly checkTenants: TimerHandler },
  schedules: { readonly tenantCheck: string },
): void {
  const { listTenants, getTenant, putTenant, deleteTenant, checkTenant, checkTenants } = handlers;
  app.http('listTenants', { methods: ['GET'], authLevel: 'anonymous', route: tenants, handler: listTenants });
  app.http('getTenant', { methods: ['GET'], authLevel: 'anonymous', route: tenant, handler: getTenant });
  app.http('putTenant', { methods: ['PUT'], authLevel: 'anonymous', route: tenant, handler: putTenant });
  app.http('deleteTenant', { methods: ['DELETE'], authLevel: 'anonymous', route: tenant, handler: deleteTenant });
  app.http('checkTenant', {
    methods: ['POST'],
    authLevel: 'anonymous',
    route: `${tenant}/check`,
    handler: checkTenant,
  });
  app.timer('checkTenants', { schedule: schedules.tenantCheck, handler: checkTenants });
}
