import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  machineId,
  minuteMs,
  otherTenantId,
  setUpFollowing,
  soar,
  startMs,
  tenantId,
} from '../../builders/follow-alerts.ts';
import { startMicrosoft } from '../../builders/microsoft.ts';
import type { Simulator } from '../../local/simulator/simulator.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startMicrosoft();
});
afterAll(() => simulator.stop());

const at = (minutes: number): string => new Date(startMs + minutes * minuteMs).toISOString().replace('Z', '0000Z');

describe('alert.observed', () => {
  it('tells of any alert that is severe enough, new or changed', async () => {
    const { control, tick, observe } = await setUpFollowing(simulator);
    control.alerts.seed(tenantId, [{ id: 'da0_0', machineId, title: 'before', severity: 'High' }]);
    control.clock.advance(6 * minuteMs);
    await observe('Medium');
    expect(await tick()).toEqual([]);
    control.alerts.seed(tenantId, [
      { id: 'da1_1', machineId, title: 'severe', severity: 'High' },
      { id: 'da2_2', machineId, title: 'not so', severity: 'Low' },
      { id: 'da3_3', machineId: 'none', title: 'just so', severity: 'Medium' },
    ]);
    const events = await tick();
    expect(events.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))).toEqual(
      [
        { alertId: 'da1_1', severity: 'High', status: 'New', machineId, lastUpdateTime: at(11) },
        { alertId: 'da3_3', severity: 'Medium', status: 'New', lastUpdateTime: at(11) },
      ].map((data) => ({ type: 'alert.observed', timestamp: at(11), tenantId, data })),
    );
    expect(await tick()).toEqual([]);
    control.alerts.change(tenantId, 'da1_1', { status: 'Resolved' });
    expect(await tick()).toMatchObject([{ data: { alertId: 'da1_1', status: 'Resolved' } }]);
  });

  it('tells of what comes before the first look', async () => {
    const { control, tick, observe } = await setUpFollowing(simulator);
    await observe('Low');
    control.clock.advance(minuteMs);
    control.alerts.seed(tenantId, [{ id: 'da1_1', machineId, title: 'soon', severity: 'High' }]);
    expect(await tick()).toMatchObject([{ data: { alertId: 'da1_1', lastUpdateTime: at(1) } }]);
    expect(await tick()).toEqual([]);
  });

  it('tells of alerts of ours that Graph alone has, and not of others’', async () => {
    const { control, tick, observe, links } = await setUpFollowing(simulator);
    await observe('Medium');
    const evidence = [{ '@odata.type': '#microsoft.graph.security.deviceEvidence', mdeDeviceId: machineId }];
    control.graphAlerts.seed(tenantId, [
      { id: 'one_aml', title: 'ours', severity: 'high', evidence },
      { id: 'two_aml', title: 'ours, and not so severe', severity: 'low' },
      { id: 'three_aml', title: 'theirs', severity: 'high' },
    ] as Parameters<typeof control.graphAlerts.seed>[1]);
    const operationId = `op_${'a'.repeat(26)}`;
    for (const alertId of ['one_aml', 'two_aml']) {
      await links.put({ tenantId, id: alertId, alertId, operationId, via: 'Graph' });
    }
    const data = { alertId: 'one_aml', severity: 'High', status: 'New', machineId };
    expect(await tick()).toMatchObject([{ type: 'alert.observed', data }]);
    expect(await tick()).toEqual([]);
    control.graphAlerts.triage(tenantId, 'one_aml', { status: 'inProgress' });
    expect((await tick()).map(({ type }) => type).toSorted()).toEqual(['alert.observed', 'alert.updated']);
  });

  it('begins with what happens from then on', async () => {
    const { control, tick, observe } = await setUpFollowing(simulator);
    await observe('Low');
    await tick();
    await observe('Off');
    await tick();
    control.alerts.seed(tenantId, [{ machineId, title: 'meanwhile', severity: 'High' }]);
    await tick();
    control.clock.advance(minuteMs);
    await observe('Low');
    expect(await tick()).toEqual([]);
  });

  it('finds what shows up late', async () => {
    const { control, tick, observe } = await setUpFollowing(simulator);
    await observe('Low');
    await tick();
    control.alerts.seed(tenantId, [{ id: 'da2_2', machineId, title: 'late', lastUpdateTime: at(8) }]);
    control.clock.advance(5 * minuteMs);
    expect(await tick()).toMatchObject([{ data: { alertId: 'da2_2' } }]);
    control.alerts.seed(tenantId, [{ id: 'da3_3', machineId, title: 'later', lastUpdateTime: at(7) }]);
    expect(await tick()).toMatchObject([{ data: { alertId: 'da3_3' } }]);
  });
});

describe('what it costs', () => {
  it('is nothing where nothing is to be followed', async () => {
    const { control, tick, observe, makeAlert, subscribers } = await setUpFollowing(simulator);
    const idle = async (): Promise<number> => {
      control.log.clear();
      await tick();
      return control.log.entries({}).length;
    };
    expect(await idle()).toBe(0);
    subscribers.splice(0, 1, {
      ...soar,
      callback: { ...soar.callback, events: ['action.failed'] } as typeof soar.callback,
    });
    await makeAlert('da1_1');
    await observe('Low');
    expect(await idle()).toBe(0);
    subscribers.splice(0, 1, { ...soar, tenants: [otherTenantId] });
    expect(await idle()).toBe(0);
    subscribers.splice(0, 1, { ...soar, callback: { ...soar.callback, status: 'Unverified' } as typeof soar.callback });
    expect(await idle()).toBe(0);
    subscribers.splice(0, 1, soar);
    expect(await idle()).toBeGreaterThan(0);
    await observe('Off');
    control.clock.advance(181 * 86_400_000);
    expect(await idle()).toBe(0);
  });

  it('is one call where nothing was changed, and no write', async () => {
    const { control, tick, calls, makeAlert, instance } = await setUpFollowing(simulator);
    await makeAlert('da1_1');
    await tick();
    await tick();
    const before = [...(await instance.cursors.readAll()).values()];
    control.log.clear();
    await tick();
    expect([calls().length, calls(otherTenantId).length]).toEqual([1, 0]);
    expect([...(await instance.cursors.readAll()).values()]).toEqual(before);
  });
});
