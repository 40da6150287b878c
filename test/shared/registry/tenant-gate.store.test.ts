import { describe, expect, it } from 'vitest';
import { TenantSuspended, UpstreamUnavailable } from '../../../shared/errors.ts';
import { createSuspendTenant, createTenantGate, suspending } from '../../../shared/registry/tenant-gate.store.ts';
import { toRemoved, toRemoving } from '../../../shared/registry/tenant-record.ts';
import type { TenantRecord } from '../../../shared/registry/tenant-record.ts';
import type { CarriedOperation, CarryTools } from '../../../shared/work/carry.ts';
import { useDocumentTables } from '../../builders/documents.ts';
import { tenantsWith } from '../../builders/tenants.ts';
import { contoso, fabrikam, movedClock } from '../../builders/work.ts';

const tables = useDocumentTables();

async function setUp() {
  const tenants = await tenantsWith(tables(), contoso);
  const clock = movedClock();
  let reads = 0;
  const counted = {
    ...tenants,
    get: (id: string) => {
      reads += 1;
      return tenants.get(id);
    },
  };
  const change = (changes: Partial<TenantRecord>) =>
    tenants.change(contoso, (current) => ({ ...current!, ...changes }));
  return { tenants, clock, change, gate: createTenantGate({ tenants: counted, now: clock.now }), reads: () => reads };
}

describe('the gate of a tenant', () => {
  it.each<[string, Partial<TenantRecord>, string]>([
    ['connected', {}, 'open'],
    ['paused', { paused: true }, 'Paused'],
    ['suspended', { connection: 'Suspended' }, 'Suspended'],
    ['suspended and paused', { connection: 'Suspended', paused: true }, 'Suspended'],
    ['being removed, so that it can be emptied', { connection: 'Removing' }, 'open'],
    ['being removed while paused', { connection: 'Removing', paused: true }, 'open'],
    ['removed, so that what is unfinished ends', { connection: 'Removed' }, 'open'],
  ])('%s', async (_, changes, expected) => {
    const { gate, change } = await setUp();
    await change(changes);
    expect(await gate(contoso)).toBe(expected);
  });

  it('is closed for a tenant that nobody knows', async () => {
    const { gate } = await setUp();
    expect(await gate(fabrikam)).toBe('Suspended');
  });

  it('that is open is remembered for five seconds', async () => {
    const { gate, clock, change, reads } = await setUp();
    await gate(contoso);
    await change({ paused: true });
    clock.move(4_999);
    expect([await gate(contoso), reads()]).toEqual(['open', 1]);
    clock.move(1);
    expect([await gate(contoso), reads()]).toEqual(['Paused', 2]);
  });

  it('that is closed is not: the next one to ask finds it open', async () => {
    const { gate, change } = await setUp();
    await change({ connection: 'Suspended' });
    expect(await gate(contoso)).toBe('Suspended');
    await change({ connection: 'Connected' });
    expect(await gate(contoso)).toBe('open');
  });

  it('is read once for all who ask together', async () => {
    const { gate, change, reads } = await setUp();
    await change({ connection: 'Suspended' });
    expect(new Set(await Promise.all(Array.from({ length: 50 }, () => gate(contoso))))).toEqual(new Set(['Suspended']));
    expect(reads()).toBe(1);
  });
});

describe('a carry that finds out that the tenant lets us in no more', () => {
  const carried = {} as CarriedOperation;
  const tools = {} as CarryTools;

  async function setUpCarry(error: Error) {
    const world = await setUp();
    const told: unknown[] = [];
    const { tenants, clock } = world;
    const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
    const suspend = createSuspendTenant({
      tenants,
      tell: (event) => Promise.resolve(void told.push(event)),
      now: clock.now,
      log,
    });
    const carry = suspending(() => Promise.reject(error), suspend);
    return { ...world, told, carry: () => carry(carried, tools).catch((thrown: unknown) => thrown) };
  }

  it.each([
    ['consent_withdrawn', 'consent_withdrawn'],
    ['not_licensed', 'not_licensed'],
    ['unknown_tenant', 'consent_withdrawn'],
  ] as const)('suspends it, says so once, and waits without an attempt: %s', async (reason, suspension) => {
    const { carry, tenants, told } = await setUpCarry(new TenantSuspended(contoso, reason));
    const thrown = await Promise.all([carry(), carry()]);
    for (const error of thrown) expect(error).toMatchObject({ name: 'UpstreamUnavailable', throttled: true });
    expect((await tenants.get(contoso))?.document).toMatchObject({ connection: 'Suspended', suspension });
    expect(told).toMatchObject([{ type: 'tenant.suspended', data: { code: suspension } }]);
  });

  it('leaves a tenant alone that is on its way out', async () => {
    const { carry, tenants } = await setUpCarry(new TenantSuspended(contoso, 'consent_withdrawn'));
    await tenants.change(contoso, (current) => toRemoving(current!, 'r'));
    await carry();
    expect((await tenants.get(contoso))?.document.connection).toBe('Removing');
    await tenants.change(contoso, (current) => toRemoved(current!));
    await carry();
    expect((await tenants.get(contoso))?.document.connection).toBe('Removed');
  });

  it('passes on every other error, and one about a tenant that nobody knows', async () => {
    const other = new UpstreamUnavailable('No answer came.', { retryAfterMs: 1 });
    expect(await (await setUpCarry(other)).carry()).toBe(other);
    const unknown = new TenantSuspended(fabrikam, 'consent_withdrawn');
    expect(await (await setUpCarry(unknown)).carry()).toBe(unknown);
  });
});
