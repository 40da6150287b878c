import { z } from 'zod';
import type { Immutable } from '../contract/primitives.ts';
import { tenantIdSchema, text, timeSchema } from '../contract/primitives.ts';
import type { TenantDocument, TenantInput, TenantStatus } from '../contract/tenant.ts';
import { cloudSchema, regionSchema, tenantCheckSchema } from '../contract/tenant.ts';
import { tenantPolicySchema } from '../contract/tenant-policy.ts';
import type { SuspensionReason } from '../errors.ts';

/** Why nothing can be sent to a tenant; the codes of the callback `tenant.suspended`. */
export const suspensionCodeSchema = z.enum(['consent_withdrawn', 'not_licensed', 'roles_missing']);
export type SuspensionCode = z.output<typeof suspensionCodeSchema>;

/** A tenant as stored: what the administrator says (`paused` among it), and apart from that how we stand with the tenant. */
export const tenantRecordSchema = z.strictObject({
  tenantId: tenantIdSchema,
  displayName: text(1, 256),
  cloud: cloudSchema,
  region: regionSchema.optional(),
  paused: z.boolean(),
  policy: tenantPolicySchema,
  connection: z.enum(['Connected', 'Suspended', 'Removing', 'Removed']),
  /** Why it is suspended; absent until the first check. */
  suspension: suspensionCodeSchema.optional(),
  /** Since the first connection. */
  connectedAt: timeSchema.optional(),
  check: tenantCheckSchema.optional(),
  /** Names the removal, from its begin on: asking for it again finds the same operation. */
  removalId: z.string().optional(),
});
export type TenantRecord = Immutable<z.output<typeof tenantRecordSchema>>;

/** A tenant that nobody has checked yet. */
export function toNewTenant(tenantId: string, input: TenantInput): TenantRecord {
  return { ...toEdited(tenantId, input), connection: 'Suspended' };
}

/** What an administrator changed, everything else as it stands. */
export function withInput(record: TenantRecord, input: TenantInput): TenantRecord {
  const { connection, suspension, connectedAt, check, removalId } = record;
  return {
    ...toEdited(record.tenantId, input),
    connection,
    ...(suspension === undefined ? {} : { suspension }),
    ...(connectedAt === undefined ? {} : { connectedAt }),
    ...(check === undefined ? {} : { check }),
    ...(removalId === undefined ? {} : { removalId }),
  };
}

/** Microsoft lets us in no more. A tenant that is being removed, or is, stays so. */
export function toSuspended(record: TenantRecord, reason: SuspensionReason): TenantRecord {
  if (record.connection !== 'Connected' && record.connection !== 'Suspended') return record;
  return { ...record, connection: 'Suspended', suspension: reason === 'unknown_tenant' ? 'consent_withdrawn' : reason };
}

/** The removal begins, under this name unless one has begun already. */
export function toRemoving(record: TenantRecord, removalId: string): TenantRecord {
  if (record.connection === 'Removing' || record.connection === 'Removed') return record;
  return { ...record, connection: 'Removing', removalId };
}

/** The removal is over. */
export function toRemoved(record: TenantRecord): TenantRecord {
  return record.connection === 'Removing' ? { ...record, connection: 'Removed' } : record;
}

/** The removal is taken back: the tenant stands as it did before, and its next removal is another one. */
export function toKept(record: TenantRecord): TenantRecord {
  if (record.connection !== 'Removing') return record;
  const { removalId: _removalId, ...kept } = record;
  const wasConnected = kept.connectedAt !== undefined && kept.suspension === undefined;
  return { ...kept, connection: wasConnected ? 'Connected' : 'Suspended' };
}

/** Whether a tenant is being removed, or is: nothing new is sent to it. */
export function isLeaving({ connection }: Pick<TenantRecord, 'connection'>): boolean {
  return connection === 'Removing' || connection === 'Removed';
}

/** How a tenant stands: that Microsoft does not let us in comes before that the administrator does not want us to send. */
export function toTenantStatus({ connection, paused }: Pick<TenantRecord, 'connection' | 'paused'>): TenantStatus {
  return connection === 'Connected' && paused ? 'Paused' : connection;
}

/** `GET /tenants/{tenantId}`. */
export function toTenantDocument(record: TenantRecord): TenantDocument {
  const { connection: _connection, suspension: _suspension, removalId: _removalId, ...shown } = record;
  return { ...shown, status: toTenantStatus(record) };
}

function toEdited(tenantId: string, { displayName = tenantId, cloud, region, paused, policy }: TenantInput) {
  return { tenantId, displayName, cloud, ...(region === undefined ? {} : { region }), paused, policy };
}
