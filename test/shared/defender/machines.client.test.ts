import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { toTagRequest } from '../../../shared/defender/machine-rows.ts';
import { createDefenderMachines } from '../../../shared/defender/machines.client.ts';
import type { DefenderMachines } from '../../../shared/defender/machines.client.ts';
import type { Simulator } from '../../local/simulator/simulator.ts';
import { defenderAt, startMicrosoft, world } from '../../builders/microsoft.ts';
import { freshTables } from '../../builders/storage.ts';

const { tenantId, clientId } = world;
const tenant = { tenantId, cloud: 'Commercial' } as const;
const id = 'a'.repeat(40);
const role = 'Machine.ReadWrite.All';

let simulator: Simulator;
let machines: DefenderMachines;

beforeAll(async () => {
  simulator = await startMicrosoft();
});
afterAll(() => simulator.stop());
beforeEach(async () => {
  const { control } = simulator;
  control.faults.clear();
  control.machines.clear(tenantId);
  control.machines.seed(tenantId, [{ id, computerDnsName: 'pc1.example.test' }]);
  control.tenants.consent(tenantId, clientId, { defender: [role] });
  machines = createDefenderMachines(defenderAt(simulator, await freshTables()));
  control.quotas.clear();
  control.log.clear();
});

const calls = (path: string) => simulator.control.log.entries({ path, tenantId }).length;

describe('getMachine', () => {
  it('reads one machine', async () => {
    const { machine, upstream } = await machines.getMachine(tenant, id);
    expect(machine).toMatchObject({ id, computerDnsName: 'pc1.example.test', machineTags: [] });
    expect(upstream.requestId).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('tells of a machine that there is not, with the ids for support', async () => {
    const { machine, upstream } = await machines.getMachine(tenant, 'b'.repeat(40));
    expect(machine).toBeUndefined();
    expect(upstream.correlationId).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('throws when an answer makes no sense: unknown is never the same as absent', async () => {
    simulator.control.faults.add({ fault: 'bad-json', match: { path: '/api/machines' }, times: 1 });
    await expect(machines.getMachine(tenant, id)).rejects.toMatchObject({ name: 'UpstreamUnavailable' });
  });
});

describe('changeMachine', () => {
  it.each(['case 17', "o'neil/../?x=1#", 'Größe'])('adds and removes the tag %s', async (tag) => {
    const added = await machines.changeMachine(tenant, toTagRequest(id, tag, 'Add'), role);
    expect(added.machine?.machineTags).toEqual([tag]);
    const removed = await machines.changeMachine(tenant, toTagRequest(id, tag, 'Remove'), role);
    expect(removed.machine?.machineTags).toEqual([]);
  });

  it('tells of an unknown machine', async () => {
    const { machine } = await machines.changeMachine(tenant, toTagRequest('b'.repeat(40), 't', 'Add'), role);
    expect(machine).toBeUndefined();
  });

  it('names the role that is missing', async () => {
    simulator.control.tenants.consent(tenantId, clientId, { defender: ['Machine.Read.All'] });
    await expect(machines.changeMachine(tenant, toTagRequest(id, 't', 'Add'), role)).rejects.toMatchObject({
      code: 'role_missing',
      missingRole: role,
    });
  });

  it.each(['http-503', 'drop-before', 'drop-after'] as const)('is sent once, whatever happens: %s', async (fault) => {
    simulator.control.faults.add({ fault, match: { method: 'POST', path: '/api/machines' }, times: 1 });
    await expect(machines.changeMachine(tenant, toTagRequest(id, 't', 'Add'), role)).rejects.toMatchObject({
      name: 'UpstreamUnavailable',
      throttled: false,
    });
    expect(calls('/api/machines')).toBe(1);
  });
});
