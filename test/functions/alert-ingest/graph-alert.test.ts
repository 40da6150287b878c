import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { finding, minuteMs, pc1, setUpAlertIngest, tenantId } from '../../builders/alert-ingest.ts';
import { startMicrosoft, world } from '../../builders/microsoft.ts';
import { operationOf } from '../../builders/response-action.ts';
import type { Simulator } from '../../local/simulator/simulator.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startMicrosoft();
});
afterAll(() => simulator.stop());

const inGraph = { method: 'POST', path: '/beta/security/alerts_v2/createAlert' };

/** A tenant that chose it, and no event that fits. */
async function setUp(policy: object = {}) {
  const set = await setUpAlertIngest(simulator, { searchFor: 'PT0S', fallback: 'GraphAlert', ...policy });
  set.control.events.clear(tenantId);
  const calls = () => set.control.log.entries({ tenantId, ...inGraph });
  return { ...set, calls, inGraph: () => set.control.graphAlerts.list(tenantId) };
}

describe('an alert without an event', () => {
  it('is made in Graph, where the tenant chose that', async () => {
    const { send, made, inGraph: alerts } = await setUp();
    const operation = operationOf(await send());
    const [alert] = alerts();
    expect(operation).toMatchObject({
      status: 'Succeeded',
      result: { alertId: alert?.id, merged: false, machine: { id: pc1.id } },
      upstream: { alertId: alert?.id, incidentId: Number(alert?.incidentId) },
    });
    expect(operation.result).not.toHaveProperty('event');
    expect(alert).toMatchObject({
      ...{ title: finding.title, severity: 'high', category: 'CommandAndControl', detectionSource: 'manual' },
      description: `${finding.description}\n\n[${operation.id}]`,
    });
    expect([alerts().length, made()]).toEqual([1, []]);
  });

  it('is only shown in Observe', async () => {
    const { send, inGraph: alerts } = await setUp({ mode: 'Observe' });
    expect(operationOf(await send())).toMatchObject({
      status: 'Succeeded',
      result: { observed: true, request: { ...inGraph, body: { createAlertInput: { severity: 'high' } } } },
    });
    expect(alerts()).toEqual([]);
  });

  it('is not made where an event fits', async () => {
    const { send, made, calls } = await setUpAlertIngest(simulator, { fallback: 'GraphAlert' }).then((set) => ({
      ...set,
      calls: () => set.control.log.entries({ tenantId, ...inGraph }),
    }));
    expect(operationOf(await send()).status).toBe('Succeeded');
    expect([made().length, calls().length]).toEqual([1, 0]);
  });

  it('whose answer was lost is found by its mark, not made twice', async () => {
    const { send, later, read, control, inGraph: alerts, calls } = await setUp();
    control.faults.add({ fault: 'drop-after', match: inGraph, times: 1 });
    const { id, stage, attempts } = operationOf(await send());
    expect([stage, attempts, alerts().length]).toEqual(['Creating', 1, 1]);
    await later(2 * minuteMs);
    expect(await read(id)).toMatchObject({ status: 'Succeeded', result: { alertId: alerts()[0]?.id, merged: false } });
    expect([alerts().length, calls().length]).toEqual([1, 1]);
  });

  it('that never came to Graph is made then', async () => {
    const { send, later, read, control, inGraph: alerts } = await setUp();
    control.faults.add({ fault: 'drop-before', match: inGraph, times: 1 });
    const { id } = operationOf(await send());
    await later(2 * minuteMs);
    expect([(await read(id))?.status, alerts().length]).toEqual(['Succeeded', 1]);
  });

  it('waits while a limit says no, and is not looked for', async () => {
    const { send, later, read, control, inGraph: alerts } = await setUp();
    control.faults.add({ fault: 'throttle', match: inGraph, retryAfterSeconds: 30, times: 1 });
    const { id, attempts, stage } = operationOf(await send());
    expect([attempts, stage]).toEqual([0, 'Creating']);
    control.log.clear();
    await later(minuteMs);
    expect([(await read(id))?.status, alerts().length]).toEqual(['Succeeded', 1]);
    expect(control.log.entries({ tenantId, method: 'GET', path: '/v1.0/security/*' })).toEqual([]);
  });

  it('names the role that is missing', async () => {
    const { send, control } = await setUp();
    control.tenants.consent(tenantId, world.clientId, {
      defender: ['Machine.Read.All', 'Alert.ReadWrite.All'],
      graph: ['ThreatHunting.Read.All'],
    });
    expect(operationOf(await send()).error).toMatchObject({
      code: 'role_missing',
      message: expect.stringContaining('SecurityAlert.Create.All') as unknown,
    });
  });
});
