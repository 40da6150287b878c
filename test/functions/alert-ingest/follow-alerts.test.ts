import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { machineId, minuteMs, setUpFollowing, startMs, tenantId } from '../../builders/follow-alerts.ts';
import { startMicrosoft } from '../../builders/microsoft.ts';
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

  it('comes for what was changed before anybody could look for the first time', async () => {
    const { control, makeAlert, tick, setTenant } = await setUpFollowing(simulator);
    await makeAlert('da1_1');
    await setTenant({ paused: true });
    control.clock.advance(minuteMs);
    control.alerts.change(tenantId, 'da1_1', { status: 'Resolved' });
    control.clock.advance(30 * minuteMs);
    expect(await tick()).toEqual([]);
    await setTenant({ paused: false });
    expect(await tick()).toMatchObject([{ data: { status: 'Resolved' } }]);
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
