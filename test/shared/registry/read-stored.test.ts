import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { callerInputSchema } from '../../../shared/contract/caller.ts';
import { feedInputSchema } from '../../../shared/contract/feed.ts';
import { tenantInputSchema } from '../../../shared/contract/tenant.ts';
import { readStored } from '../../../shared/registry/read-stored.ts';
import { tenantRecordSchema, toNewTenant, toSuspended } from '../../../shared/registry/tenant-record.ts';

const tenantId = '6f1c0000-0000-4000-8000-00000000a001';

describe('what is stored', () => {
  it('has the defaults of what an older build did not write', () => {
    const schema = z.strictObject({ name: z.string(), count: z.number().default(3) });
    expect(readStored(schema, { name: 'a' })).toEqual({ name: 'a', count: 3 });
  });

  it.each([
    ['a caller', callerInputSchema, { displayName: 'SOAR', authentication: { kind: 'Signature' } }, 'authentication'],
    ['a feed', feedInputSchema, { displayName: 'Phishing', source: { kind: 'Push' } }, 'source'],
    ['a tenant', tenantRecordSchema, toNewTenant(tenantId, tenantInputSchema.parse({})), 'policy'],
  ] as const)('of %s keeps what a newer build wrote, at any depth', (_name, schema, document, part) => {
    const known: object = schema.parse(document);
    const newer = { ...known, later: [1], [part]: { ...Reflect.get(known, part), later: { than: 'this' } } };
    expect(schema.safeParse(newer).success).toBe(false);
    expect(readStored<unknown>(schema, newer)).toEqual(newer);
  });

  it('keeps it in the items of a list, too, and when it is written again', () => {
    const tenant = toNewTenant(tenantId, tenantInputSchema.parse({}));
    const responses = [{ action: { action: 'Isolate' } }, { action: { action: 'Isolate' }, later: true }];
    const alerts = { ...tenant.policy.alerts, responses };
    const stored = { ...tenant, policy: { ...tenant.policy, alerts } };
    const read = readStored(tenantRecordSchema, stored);
    expect(toSuspended(read, 'not_licensed').policy.alerts.responses[1]).toMatchObject({ later: true });
  });

  it('is refused when anything else is wrong with it', () => {
    const schema = z.strictObject({ name: z.string() });
    for (const stored of [{ name: 1, later: true }, { later: true }, 'text', undefined]) {
      expect(() => readStored(schema, stored)).toThrow(z.ZodError);
    }
  });
});
