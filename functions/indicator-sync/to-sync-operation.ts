import type { TenantRecord } from '../../shared/registry/tenant-record.ts';
import type { NewOperation } from '../../shared/work/new-operation.ts';

/** A sync of a tenant, as the engine takes it: one at a time, and whoever asks meanwhile is given the running one. */
export function toSyncOperation(
  { tenantId }: Pick<TenantRecord, 'tenantId'>,
  { id, callerId }: { readonly id: string; readonly callerId?: string },
): NewOperation {
  return {
    tenantId,
    kind: 'IndicatorSync',
    ...(callerId === undefined ? {} : { callerId }),
    dedupeKey: `sync|${id}`,
    fingerprint: id,
    request: {},
    exclusive: 'IndicatorSync',
    ignoresBacklog: true,
  };
}
