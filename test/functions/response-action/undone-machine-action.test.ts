import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isolate, pc1, secondMs, setUpMachineActions, unisolate } from '../../builders/machine-actions.ts';
import { startMicrosoft, world } from '../../builders/microsoft.ts';
import type { Simulator } from '../../local/simulator/simulator.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startMicrosoft();
});
afterAll(() => simulator.stop());

const { tenantId } = world;
const minuteMs = 60 * secondMs;
const isolated = (type: 'Isolate' | 'Unisolate' = 'Isolate') => ({
  ...{ type, machineId: pc1.id, outcome: { status: 'Succeeded' as const } },
});

describe('undoing what is pending and ours', () => {
  it('cancels it, and sends nothing more', async () => {
    const { ask, read, later, control, actions, told } = await setUpMachineActions(simulator);
    control.machineActions.configure(tenantId, { isOffline: true });
    const first = await ask(isolate);
    const undoing = await ask(unisolate);
    expect(undoing).toMatchObject({ status: 'Succeeded', result: { canceledInstead: first.id } });
    expect(actions()).toMatchObject([{ type: 'Isolate', status: 'Cancelled' }]);
    await later(minuteMs);
    expect(await read(first)).toMatchObject({ status: 'Canceled' });
    expect(told).toEqual(['action.succeeded', 'action.canceled']);
  });

  it('is no success before that holds; when it ended otherwise, it is undone', async () => {
    const { ask, read, later, control, actions } = await setUpMachineActions(simulator);
    control.machineActions.configure(tenantId, { checkInMs: 30 * secondMs, cancelMs: 50 * secondMs });
    await ask(isolate);
    const undoing = await ask(unisolate);
    expect(undoing).toMatchObject({ status: 'Running', stage: 'Canceling' });
    await later(minuteMs);
    expect(await read(undoing)).toMatchObject({ status: 'Running', stage: 'Pending' });
    await later(minuteMs);
    expect(await read(undoing)).toMatchObject({ status: 'Succeeded', result: { machineActionStatus: 'Succeeded' } });
    expect(actions().map(({ type, status }) => [type, status])).toEqual([
      ['Isolate', 'Succeeded'],
      ['Unisolate', 'Succeeded'],
    ]);
  });

  it('what stood before it is undone once it is canceled', async () => {
    const { ask, read, later, control, actions } = await setUpMachineActions(simulator);
    await ask({ ...isolate, isolationType: 'Selective' });
    await later(minuteMs);
    control.machineActions.configure(tenantId, { isOffline: true });
    const more = await ask(isolate);
    const undoing = await ask(unisolate);
    expect(undoing).toMatchObject({ status: 'Running', stage: 'Pending' });
    control.machineActions.configure(tenantId, { isOffline: false });
    await later(minuteMs);
    expect([await read(more), await read(undoing)]).toMatchObject([{ status: 'Canceled' }, { status: 'Succeeded' }]);
    expect(actions().map(({ type, status }) => [type, status])).toEqual([
      ['Isolate', 'Succeeded'],
      ['Isolate', 'Cancelled'],
      ['Unisolate', 'Succeeded'],
    ]);
  });

  it('the answer to the cancel is lost: it is looked at first', async () => {
    const { ask, read, later, control, posts } = await setUpMachineActions(simulator);
    control.machineActions.configure(tenantId, { isOffline: true });
    await ask(isolate);
    control.faults.add({
      fault: 'drop-after',
      match: { method: 'POST', path: '/api/machineactions/*/cancel' },
      times: 1,
    });
    const undoing = await ask(unisolate);
    expect(undoing).toMatchObject({ status: 'Running', attempts: 1 });
    await later(2 * minuteMs);
    expect(await read(undoing)).toMatchObject({ status: 'Succeeded' });
    expect(posts()).toHaveLength(2);
  });

  it('what is in progress is waited for', async () => {
    const { ask, read, later, control, actions } = await setUpMachineActions(simulator);
    control.machineActions.configure(tenantId, { workMs: 30 * secondMs });
    await ask(isolate);
    control.clock.advance(10 * secondMs);
    const undoing = await ask(unisolate);
    expect(undoing).toMatchObject({ status: 'Running', stage: 'Submitting' });
    await later(minuteMs);
    await later(minuteMs);
    expect(await read(undoing)).toMatchObject({ status: 'Succeeded' });
    expect(actions()).toHaveLength(2);
  });

  it("somebody else's is never canceled", async () => {
    const { ask, control, actions } = await setUpMachineActions(simulator);
    control.machineActions.add(tenantId, { type: 'Isolate', machineId: pc1.id, outcome: { status: 'Pending' } });
    expect(await ask(unisolate)).toMatchObject({ status: 'Running', stage: 'Submitting' });
    expect(actions()).toMatchObject([{ status: 'Pending' }]);
  });
});

describe('undoing what others did', () => {
  const refused = { status: 'Failed', error: { code: 'refused_by_policy', rule: '#/policy/actions/undoOthers' } };

  it('is refused, unless the tenant lets us', async () => {
    const { ask, control, later, actions, setPolicy } = await setUpMachineActions(simulator);
    control.machineActions.add(tenantId, isolated());
    await later(minuteMs);
    expect(await ask(unisolate)).toMatchObject(refused);
    expect(actions()).toHaveLength(1);
    await setPolicy({ undoOthers: true });
    expect(await ask(unisolate)).toMatchObject({ stage: 'Pending' });
  });

  it('holds what they did before us as well', async () => {
    const { ask, control, later, actions } = await setUpMachineActions(simulator);
    control.machineActions.add(tenantId, isolated());
    await later(minuteMs);
    await ask(isolate);
    await later(minuteMs);
    expect(await ask(unisolate)).toMatchObject(refused);
    expect(actions()).toHaveLength(2);
  });

  it('what they released themselves, or what never held, is nobody’s', async () => {
    const { ask, control, later, actions } = await setUpMachineActions(simulator);
    control.machineActions.add(tenantId, isolated());
    await later(minuteMs);
    control.machineActions.add(tenantId, isolated('Unisolate'));
    await later(minuteMs);
    control.machineActions.add(tenantId, { ...isolated(), outcome: { status: 'Failed' } });
    await later(minuteMs);
    expect(await ask(unisolate)).toMatchObject({ stage: 'Pending' });
    expect(actions()).toHaveLength(4);
  });
});
