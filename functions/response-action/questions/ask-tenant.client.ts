import { TenantSuspended } from '../../../shared/errors.ts';
import type { SuspendTenant } from '../../../shared/registry/tenant-gate.store.ts';
import type { TenantRecord } from '../../../shared/registry/tenant-record.ts';
import { toAskProblem } from './ask-problem.ts';
import { requireAskable } from './require-askable.ts';

/**
 * Asks a tenant's Defender inside a request. Throws `RejectedInput` when the tenant cannot be asked or does not let us; a tenant
 * that turns out to let us in no more is suspended, as it is when work is carried.
 */
export type AskTenant = <T>(tenant: TenantRecord, question: () => Promise<T>) => Promise<T>;

/** Makes the way of asking. */
export function createAskTenant(suspend: SuspendTenant): AskTenant {
  return async (tenant, question) => {
    requireAskable(tenant);
    try {
      return await question();
    } catch (error) {
      if (error instanceof TenantSuspended) await suspend(error);
      throw toAskProblem(error);
    }
  };
}
