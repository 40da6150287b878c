import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { later, remove, setUpDirect, submit } from '../../builders/direct-indicators.ts';
import { clientId, tenantId, tick } from '../../builders/indicator-sync.ts';
import { startMicrosoft } from '../../builders/microsoft.ts';
import { shown } from '../../builders/sync-world.ts';
import type { Simulator } from '../../local/simulator/simulator.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startMicrosoft();
});
afterAll(() => simulator.stop());

const key = 'DomainName|bad.example';

describe('DeleteIndicator', () => {
  it('ends when the row is gone', async () => {
    const { instance, rows } = await setUpDirect(simulator);
    await submit(instance);
    const operation = await remove(instance);
    expect(operation).toMatchObject({
      status: 'Succeeded',
      result: { action: 'DeleteIndicator', indicator: { indicatorType: 'DomainName', indicatorValue: 'bad.example' } },
    });
    expect(operation.result?.indicator?.indicatorId).toBeUndefined();
    expect(rows()).toEqual([]);
    expect((await instance.direct.read(tenantId)).records).toEqual([]);
  });

  it('leaves the row to a feed that owns it too, and says so', async () => {
    const { instance, server, rows } = await setUpDirect(simulator);
    await server.put('blocklist', { apply: { action: 'Audit' } });
    await server.publish('blocklist', ['bad.example']);
    await submit(instance);
    expect(shown(rows())).toEqual([`${key} Block ours`]);
    const operation = await remove(instance);
    expect(operation).toMatchObject({
      status: 'Succeeded',
      result: { indicator: { indicatorId: rows()[0]?.id, action: 'Audit' } },
    });
    expect((await instance.ledgers.read(tenantId)).ledger.get(key)?.owners).toEqual(['blocklist']);
  });

  it('that fails leaves what was submitted as it was', async () => {
    const { instance, control, rows, another } = await setUpDirect(simulator);
    await submit(instance);
    control.tenants.consent(tenantId, clientId, { defender: ['Machine.Read.All'] });
    expect(await remove(await another())).toMatchObject({ status: 'Failed', error: { code: 'role_missing' } });
    control.tenants.consent(tenantId, clientId, { defender: ['Ti.ReadWrite.All'] });
    await tick((await another()).syncTenants);
    expect(rows()).toHaveLength(1);
    expect((await instance.direct.read(tenantId)).records).toMatchObject([{ row: { action: 'Block' } }]);
  });

  it('is superseded by whoever submits the value again', async () => {
    const world = await setUpDirect(simulator);
    const { instance, control, rows } = world;
    await submit(instance);
    control.faults.add({ fault: 'http-503', match: { path: '/api/indicators' } });
    const removal = await remove(instance);
    const again = await submit(instance, { action: 'Warn' });
    control.faults.clear();
    for (let i = 0; i < 4; i += 1) await later(world, again);
    expect(await later(world, removal)).toMatchObject({ status: 'Canceled', error: { code: 'superseded' } });
    expect(await later(world, again)).toMatchObject({ status: 'Succeeded' });
    expect(shown(rows())).toEqual([`${key} Warn ours`]);
  });
});
