import { expect, test } from 'vitest';
import { toTenantEvent } from '../../../shared/callbacks/tenant-event.ts';
import { callbackEventSchema } from '../../../shared/contract/callback-event.ts';
import { tenantInputSchema } from '../../../shared/contract/tenant.ts';
import { toNewTenant } from '../../../shared/registry/tenant-record.ts';
import type { TenantRecord } from '../../../shared/registry/tenant-record.ts';

const tenantId = '6f1c0000-0000-4000-8000-00000000a001';
const timestamp = '2026-11-20T10:00:00Z';

const record = (change: Partial<TenantRecord>): TenantRecord => ({
  ...toNewTenant(tenantId, tenantInputSchema.parse({})),
  ...change,
});
const suspended = record({ connection: 'Suspended', suspension: 'not_licensed' });
const connected = record({ connection: 'Connected' });

test.each<[string, TenantRecord, TenantRecord, object | undefined]>([
  ['connected at last', record({}), connected, { type: 'tenant.connected', data: {} }],
  ['connected again', suspended, connected, { type: 'tenant.connected', data: {} }],
  ['suspended', connected, suspended, { type: 'tenant.suspended', data: { code: 'not_licensed' } }],
  ['not let in at the first check', record({}), suspended, undefined],
  ['suspended for another reason', suspended, record({ suspension: 'roles_missing' }), undefined],
  ['checked, and all as before', connected, { ...connected, connectedAt: timestamp }, undefined],
  ['paused by us', connected, record({ connection: 'Connected', paused: true }), undefined],
  ['being removed', connected, record({ connection: 'Removing' }), undefined],
  [
    'removed: its operation tells that',
    record({ connection: 'Removing' }),
    record({ connection: 'Removed' }),
    undefined,
  ],
  ['put anew after its removal', record({ connection: 'Removed' }), suspended, undefined],
])('%s', (_, before, after, told) => {
  const event = toTenantEvent(before, after, timestamp);
  expect(event).toEqual(told && { timestamp, tenantId, ...told });
  if (event !== undefined) expect(callbackEventSchema.parse(event)).toEqual(event);
});
