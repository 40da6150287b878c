import { randomUUID } from 'node:crypto';
import { tenantInputSchema } from '../../shared/contract/tenant.ts';
import { createDocuments } from '../../shared/registry/documents.store.ts';
import type { Documents } from '../../shared/registry/documents.store.ts';
import { tenantRecordSchema, toNewTenant } from '../../shared/registry/tenant-record.ts';
import type { TenantRecord } from '../../shared/registry/tenant-record.ts';
import type { Tables } from '../../shared/tables.client.ts';

/** The registry of tenants, with these in it, connected. */
export async function tenantsWith(tables: Tables, ...tenantIds: readonly string[]): Promise<Documents<TenantRecord>> {
  const tenants = createDocuments<TenantRecord>({
    tables,
    kind: 'tenant',
    schema: tenantRecordSchema,
    newId: randomUUID,
  });
  for (const tenantId of tenantIds) {
    const record = toNewTenant(tenantId, tenantInputSchema.parse({}));
    await tenants.change(tenantId, () => ({ ...record, connection: 'Connected' }));
  }
  return tenants;
}
