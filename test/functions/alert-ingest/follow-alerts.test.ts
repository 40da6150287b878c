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
import { startMicrosoft, world } from '../../builders/microsoft.ts';
import type { Simulator } from '../../local/simulator/simulator.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startMicrosoft();
});
afterAll(() => simulator.stop());

const at = (minutes: number): string => new Date(startMs + minutes * minuteMs).toISOString().replace('Z', '0000Z');

describe('alert.updated', () => {
  it('tells what a person changed, and the new values, once', async () => {
    const { control, makeAlert, tick } = await setUpFollowing(simulator);
    await makeAlert('da1_1');
    expect(await tick()).toEqual([]);
    control.alerts.change(tenantId, 'da1_1', { status: 'Resolved', classification: 'TruePositive' });
    expect(await tick()).toEqual([
      {
        ...{ type: 'alert.updated', timestamp: at(5), tenantId },
        data: {
          ...{ id: 'finding-da1_1', alertId: 'da1_1', changed: ['status', 'classification'] },
          ...{ status: 'Resolved', classification: 'TruePositive' },
        },
      },
    ]);
    expect([await tick(), await tick()]).toEqual([[], []]);
    control.alerts.change(tenantId, 'da1_1', {
      comments: [{ comment: 'Cleaned.', createdBy: 'ana@example.test', createdTime: at(20) }],
    });
    expect(await tick()).toMatchObject([
      { data: { changed: ['comments'], comments: [{ comment: 'Cleaned.', createdBy: 'ana@example.test' }] } },
    ]);
  });

  it('tells each of the ids that a merged alert stands for', async () => {
    const { control, makeAlert, tick } = await setUpFollowing(simulator);
    await makeAlert('da1_1', { id: 'one' });
    await makeAlert('da1_1', { id: 'two' });
    control.alerts.change(tenantId, 'da1_1', { assignedTo: 'ana@example.test' });
    const events = await tick();
    expect(events.map((event) => 'id' in event.data && event.data.id).toSorted()).toEqual(['one', 'two']);
  });

  it('does not tell what we wrote, but what a person does with it', async () => {
    const { control, makeAlert, tick, links } = await setUpFollowing(simulator);
    await makeAlert('da1_1');
    await tick();
    const ours = { comment: 'Cleaned. [op_4k7d2mqn3xzrj5tvwy6bcafhge]', createdBy: 'app', createdTime: at(5) };
    await links.recordWritten(tenantId, 'da1_1', { status: 'Resolved' });
    control.alerts.change(tenantId, 'da1_1', { status: 'Resolved', comments: [ours] });
    expect(await tick()).toEqual([]);
    control.alerts.change(tenantId, 'da1_1', { status: 'InProgress' });
    expect(await tick()).toMatchObject([{ data: { changed: ['status'], status: 'InProgress' } }]);
    control.alerts.change(tenantId, 'da1_1', { status: 'Resolved' });
    expect(await tick()).toMatchObject([{ data: { changed: ['status'], status: 'Resolved' } }]);
  });

  it('is of our alerts alone', async () => {
    const { control, makeAlert, tick } = await setUpFollowing(simulator);
    await makeAlert('da1_1');
    control.alerts.seed(tenantId, [{ id: 'da2_2', machineId, title: 'theirs' }]);
    control.alerts.change(tenantId, 'da2_2', { status: 'Resolved' });
    expect(await tick()).toEqual([]);
  });

  it('comes for what was changed while the tenant could not be called', async () => {
    const { control, makeAlert, tick, setTenant } = await setUpFollowing(simulator);
    await makeAlert('da1_1');
    await tick();
    await setTenant({ paused: true });
    control.alerts.change(tenantId, 'da1_1', { status: 'InProgress' });
    control.log.clear();
    for (let n = 0; n < 20; n += 1) expect(await tick()).toEqual([]);
    expect(control.log.entries({ tenantId })).toEqual([]);
    await setTenant({ paused: false });
    expect(await tick()).toMatchObject([{ data: { status: 'InProgress' } }]);
  });
});

describe('alerts that only Graph has', () => {
  it('are followed there, and those of others are not told', async () => {
    const { control, tick, links } = await setUpFollowing(simulator);
    control.switches.change({ graphPageSize: 2 });
    const ids = ['one_aml', 'two_aml', 'three_aml'];
    control.graphAlerts.seed(
      tenantId,
      ids.map((id) => ({ id, title: id })),
    );
    const operationId = `op_${'a'.repeat(26)}`;
    await links.put({ tenantId, id: 'finding-1', alertId: 'one_aml', operationId, via: 'Graph' });
    expect(await tick()).toEqual([]);
    for (const id of ids) control.graphAlerts.triage(tenantId, id, { status: 'inProgress', comment: 'Mine.' });
    control.log.clear();
    expect(await tick()).toMatchObject([
      {
        type: 'alert.updated',
        data: {
          ...{ id: 'finding-1', alertId: 'one_aml', changed: ['status', 'comments'], status: 'InProgress' },
          comments: [{ comment: 'Mine.' }],
        },
      },
    ]);
    expect(await tick()).toEqual([]);
    expect(control.log.entries({ tenantId, path: '/api/alerts*' })).toEqual([]);
  });
});

describe('alert.observed', () => {
  it('tells of any alert that is severe enough, new or changed', async () => {
    const { control, tick, observe } = await setUpFollowing(simulator);
    control.alerts.seed(tenantId, [{ id: 'da0_0', machineId, title: 'before', severity: 'High' }]);
    control.clock.advance(minuteMs);
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
        { alertId: 'da1_1', severity: 'High', status: 'New', machineId, lastUpdateTime: at(6) },
        { alertId: 'da3_3', severity: 'Medium', status: 'New', lastUpdateTime: at(6) },
      ].map((data) => ({ type: 'alert.observed', timestamp: at(6), tenantId, data })),
    );
    expect(await tick()).toEqual([]);
    control.alerts.change(tenantId, 'da1_1', { status: 'Resolved' });
    expect(await tick()).toMatchObject([{ data: { alertId: 'da1_1', status: 'Resolved' } }]);
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

describe('what goes wrong', () => {
  it.each(['throttle', 'http-503', 'bad-json', 'drop-after'] as const)(
    '%s in one tenant is not the others’',
    async (fault) => {
      const { control, tick, makeAlert } = await setUpFollowing(simulator);
      await makeAlert('da1_1');
      await makeAlert('da9_9', { of: otherTenantId });
      await tick();
      control.alerts.change(tenantId, 'da1_1', { status: 'Resolved' });
      control.alerts.change(otherTenantId, 'da9_9', { status: 'Resolved' });
      control.faults.add({ fault, match: { path: '/api/alerts*', tenantId } });
      expect(await tick()).toMatchObject([{ tenantId: otherTenantId }]);
      control.faults.clear();
      expect(await tick()).toMatchObject([{ tenantId, data: { status: 'Resolved' } }]);
    },
  );

  it('a tenant that lets us in no more is suspended', async () => {
    const { control, tick, makeAlert, instance } = await setUpFollowing(simulator);
    await makeAlert('da1_1');
    await tick();
    control.faults.add({ fault: 'expired-token-401', match: { path: '/api/alerts*' } });
    await tick();
    expect((await instance.tenants.get(tenantId))?.document).toMatchObject({ connection: 'Suspended' });
  });

  it('a role that is missing is logged', async () => {
    const { control, tick, makeAlert, lines } = await setUpFollowing(simulator);
    await makeAlert('da1_1');
    control.tenants.consent(tenantId, world.clientId, { defender: ['Machine.Read.All'] });
    control.clock.advance(2 * 3_600_000);
    expect(await tick()).toEqual([]);
    expect(lines.some((line) => line.includes('alerts.unread') && line.includes('Alert.ReadWrite.All'))).toBe(true);
  });
});
