import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTenantHandlers } from '../../../functions/tenant-onboarding/tenants.http.ts';
import type { DefenderIndicators } from '../../../shared/defender/indicators.client.ts';
import type { Operation } from '../../../shared/contract/operation.ts';
import { createAcceptOperation } from '../../../shared/http/accept-operation.http.ts';
import { stepsUntil } from '../../builders/crashes.ts';
import {
  carryOn,
  clientId,
  names,
  openInstance,
  otherTenantId,
  syncOnce,
  tenantId,
} from '../../builders/indicator-sync.ts';
import type { Instance } from '../../builders/indicator-sync.ts';
import { call } from '../../builders/http.ts';
import { startMicrosoft } from '../../builders/microsoft.ts';
import { serveAs } from '../../builders/serve.ts';
import { setPolicy, setUpIndicatorSync, shown } from '../../builders/sync-world.ts';
import { dayMs, hourMs, minuteMs } from '../../builders/work.ts';
import type { Simulator } from '../../local/simulator/simulator.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startMicrosoft();
});
afterAll(() => simulator.stop());

/** `DELETE /tenants/{tenantId}`, as the administrator's request; the operation as it stands then. */
async function removeTenant({ tenants, work, now }: Instance, prefer?: 'respond-async'): Promise<Operation> {
  const handlers = createTenantHandlers(serveAs(), {
    ...{ tenants, newId: randomUUID, publicUrl: 'https://app.contoso.example', authorityHost: simulator.origin },
    acceptOperation: createAcceptOperation({ work, publicUrl: 'https://app.contoso.example', now }),
    checkTenant: () => Promise.reject(new Error('Not asked here.')),
    resume: () => Promise.reject(new Error('Not asked here.')),
  });
  const headers = prefer === undefined ? {} : { prefer };
  const answer = await call(handlers.deleteTenant, { method: 'DELETE', params: { tenantId }, headers });
  expect([200, 202]).toContain(answer.status);
  return answer.json as Operation;
}

/** A tenant with 700 rows of ours and one of somebody else. */
async function worldWithRows(
  ...given: Parameters<typeof setUpIndicatorSync> extends [unknown, ...infer R] ? R : never
) {
  const world = await setUpIndicatorSync(simulator, ...given);
  world.control.indicators.seed(tenantId, [{ indicatorType: 'DomainName', indicatorValue: 'theirs.example' }]);
  await world.server.put('blocklist');
  await world.server.publish('blocklist', names(700));
  await syncOnce(world.instance);
  expect(world.rows()).toHaveLength(701);
  world.control.clock.advance(5 * minuteMs);
  world.control.log.clear();
  return world;
}

const theirs = ['DomainName|theirs.example Block ana@example.test'];
const connectionOf = async ({ tenants }: Instance, id = tenantId) => (await tenants.get(id))?.document.connection;

describe('removing a tenant', () => {
  it('takes out all that is ours, and proves it on the tenant’s own list', async () => {
    const { instance, rows, calls } = await worldWithRows();
    const operation = await removeTenant(instance);
    expect(operation).toMatchObject({ kind: 'TenantRemoval', status: 'Succeeded', result: { removed: 700, left: 0 } });
    expect(shown(rows())).toEqual(theirs);
    expect(calls()).toEqual([
      'GET /api/indicators',
      'POST /api/indicators/BatchDelete',
      'POST /api/indicators/BatchDelete',
      'GET /api/indicators',
    ]);
    expect(await connectionOf(instance)).toBe('Removed');
    expect((await instance.ledgers.read(tenantId)).ledger.size).toBe(0);
    expect(await instance.states.read(tenantId)).toBeUndefined();
    expect(await removeTenant(instance)).toMatchObject({ id: operation.id, status: 'Succeeded' });
  });

  it('takes out rows of ours that the ledger does not know', async () => {
    const { instance, control, rows } = await worldWithRows();
    const app = { sourceType: 'AadApp', createdBy: clientId } as const;
    control.indicators.seed(tenantId, [{ indicatorType: 'Url', indicatorValue: 'http://old.example/a', ...app }]);
    expect(await removeTenant(instance)).toMatchObject({ status: 'Succeeded', result: { removed: 701, left: 0 } });
    expect(shown(rows())).toEqual(theirs);
  });

  it('leaves other tenants as they are', async () => {
    const { instance, rows } = await worldWithRows();
    await setPolicy(instance, { mode: 'Live' }, otherTenantId);
    await syncOnce(instance, otherTenantId);
    await removeTenant(instance);
    expect(rows(otherTenantId)).toHaveLength(700);
    expect(await connectionOf(instance, otherTenantId)).toBe('Connected');
  });

  it('starts anew when the tenant comes back', async () => {
    const { instance, rows } = await worldWithRows();
    await removeTenant(instance);
    await instance.tenants.change(tenantId, (current) => ({ ...current!, connection: 'Connected' }));
    expect((await syncOnce(instance)).result).toMatchObject({ added: 700 });
    expect(rows()).toHaveLength(701);
  });
});

describe('a removal that is interrupted', () => {
  it.each([
    ['before it is sent', { at: 1, when: 'before' }],
    ['after the first deletion', { at: 1, when: 'after' }],
    ['before the last', { at: 2, when: 'before' }],
    ['before the ledger is written', { at: 3, when: 'before' }],
    ['after it', { at: 3, when: 'after' }],
    ['before the empty ledger is written', { at: 4, when: 'before' }],
  ] as const)('%s goes on, and ends', async (_, death) => {
    const world = await worldWithRows();
    const operation = await removeTenant(await world.another(stepsUntil(death).changes));
    expect(operation.status).not.toBe('Succeeded');
    expect(await connectionOf(world.instance)).toBe('Removing');
    world.control.clock.advance(2 * minuteMs);
    const ended = await carryOn(await world.another(), operation);
    expect(ended).toMatchObject({ status: 'Succeeded', result: { left: 0 } });
    expect(shown(world.rows())).toEqual(theirs);
    expect(await connectionOf(world.instance)).toBe('Removed');
  });

  it('between the end of the tenant and the end of its operation: the operation ends all the same', async () => {
    const world = await worldWithRows();
    const operation = await removeTenant(world.instance, 'respond-async');
    await world.instance.tenants.change(tenantId, (current) => ({ ...current!, connection: 'Removed' }));
    const ended = await carryOn(await world.another(), operation);
    expect(ended).toMatchObject({ status: 'Succeeded', result: { removed: 700, left: 0 } });
    expect(shown(world.rows())).toEqual(theirs);
  });

  it('by throttling waits as long as it must, at no attempt', async () => {
    const { instance, control, rows } = await worldWithRows();
    const match = { path: '/api/indicators/BatchDelete' };
    control.faults.add({ fault: 'throttle', match, skip: 1, times: 1, retryAfterSeconds: 30 });
    const operation = await removeTenant(instance);
    expect(operation).toMatchObject({ status: 'Running', attempts: 0, result: { removed: 500 } });
    control.clock.advance(minuteMs);
    expect(await carryOn(instance, operation)).toMatchObject({
      status: 'Succeeded',
      result: { removed: 700, left: 0 },
    });
    expect(shown(rows())).toEqual(theirs);
  });

  it('by an outage that lasts for a day is not given up', async () => {
    const { instance, control, rows } = await worldWithRows();
    control.faults.add({ fault: 'http-503', match: { path: '/api/indicators' } });
    let operation = await removeTenant(instance);
    for (let hours = 0; hours < 24; hours += 1) {
      control.clock.advance(hourMs + 12 * minuteMs);
      operation = await carryOn(instance, operation);
    }
    expect(operation).toMatchObject({ status: expect.stringMatching(/NotStarted|Running/) as string });
    control.faults.clear();
    control.clock.advance(2 * hourMs);
    expect(await carryOn(instance, operation)).toMatchObject({
      status: 'Succeeded',
      result: { removed: 700, left: 0 },
    });
    expect(shown(rows())).toEqual(theirs);
  });

  it('because it is taken back leaves the tenant to the sync, which repairs it', async () => {
    const world = await worldWithRows();
    const operation = await removeTenant(await world.another(stepsUntil({ at: 1, when: 'after' }).changes));
    expect(world.rows()).toHaveLength(201);
    await setPolicy(world.instance, { mode: 'Live', reserve: 0 });
    world.control.clock.advance(2 * minuteMs);
    expect(await carryOn(world.instance, operation)).toMatchObject({
      status: 'Canceled',
      error: { code: 'superseded' },
    });
    expect((await syncOnce(world.instance)).result).toMatchObject({ added: 500 });
    expect(world.rows()).toHaveLength(701);
  });
});

describe('a removal while a sync runs', () => {
  it('waits for its end: nothing is imported after the look that proves the end', async () => {
    const removals: Operation[] = [];
    const seen: string[][] = [];
    const whileImporting = (real: DefenderIndicators): DefenderIndicators => ({
      ...real,
      importIndicators: async (...batch) => {
        const rest = await openInstance(simulator, world.instance.tables);
        removals.push(await removeTenant(rest));
        seen.push(shown(world.rows()));
        return real.importIndicators(...batch);
      },
    });
    const world = await setUpIndicatorSync(simulator);
    await world.server.put('blocklist');
    await world.server.publish('blocklist', names(10));
    await syncOnce(await world.another({ indicators: whileImporting }));
    const [removal] = removals;
    expect(removal).toMatchObject({ status: 'Running', stage: 'Applying' });
    expect(world.rows()).toHaveLength(10);
    world.control.clock.advance(minuteMs);
    expect(await carryOn(world.instance, removal!)).toMatchObject({
      status: 'Succeeded',
      result: { removed: 10, left: 0 },
    });
    expect(world.rows()).toEqual([]);
  });

  it('ends one that only waits', async () => {
    const world = await worldWithRows();
    await world.server.publish('blocklist', names(700, 700));
    const { instance, control } = world;
    control.faults.add({
      fault: 'throttle',
      match: { path: '/api/indicators/import' },
      times: 1,
      retryAfterSeconds: 600,
    });
    const sync = await syncOnce(instance);
    expect(sync).toMatchObject({ status: 'Running' });
    const removal = await removeTenant(instance);
    control.clock.advance(minuteMs);
    expect(await carryOn(instance, removal)).toMatchObject({ status: 'Succeeded' });
    expect(await instance.work.read(tenantId, sync.id)).toMatchObject({ status: 'Canceled' });
    expect(shown(world.rows())).toEqual(theirs);
  });
});

describe('a removal without consent', () => {
  it.each([
    ['the app is gone from the tenant', (id: string) => simulator.control.tenants.withdrawConsent(id, clientId)],
    [
      'the role is gone',
      (id: string) => simulator.control.tenants.consent(id, clientId, { defender: ['Alert.Read.All'] }),
    ],
  ])('says what is left and until when: %s', async (_, withdraw) => {
    const world = await worldWithRows();
    withdraw(tenantId);
    const instance = await world.another();
    const operation = await removeTenant(instance);
    expect(operation).toMatchObject({
      status: 'Failed',
      result: { removed: 0, left: 700, lastExpirationTime: '2025-04-02T04:00:00Z' },
      error: { code: 'indicators_left' },
    });
    expect(await connectionOf(instance)).toBe('Removed');
    expect(world.rows()).toHaveLength(701);
  });

  it('counts nothing that has ended by itself', async () => {
    const world = await worldWithRows();
    const dying = await world.another(stepsUntil({ at: 3, when: 'after' }).changes);
    const operation = await removeTenant(dying);
    simulator.control.tenants.withdrawConsent(tenantId, clientId);
    world.control.clock.advance(40 * dayMs);
    const instance = await world.another();
    expect(await carryOn(instance, operation)).toMatchObject({ status: 'Succeeded', result: { left: 0 } });
    expect(await connectionOf(instance)).toBe('Removed');
  });
});
