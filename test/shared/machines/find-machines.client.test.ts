import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createFindMachine } from '../../../shared/machines/find-machines.client.ts';
import type { FindMachine } from '../../../shared/machines/find-machines.client.ts';
import type { Defender } from '../../../shared/defender/call.ts';
import { defenderAt, startMicrosoft, world } from '../../builders/microsoft.ts';
import { freshTables } from '../../builders/storage.ts';
import type { Simulator } from '../../local/simulator/simulator.ts';

const { tenantId, clientId } = world;
const tenant = { tenantId, cloud: 'Commercial' } as const;
const id = (digit: string): string => digit.repeat(40);
const time = '2026-11-20T09:59:05.7654321Z';
const aadDeviceId = '2c000000-0000-4000-8000-000000000003';

let simulator: Simulator;
let find: FindMachine;

beforeAll(async () => {
  simulator = await startMicrosoft();
});
afterAll(() => simulator.stop());
beforeEach(async () => {
  const { control } = simulator;
  control.clock.freeze(Date.parse('2026-11-20T10:00:00Z'));
  control.faults.clear();
  control.machines.clear(tenantId);
  control.machines.seed(tenantId, [
    { id: id('a'), computerDnsName: 'pc1.example.test', lastIpAddress: '10.0.0.5', aadDeviceId },
    { id: id('b'), computerDnsName: 'pc10.example.test', lastIpAddress: '10.0.0.6' },
  ]);
  control.tenants.consent(tenantId, clientId, { defender: ['Machine.Read.All'] });
  find = createFindMachine(defenderAt(simulator, await freshTables()));
  control.quotas.clear();
  control.log.clear();
});

const calls = () => simulator.control.log.entries({ tenantId, path: '/api/machines' }).length;
const found = { outcome: 'Found', machine: { id: id('a') } };

describe('createFindMachine', () => {
  it.each([
    ['its id', { id: id('a') }],
    ['its Entra device', { aadDeviceId }],
    ['its full name', { computerDnsName: 'PC1.example.test' }],
    ['its first label, not its beginning', { computerDnsName: 'pc1' }],
    ['its address at the time', { ipAddress: '10.0.0.5' }],
    ['address and name', { ipAddress: '10.0.0.5', computerDnsName: 'pc1' }],
  ])('finds a machine by %s', async (_name, selector) => {
    expect(await find(tenant, { selector, time })).toMatchObject(found);
  });

  it.each([
    ['id', { id: id('c') }],
    ['name', { computerDnsName: 'pc9.example.test' }],
    ['address', { ipAddress: '10.0.0.9' }],
    ['name with another address', { ipAddress: '10.0.0.6', computerDnsName: 'pc1' }],
  ])('finds none by an unknown %s', async (_name, selector) => {
    expect(await find(tenant, { selector, time })).toEqual({ outcome: 'NotFound' });
  });

  it('finds a machine whose name Defender keeps, and compares, with capitals', async () => {
    const kept = { id: id('a'), computerDnsName: 'PC1.example.test', onboardingStatus: 'Onboarded' };
    const defender: Defender = {
      request: () => Promise.reject(new Error('Nothing is asked for by id.')),
      list: ({ schema, path }) => Promise.resolve(path.includes('%27PC1') ? [schema.parse(kept)] : []),
    };
    const findIn = createFindMachine(defender);
    for (const computerDnsName of ['pc1', 'PC1', 'pc1.example.test', 'PC1.example.test']) {
      expect(await findIn(tenant, { selector: { computerDnsName }, time })).toMatchObject(found);
    }
  });

  it('finds none in a tenant without machines, which Defender calls 404', async () => {
    simulator.control.machines.clear(tenantId);
    expect(await find(tenant, { selector: { computerDnsName: 'pc1' }, time })).toEqual({ outcome: 'NotFound' });
  });

  it('follows merged records, but not for ever', async () => {
    const merged = (from: string, to: string) => ({ id: id(from), mergedIntoMachineId: id(to) });
    simulator.control.machines.seed(tenantId, [merged('c', 'd'), merged('d', 'a')]);
    expect(await find(tenant, { selector: { id: id('c') }, time })).toMatchObject(found);
    simulator.control.machines.seed(tenantId, [merged('e', 'f'), merged('f', 'e')]);
    simulator.control.log.clear();
    expect(await find(tenant, { selector: { id: id('e') }, time })).toEqual({ outcome: 'NotFound' });
    expect(calls()).toBe(2);
    const chain = ['1', '2', '3', '4', '5', '6', '7', '8'];
    simulator.control.machines.seed(
      tenantId,
      chain.map((from, i) => merged(from, chain[i + 1] ?? 'a')),
    );
    simulator.control.log.clear();
    expect(await find(tenant, { selector: { id: id('1') }, time })).toEqual({ outcome: 'NotFound' });
    expect(calls()).toBe(6);
  });

  it('throws when it cannot be known: unknown is never the same as none', async () => {
    simulator.control.faults.add({ fault: 'truncated', match: { path: '/api/machines*' } });
    await expect(find(tenant, { selector: { computerDnsName: 'pc1' }, time })).rejects.toMatchObject({
      name: 'UpstreamUnavailable',
    });
  });
});
