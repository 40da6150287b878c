import type { CallbackEvent } from '../contract/callback-event.ts';
import type { TenantRecord } from '../registry/tenant-record.ts';

/**
 * The event that a change of a tenant is, if it is one: that it is connected, or no longer. Its removal is an operation,
 * and told with that one's end.
 */
export function toTenantEvent(
  before: Pick<TenantRecord, 'connection'>,
  after: TenantRecord,
  timestamp: string,
): CallbackEvent | undefined {
  const { tenantId, connection, suspension: code } = after;
  if (connection === before.connection) return undefined;
  if (connection === 'Connected') return { type: 'tenant.connected', timestamp, tenantId, data: {} };
  const isLost = before.connection === 'Connected' && connection === 'Suspended';
  return isLost && code !== undefined ? { type: 'tenant.suspended', timestamp, tenantId, data: { code } } : undefined;
}
