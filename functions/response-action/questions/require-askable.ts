import { RejectedInput } from '../../../shared/errors.ts';
import { isLeaving, toTenantStatus } from '../../../shared/registry/tenant-record.ts';
import type { TenantRecord } from '../../../shared/registry/tenant-record.ts';

/** Throws `RejectedInput` unless a tenant's Defender may be asked now: nothing at all is sent to one that is not connected. */
export function requireAskable(tenant: TenantRecord): void {
  if (isLeaving(tenant)) throw new RejectedInput('tenant_removing', 'The tenant is disconnected, or about to be.');
  const status = toTenantStatus(tenant);
  if (status !== 'Connected') throw new RejectedInput('wrong_state', `The tenant is ${status}: nothing can be asked.`);
}
