import type { TimerHandler } from '@azure/functions';
import type { Log } from '../../shared/log.ts';
import type { Documents } from '../../shared/registry/documents.store.ts';
import type { TenantRecord } from '../../shared/registry/tenant-record.ts';
import type { CheckTenant } from './check-tenant.client.ts';

/** What the daily check needs. */
export interface CheckTenantsOptions {
  readonly tenants: Documents<TenantRecord>;
  readonly checkTenant: CheckTenant;
  readonly log: Log;
}

/** Tenants checked side by side: two sign-ins each. */
const inFlight = 8;

/** Makes the daily check of what every tenant lets us do. One that fails does not keep the others from theirs. */
export function createCheckTenants({ tenants, checkTenant, log }: CheckTenantsOptions): TimerHandler {
  return async () => {
    const waiting = (await tenants.listAll()).map(({ id }) => id);
    const counts = { checked: 0, failed: 0 };
    const work = async (): Promise<void> => {
      for (let tenantId = waiting.shift(); tenantId !== undefined; tenantId = waiting.shift()) {
        try {
          await checkTenant(tenantId);
          counts.checked += 1;
        } catch (error) {
          counts.failed += 1;
          log.error('tenant.checkFailed', { tenantId, error });
        }
      }
    };
    await Promise.all(Array.from({ length: inFlight }, work));
    log.info('tenants.checked', counts);
  };
}
