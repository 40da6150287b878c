import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inputsOf } from '../../../functions/indicator-sync/plan/sync-due.ts';
import { createSyncTenants } from '../../../functions/indicator-sync/sync-tenants.timer.ts';
import { toSyncOperation } from '../../../functions/indicator-sync/to-sync-operation.ts';
import type { Operation } from '../../../shared/contract/operation.ts';
import { clientId, names, openInstance, otherTenantId, tenantId, tick } from '../../builders/indicator-sync.ts';
import type { Instance } from '../../builders/indicator-sync.ts';
import { startMicrosoft } from '../../builders/microsoft.ts';
import { changeTenant, setPolicy, setUpIndicatorSync } from '../../builders/sync-world.ts';
import { watched } from '../../builders/watched-tables.ts';
import { dayMs, hourMs, minuteMs } from '../../builders/work.ts';
import type { Simulator } from '../../local/simulator/simulator.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startMicrosoft();
});
afterAll(() => simulator.stop());

/** The syncs of a tenant, newest first. */
async function syncsOf({ work }: Instance, id = tenantId): Promise<readonly Operation[]> {
  return (await work.list(id, { kind: 'IndicatorSync' }, { limit: 100 }))?.operations ?? [];
}

/** What a tenant's state names when everything is as it was at its last sync. */
async function inputsFor({ tenants, inputs, ownNames }: Instance, id: string): Promise<string> {
  const tenant = await tenants.get(id);
  return inputsOf(tenant!.document, await inputs.readMarks(), { ownNames });
}

describe('the timer syncTenants', () => {
  it('syncs a tenant when a feed, a policy or the time asks for it, and otherwise not', async () => {
    const { instance, server, control, rows } = await setUpIndicatorSync(simulator);
    const statuses = async () => (await syncsOf(instance)).map(({ status, result }) => [status, result?.added]);
    await server.put('blocklist', { apply: { expiresAfter: 'PT10H' } });
    await tick(instance.syncTenants);
    expect(await statuses()).toEqual([['Succeeded', 0]]);
    await server.publish('blocklist', names(2));
    for (let i = 0; i < 3; i += 1) {
      control.clock.advance(minuteMs);
      await tick(instance.syncTenants);
    }
    expect(await statuses()).toEqual([
      ['Succeeded', 2],
      ['Succeeded', 0],
    ]);
    control.clock.advance(4 * hourMs + 50 * minuteMs);
    await tick(instance.syncTenants);
    expect(await statuses()).toHaveLength(2);
    control.clock.advance(10 * minuteMs);
    await tick(instance.syncTenants);
    expect((await syncsOf(instance))[0]?.result).toMatchObject({ renewed: 2 });
    control.clock.advance(minuteMs);
    await setPolicy(instance, { mode: 'Live', exceptions: [{ indicatorValue: 'n0.bad.example', reason: 'ours' }] });
    await tick(instance.syncTenants);
    expect((await syncsOf(instance))[0]?.result).toMatchObject({ removed: 1 });
    expect(rows().map(({ indicatorValue }) => indicatorValue)).toEqual(['n1.bad.example']);
    control.clock.advance(dayMs);
    await tick(instance.syncTenants);
    expect((await syncsOf(instance))[0]?.result).toMatchObject({ added: 1 });
  });

  it('takes a deleted feed’s rows out at the next tick, without grace', async () => {
    const { instance, server, rows } = await setUpIndicatorSync(simulator);
    await server.put('blocklist', { guard: { removeAfter: 'P2D' } });
    await server.publish('blocklist', names(2));
    await tick(instance.syncTenants);
    expect(rows()).toHaveLength(2);
    await instance.feeds.remove('blocklist');
    await server.runs.forget('blocklist');
    await tick(instance.syncTenants);
    expect(rows()).toEqual([]);
  });

  it('leaves tenants alone that are paused, suspended or on their way out', async () => {
    const { instance, server } = await setUpIndicatorSync(simulator);
    await server.put('blocklist');
    for (const changes of [
      { paused: true },
      { paused: false, connection: 'Suspended' },
      { connection: 'Removing' },
    ] as const) {
      await changeTenant(instance, changes);
      await tick(instance.syncTenants);
    }
    expect(await syncsOf(instance)).toEqual([]);
  });

  it('is not kept from the others by one whose work cannot be stored, one that is throttled, or one that refuses', async () => {
    const { instance, server, control, rows } = await setUpIndicatorSync(simulator);
    const broken = '6f1c0000-0000-4000-8000-00000000a000';
    const throttled = tenantId;
    await setPolicy(instance, { mode: 'Live' }, broken);
    await setPolicy(instance, { mode: 'Live' }, otherTenantId);
    await server.put('blocklist');
    await server.publish('blocklist', names(2));
    control.faults.add({ fault: 'throttle', match: { tenantId: throttled, path: '/api' } });
    const { tenants, inputs, states, direct, work, ownNames, now, log } = instance;
    const accept: typeof work.accept = (input) =>
      input.tenantId === broken ? Promise.reject(new Error('Storage is broken there.')) : work.accept(input);
    const stores = { tenants, inputs, states, direct, ownNames };
    await tick(createSyncTenants({ ...stores, work: { ...work, accept }, newId: randomUUID, now, log }));
    expect(rows(otherTenantId)).toHaveLength(2);
    expect(await syncsOf(instance, throttled)).toMatchObject([{ status: 'NotStarted', attempts: 0 }]);
    expect(instance.lines.join('\n')).toContain('sync.unasked');
  });

  it('asks for one sync at a time, however long it takes', async () => {
    const { instance, server, control } = await setUpIndicatorSync(simulator);
    await server.put('blocklist');
    await server.publish('blocklist', names(2));
    control.faults.add({ fault: 'http-503', match: { path: '/api/indicators' } });
    for (let i = 0; i < 5; i += 1) {
      await tick(instance.syncTenants);
      control.clock.advance(minuteMs);
    }
    expect(await syncsOf(instance)).toHaveLength(1);
  });

  it('costs the same few calls to storage for 1 tenant and for 50 when nothing changed', async () => {
    const counted = async (tenants: number): Promise<string[]> => {
      const { instance, server, control, calls: callsToDefender } = await setUpIndicatorSync(simulator);
      await server.put('blocklist');
      await server.publish('blocklist', names(3));
      await tick(instance.syncTenants);
      const state = await instance.states.read(tenantId);
      // The others stand as after a sync of theirs; what a sync itself costs is no matter here.
      for (let i = 1; i < tenants; i += 1) {
        const id = `6f1c0000-0000-4000-8000-0000000${String(i).padStart(5, '0')}`;
        await setPolicy(instance, { mode: 'Live', reserve: 0 }, id);
        await instance.states.write(id, { ...state!, inputs: await inputsFor(instance, id) });
      }
      control.clock.advance(5 * minuteMs);
      const { tables, calls } = watched(instance.tables);
      const quiet = await openInstance(simulator, tables);
      // The first tick settles what was carried before; from then on it is quiet.
      await tick(quiet.syncTenants);
      control.clock.advance(minuteMs);
      control.log.clear();
      calls.length = 0;
      await tick(quiet.syncTenants);
      expect(callsToDefender()).toEqual([]);
      return calls.map(({ table, method, partition }) => `${table} ${method} ${partition}`).sort();
    };
    const forOne = await counted(1);
    expect(forOne).toEqual([
      'documents listEntities feed',
      'documents listEntities tenant',
      'feeds listEntities states',
      'ledger listEntities direct',
      'ledger listEntities states',
      'ready listEntities sync',
    ]);
    expect(await counted(50)).toEqual(forOne);
  });
});

describe('what Microsoft refuses', () => {
  it('fails the sync, is not asked again each minute, but after an hour or when something changed', async () => {
    const { instance, server, control, rows } = await setUpIndicatorSync(simulator);
    await server.put('blocklist');
    await server.publish('blocklist', names(2));
    await tick(instance.syncTenants);
    control.tenants.consent(tenantId, clientId, { defender: ['Alert.Read.All'] });
    const other = await openInstance(simulator, instance.tables);
    await server.publish('blocklist', names(3));
    const ticks = async (minutes: number) => {
      for (let i = 0; i < minutes; i += 1) {
        control.clock.advance(minuteMs);
        await tick(other.syncTenants);
      }
      return (await syncsOf(other)).filter(({ status }) => status === 'Failed').length;
    };
    expect(await ticks(1)).toBe(1);
    const [failed] = await syncsOf(other);
    expect(failed).toMatchObject({ status: 'Failed', error: { code: 'role_missing' } });
    expect(failed?.error?.message).toContain('Ti.ReadWrite.All');
    expect((await other.tenants.get(tenantId))?.document.connection).toBe('Connected');
    expect(await ticks(59)).toBe(1);
    expect(await ticks(1)).toBe(2);
    await server.publish('blocklist', names(4));
    expect(await ticks(1)).toBe(3);
    control.tenants.consent(tenantId, clientId, { defender: ['Ti.ReadWrite.All'] });
    expect(await ticks(59)).toBe(3);
    expect(rows()).toHaveLength(2);
    expect(await ticks(1)).toBe(3);
    expect(rows()).toHaveLength(4);
  });
});

describe('a tenant that lets us in no more', () => {
  it('is suspended, waits without an attempt, and goes on after the next consent', async () => {
    const { instance, server, control, rows } = await setUpIndicatorSync(simulator);
    await server.put('blocklist');
    await server.publish('blocklist', names(2));
    control.tenants.withdrawConsent(tenantId, clientId);
    await tick(instance.syncTenants);
    control.clock.advance(minuteMs);
    const [waiting] = await syncsOf(instance);
    expect(waiting).toMatchObject({ status: 'NotStarted', stage: 'Suspended', attempts: 0 });
    expect((await instance.tenants.get(tenantId))?.document).toMatchObject({
      connection: 'Suspended',
      suspension: 'consent_withdrawn',
    });
    for (let i = 0; i < 10; i += 1) {
      control.clock.advance(hourMs);
      await tick(instance.syncTenants);
    }
    expect(await syncsOf(instance)).toMatchObject([{ id: waiting!.id, stage: 'Suspended', attempts: 0 }]);

    control.tenants.consent(tenantId, clientId, { defender: ['Ti.ReadWrite.All'] });
    await changeTenant(instance, { connection: 'Connected' });
    await instance.work.wake(tenantId);
    await tick(instance.syncTenants);
    expect(await instance.work.read(tenantId, waiting!.id)).toMatchObject({
      status: 'Succeeded',
      result: { added: 2 },
    });
    expect(rows()).toHaveLength(2);
  });

  it('goes on with the very tick after its consent, though the one before found it closed', async () => {
    const { instance, server, rows } = await setUpIndicatorSync(simulator);
    await server.put('blocklist');
    await server.publish('blocklist', names(2));
    await tick(instance.syncTenants);
    await server.publish('blocklist', names(3));
    const { work } = instance;
    await changeTenant(instance, { paused: true });
    simulator.control.clock.advance(minuteMs);
    await work.accept({ ...toSyncOperation({ tenantId }, { id: randomUUID() }), isLeftToTimer: true });
    await work.drain('sync', { budgetMs: 1_000 });
    await changeTenant(instance, { paused: false });
    await work.wake(tenantId);
    await work.drain('sync', { budgetMs: 1_000 });
    expect(rows()).toHaveLength(3);
  });
});
