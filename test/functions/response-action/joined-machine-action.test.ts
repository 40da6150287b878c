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

describe('something runs on the machine already', () => {
  it('the same: it is followed, and nothing is sent', async () => {
    const { ask, read, later, control, posts } = await setUpMachineActions(simulator);
    const theirs = control.machineActions.add(tenantId, { type: 'Isolate', machineId: pc1.id });
    const operation = await ask({ ...isolate, releaseAfter: 'PT5M' });
    const result = { machineActionId: theirs.id, joined: true };
    expect(operation).toMatchObject({ stage: 'Pending', result });
    await later(minuteMs);
    const ended = await read(operation);
    expect(ended).toMatchObject({ status: 'Succeeded', result });
    expect([posts(), ended.result?.reversal]).toEqual([[], undefined]);
  });

  it('the same by a person who quotes an alert of ours: it is followed', async () => {
    const { ask, control, work } = await setUpMachineActions(simulator);
    const alert = {
      tenantId,
      kind: 'Alert',
      dedupeKey: 'a',
      fingerprint: 'a',
      request: {},
      isLeftToTimer: true,
    } as const;
    const accepted = await work.accept(alert);
    if (accepted.outcome !== 'accepted') throw new Error('It is accepted.');
    const requestorComment = `As [${accepted.operation.id}]`;
    const theirs = control.machineActions.add(tenantId, { type: 'Isolate', machineId: pc1.id, requestorComment });
    expect(await ask(isolate)).toMatchObject({ result: { machineActionId: theirs.id, joined: true } });
  });

  it('the same of ours: two operations, one machine action', async () => {
    const { ask, read, later, actions, posts } = await setUpMachineActions(simulator);
    const first = await ask(isolate);
    const second = await ask(isolate);
    expect([first.result?.joined, second.result?.joined]).toEqual([false, true]);
    await later(minuteMs);
    expect([await read(first), await read(second)]).toMatchObject([{ status: 'Succeeded' }, { status: 'Succeeded' }]);
    expect([posts().length, actions().length]).toEqual([1, 1]);
  });

  it.each([
    ['the same with other parameters', { ...isolate, isolationType: 'Selective' }, ['Isolate']],
    ['the other way round', unisolate, ['RestrictCodeExecution', 'Isolate']],
    ['what it would undo, by somebody else', isolate, ['Unisolate']],
  ] as const)('%s: it waits its turn', async (_case, request, types) => {
    const { ask, read, later, control, actions } = await setUpMachineActions(simulator, { undoOthers: true });
    for (const type of types) control.machineActions.add(tenantId, { type, machineId: pc1.id });
    const before = actions().length;
    const operation = await ask(request);
    expect(operation).toMatchObject({ status: 'Running', stage: 'Submitting', attempts: 0 });
    expect(actions()).toHaveLength(before);
    await later(minuteMs);
    expect(await read(operation)).toMatchObject({ stage: 'Pending', result: { joined: false } });
    await later(minuteMs);
    expect(await read(operation)).toMatchObject({ status: 'Succeeded' });
    expect(actions()).toHaveLength(before + 1);
  });

  it('a quarantine of another file is no rival, of the same file it is the same', async () => {
    const { ask, control, actions } = await setUpMachineActions(simulator);
    const quarantine = { action: 'StopAndQuarantineFile', machine: { id: pc1.id }, comment: 'c' };
    control.machineActions.add(tenantId, { type: 'StopAndQuarantineFile', machineId: pc1.id, sha1: 'D'.repeat(40) });
    expect((await ask({ ...quarantine, sha1: 'e'.repeat(40) })).result?.joined).toBe(false);
    expect((await ask({ ...quarantine, sha1: 'd'.repeat(40) })).result?.joined).toBe(true);
    expect(actions()).toHaveLength(2);
  });

  it('Defender answers with what runs, as it may: then that is followed', async () => {
    const { ask, control } = await setUpMachineActions(simulator);
    control.switches.change({ repeatReturnsPending: true });
    const theirs = control.machineActions.add(tenantId, { type: 'RunAntiVirusScan', machineId: pc1.id, scope: 'Full' });
    control.faults.add({ fault: 'delay', delayMs: 1, match: { path: '/api/machineactions' }, times: 1 });
    control.machineActions.configure(tenantId, {});
    const scan = { action: 'RunAntiVirusScan', machine: { id: pc1.id }, comment: 'c', scanType: 'Full' };
    expect(await ask(scan)).toMatchObject({ result: { machineActionId: theirs.id, joined: true } });
  });

  it('something that Defender holds against it, though we see no reason: it waits, and ends action_conflict', async () => {
    const { ask, read, later, control, actions } = await setUpMachineActions(simulator);
    control.switches.change({ oneActionPerDevice: true });
    control.machineActions.add(tenantId, { type: 'Offboard', machineId: pc1.id, outcome: { status: 'Pending' } });
    const operation = await ask(isolate);
    expect(operation).toMatchObject({ stage: 'Submitting', attempts: 0 });
    for (let passed = 0; passed < 4 * 60; passed += 5) await later(5 * minuteMs);
    await later(5 * minuteMs);
    expect(await read(operation)).toMatchObject({ status: 'Failed', error: { code: 'action_conflict' } });
    expect(actions()).toHaveLength(1);
  });

  it('waits no longer than there is time', async () => {
    const { ask, read, later, control } = await setUpMachineActions(simulator);
    const outcome = { status: 'Pending' } as const;
    control.machineActions.add(tenantId, { type: 'Isolate', machineId: pc1.id, scope: 'Selective', outcome });
    const operation = await ask(isolate);
    await later(4 * 60 * minuteMs);
    expect(await read(operation)).toMatchObject({ status: 'Failed', error: { code: 'expired' } });
  });
});

describe('canceling', () => {
  it('before it is sent: at once', async () => {
    const { ask, work, control, actions } = await setUpMachineActions(simulator);
    control.machineActions.add(tenantId, { type: 'Isolate', machineId: pc1.id, scope: 'Selective' });
    const { id } = await ask(isolate);
    expect(await work.cancel(tenantId, id)).toMatchObject({ outcome: 'done', operation: { status: 'Canceled' } });
    expect(actions()).toHaveLength(1);
  });

  it('ours is canceled in Defender, once, and ends when that holds', async () => {
    const { ask, read, drain, later, work, control, actions, posts, told } = await setUpMachineActions(simulator);
    control.machineActions.configure(tenantId, { isOffline: true, cancelMs: 90 * secondMs });
    const operation = await ask(isolate);
    expect((await work.cancel(tenantId, operation.id)).outcome).toBe('requested');
    await drain();
    expect(await read(operation)).toMatchObject({ status: 'Running', stage: 'Canceling' });
    await later(minuteMs);
    await later(minuteMs);
    expect(await read(operation)).toMatchObject({ status: 'Canceled', result: { machineActionStatus: 'Cancelled' } });
    expect(actions()).toMatchObject([{ cancellationComment: `Case 17 [${operation.id}]` }]);
    expect([posts().length, told]).toEqual([2, ['action.canceled']]);
  });

  it('what ended meanwhile ends as it did', async () => {
    const { ask, read, drain, work, control } = await setUpMachineActions(simulator);
    const operation = await ask(isolate);
    control.clock.advance(10 * secondMs);
    await work.cancel(tenantId, operation.id);
    await drain();
    expect(await read(operation)).toMatchObject({ status: 'Succeeded' });
  });

  it("somebody else's goes on: only we stop", async () => {
    const { ask, work, control, actions, posts } = await setUpMachineActions(simulator);
    control.machineActions.add(tenantId, { type: 'Isolate', machineId: pc1.id });
    const operation = await ask(isolate);
    expect(await work.cancel(tenantId, operation.id)).toMatchObject({ operation: { status: 'Canceled' } });
    expect([posts(), actions()]).toMatchObject([[], [{ status: 'Pending' }]]);
  });

  it('a crash between the intent and the call: it is asked for all the same', async () => {
    const { ask, read, drain, later, work, control, actions } = await setUpMachineActions(simulator);
    control.machineActions.configure(tenantId, { isOffline: true });
    const operation = await ask(isolate);
    control.faults.add({
      fault: 'drop-before',
      match: { method: 'POST', path: '/api/machineactions/*/cancel' },
      times: 1,
    });
    await work.cancel(tenantId, operation.id);
    await drain();
    expect(actions()).toMatchObject([{ status: 'Pending' }]);
    await later(2 * minuteMs);
    expect(actions()).toMatchObject([{ status: 'Cancelled' }]);
    expect(await read(operation)).toMatchObject({ status: 'Canceled' });
  });
});
