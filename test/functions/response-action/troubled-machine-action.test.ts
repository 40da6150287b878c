import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allActionRoles, isolate, pc1, secondMs, setUpMachineActions } from '../../builders/machine-actions.ts';
import { startMicrosoft, world } from '../../builders/microsoft.ts';
import type { Simulator } from '../../local/simulator/simulator.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startMicrosoft();
});
afterAll(() => simulator.stop());

const { tenantId } = world;
const minuteMs = 60 * secondMs;
const isolating = { method: 'POST', path: '/api/machines/*/isolate' };
const following = { method: 'GET', path: '/api/machineactions' };

describe('a call that acts', () => {
  it.each(['drop-after', 'bad-json', 'truncated'] as const)(
    '%s: it is found again by its mark, not sent twice',
    async (fault) => {
      const { ask, read, later, control, actions, posts } = await setUpMachineActions(simulator);
      control.faults.add({ fault, match: isolating, times: 1 });
      const operation = await ask(isolate);
      expect(operation).toMatchObject({ status: 'Running', stage: 'Submitting', attempts: 1 });
      await later(2 * minuteMs);
      expect(await read(operation)).toMatchObject({
        ...{ status: 'Succeeded', attempts: 1 },
        result: { machineActionId: actions()[0]?.id, joined: false },
      });
      expect([actions().length, posts().length]).toEqual([1, 1]);
    },
  );

  it.each(['drop-before', 'http-500', 'http-503'] as const)('%s: it is sent again, once', async (fault) => {
    const { ask, read, later, control, actions } = await setUpMachineActions(simulator);
    control.faults.add({ fault, match: isolating, times: 1 });
    const operation = await ask(isolate);
    expect(operation).toMatchObject({ status: 'Running', attempts: 1 });
    await later(2 * minuteMs);
    expect(await read(operation)).toMatchObject({ stage: 'Pending', attempts: 1 });
    await later(minuteMs);
    expect(await read(operation)).toMatchObject({ status: 'Succeeded' });
    expect(actions()).toHaveLength(1);
  });

  it('throttled: nothing was carried out; it waits as long as it is told, which is no attempt', async () => {
    const { ask, read, later, control, actions } = await setUpMachineActions(simulator);
    control.faults.add({ fault: 'throttle', retryAfterSeconds: 90, match: isolating, times: 1 });
    const operation = await ask(isolate);
    expect(operation).toMatchObject({ status: 'Running', stage: 'Submitting', attempts: 0 });
    await later(89 * secondMs);
    expect(actions()).toEqual([]);
    await later(2 * secondMs);
    expect(await read(operation)).toMatchObject({ stage: 'Pending', attempts: 0 });
    expect(actions()).toHaveLength(1);
  });

  it('the answer is lost, and the machine is isolated by a person meanwhile: ours is still known as ours', async () => {
    const { ask, read, later, control, actions } = await setUpMachineActions(simulator);
    control.faults.add({ fault: 'drop-after', match: isolating, times: 1 });
    const operation = await ask({ ...isolate, releaseAfter: 'PT5M' });
    const [ours] = actions();
    control.clock.advance(30 * secondMs);
    control.machineActions.add(tenantId, { type: 'Isolate', machineId: pc1.id });
    await later(2 * minuteMs);
    expect((await read(operation)).result).toMatchObject({ machineActionId: ours?.id, joined: false });
  });

  it('too late when it can be sent again: expired', async () => {
    const { ask, read, later, control, actions } = await setUpMachineActions(simulator);
    control.faults.add({ fault: 'drop-before', match: isolating, times: 1 });
    const operation = await ask(isolate);
    await later(5 * 60 * minuteMs);
    expect(await read(operation)).toMatchObject({ status: 'Failed', error: { code: 'expired' } });
    expect(actions()).toEqual([]);
  });

  it('canceled while nobody knows whether it was sent', async () => {
    const lost = await setUpMachineActions(simulator);
    lost.control.faults.add({ fault: 'drop-before', match: isolating, times: 1 });
    const unsent = await lost.ask(isolate);
    await lost.work.cancel(tenantId, unsent.id);
    await lost.drain();
    expect(await lost.read(unsent)).toMatchObject({ status: 'Canceled' });
    expect(lost.actions()).toEqual([]);

    const applied = await setUpMachineActions(simulator);
    applied.control.machineActions.configure(tenantId, { isOffline: true });
    applied.control.faults.add({ fault: 'drop-after', match: isolating, times: 1 });
    const sent = await applied.ask(isolate);
    const canceled = await applied.work.cancel(tenantId, sent.id, { isPerformedHere: true });
    if (canceled.outcome !== 'requested') throw new Error(canceled.outcome);
    expect(await applied.work.perform(canceled)).toMatchObject({ status: 'Canceled' });
    expect(applied.actions()).toMatchObject([{ status: 'Cancelled' }]);
  });
});

describe('following', () => {
  it('outlasts an outage of any length, and counts it as nothing', async () => {
    const { ask, read, later, control } = await setUpMachineActions(simulator);
    const operation = await ask(isolate);
    control.faults.add({ fault: 'http-503', match: following });
    for (let passed = 0; passed < 120; passed += 10) await later(10 * minuteMs);
    expect(await read(operation)).toMatchObject({ status: 'Running', stage: 'Pending', attempts: 0 });
    control.faults.clear();
    await later(15 * minuteMs);
    expect(await read(operation)).toMatchObject({ status: 'Succeeded', attempts: 0 });
  });

  it('is not given up because a role was taken from us', async () => {
    const { ask, read, later, control } = await setUpMachineActions(simulator);
    const operation = await ask(isolate);
    control.tenants.consent(tenantId, world.clientId, { defender: ['Ti.ReadWrite.All'] });
    control.faults.add({ fault: 'expired-token-401', times: 1 }); // the next token knows
    await later(2 * minuteMs);
    expect(await read(operation)).toMatchObject({ status: 'Running', stage: 'Pending' });
    control.tenants.consent(tenantId, world.clientId, { defender: allActionRoles });
    await later(minuteMs);
    expect(await read(operation)).toMatchObject({ status: 'Succeeded' });
  });

  it('reads all that a tenant waits for at once', async () => {
    const { ask, drain, control, gets, work } = await setUpMachineActions(simulator, { maxIsolationsPerHour: 100 });
    const ids = Array.from({ length: 30 }, (_, index) => index.toString(16).padStart(40, '0'));
    control.machines.seed(
      tenantId,
      ids.map((id) => ({ id, osPlatform: 'Windows11' })),
    );
    control.switches.change({ enforceRateLimits: false });
    for (const id of ids) {
      await ask({ ...isolate, machine: { id } });
      control.quotas.clear();
    }
    const before = gets('/api/machineactions').length;
    control.clock.advance(3 * minuteMs);
    await drain();
    expect(gets('/api/machineactions').length - before).toBe(1);
    const ended = await work.list(tenantId, { status: 'Succeeded' }, { limit: 100 });
    expect(ended?.operations).toHaveLength(30);
  });
});

describe('a tenant that may not be called', () => {
  it('is suspended: what was not sent in time expires, what was sent is followed when it is back', async () => {
    const { ask, read, later, change, work, actions } = await setUpMachineActions(simulator);
    const sent = await ask(isolate);
    await change({ connection: 'Suspended' });
    await later(minuteMs);
    const kept = await ask({ action: 'RunAntiVirusScan', machine: { id: pc1.id }, comment: 'c', scanType: 'Quick' });
    expect(kept).toMatchObject({ stage: 'Suspended', attempts: 0 });
    await later(4 * 60 * minuteMs);
    await later(5 * minuteMs);
    expect(await read(kept)).toMatchObject({ status: 'Failed', error: { code: 'expired' } });
    await change({ connection: 'Connected' });
    await work.wake(tenantId);
    await later(minuteMs);
    expect(await read(sent)).toMatchObject({ status: 'Succeeded' });
    expect(actions()).toHaveLength(1);
  });

  it('is on its way out: nothing more is sent', async () => {
    const { ask, read, later, change, control, actions } = await setUpMachineActions(simulator);
    control.machineActions.add(tenantId, { type: 'Isolate', machineId: pc1.id, scope: 'Selective' });
    const operation = await ask(isolate);
    await change({ connection: 'Removing' });
    await later(minuteMs);
    expect(await read(operation)).toMatchObject({ status: 'Canceled', error: { code: 'superseded' } });
    expect(actions()).toHaveLength(1);
  });
});
