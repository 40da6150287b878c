import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import type { CallbackEvent } from '../../../shared/contract/callback-event.ts';
import { tenantInputSchema } from '../../../shared/contract/tenant.ts';
import { TenantSuspended, UpstreamUnavailable } from '../../../shared/errors.ts';
import { createDocuments } from '../../../shared/registry/documents.store.ts';
import { createSuspendTenant, suspending } from '../../../shared/registry/tenant-gate.store.ts';
import { tenantRecordSchema, toNewTenant } from '../../../shared/registry/tenant-record.ts';
import type { TenantRecord } from '../../../shared/registry/tenant-record.ts';
import type { CarriedOperation, CarryTools } from '../../../shared/work/carry.ts';
import { useDocumentTables } from '../../builders/documents.ts';

const tables = useDocumentTables();
const tenantId = '6f1c0000-0000-4000-8000-00000000a001';
const nowMs = Date.parse('2026-11-20T10:00:00Z');
const refusal = new TenantSuspended(tenantId, 'consent_withdrawn');
const event = {
  ...{ type: 'tenant.suspended', timestamp: '2026-11-20T10:00:00Z', tenantId },
  data: { code: 'consent_withdrawn' },
};

async function setUp(connection?: TenantRecord['connection']) {
  const tenants = createDocuments<TenantRecord>({
    ...{ tables: tables(), kind: 'tenant', schema: tenantRecordSchema, newId: randomUUID },
  });
  const record = toNewTenant(tenantId, tenantInputSchema.parse({}));
  if (connection !== undefined) await tenants.change(tenantId, () => ({ ...record, connection }));
  const told: CallbackEvent[] = [];
  const world = { isStorageDown: false };
  const suspend = createSuspendTenant({
    tenants,
    tell: (one) => {
      if (world.isStorageDown) return Promise.reject(new UpstreamUnavailable('Down.', { retryAfterMs: 1 }));
      return Promise.resolve(void told.push(one));
    },
    now: () => nowMs,
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  });
  const carry = suspending(() => Promise.reject(refusal), suspend);
  const step = () => carry({} as CarriedOperation, {} as CarryTools);
  return { told, step, world, connection: async () => (await tenants.get(tenantId))?.document.connection };
}

test('operations that find out at the same time suspend the tenant, and tell it, once; they wait without an attempt', async () => {
  const { told, step, connection } = await setUp('Connected');
  const steps = await Promise.allSettled([step(), step(), step()]);
  await expect(step()).rejects.toMatchObject({ throttled: true });
  for (const one of steps) expect(one).toMatchObject({ reason: { name: 'UpstreamUnavailable', throttled: true } });
  expect([told, await connection()]).toEqual([[event], 'Suspended']);
});

test('what could not be told is told by the next that finds out', async () => {
  const { told, step, world, connection } = await setUp('Connected');
  world.isStorageDown = true;
  await expect(step()).rejects.toThrow('Down.');
  expect(await connection()).toBe('Connected');
  world.isStorageDown = false;
  await expect(step()).rejects.toMatchObject({ throttled: true });
  expect(told).toEqual([event]);
});

test('a tenant that is being removed stays so, and nothing is told', async () => {
  const { told, step, connection } = await setUp('Removing');
  await expect(step()).rejects.toMatchObject({ throttled: true });
  expect([told, await connection()]).toEqual([[], 'Removing']);
});

test('a tenant that nobody knows is no tenant to suspend', async () => {
  const { step } = await setUp();
  await expect(step()).rejects.toBe(refusal);
});
