import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Operation } from '../../../shared/contract/operation.ts';
import {
  allActionRoles,
  isolate,
  pc1,
  secondMs,
  setUpMachineActions,
  unisolate,
} from '../../builders/machine-actions.ts';
import { startMicrosoft, world } from '../../builders/microsoft.ts';
import type { Simulator } from '../../local/simulator/simulator.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startMicrosoft();
});
afterAll(() => simulator.stop());

const { tenantId } = world;
const minuteMs = 60 * secondMs;

/** What was sent and not taken up yet. */
async function setUpPending(request: object) {
  const bench = await setUpMachineActions(simulator);
  const operation = await bench.ask(request);
  return {
    ...{ ...bench, operation },
    types: () => bench.actions().map(({ type }) => type),
    isIsolated: () => bench.control.machineActions.effects(tenantId, pc1.id).isolation !== null,
  };
}

/** A machine that is isolated for 5 minutes, and the release that waits for its time. */
async function setUpHeld(request: object = { ...isolate, releaseAfter: 'PT5M' }) {
  const bench = await setUpPending(request);
  await bench.later(minuteMs);
  const held = await bench.read(bench.operation);
  const { reversal = '' } = held.result ?? {};
  return { ...bench, held, release: (): Promise<Operation> => bench.read({ id: reversal }) };
}

describe('releaseAfter', () => {
  it('begins at the success, and is an operation of its own', async () => {
    const { held, release, later, types, isIsolated, told, actions } = await setUpHeld();
    expect(held).toMatchObject({ status: 'Succeeded', result: { joined: false } });
    expect(await release()).toMatchObject({
      ...{ kind: 'Action', status: 'NotStarted', callerId: 'soar' },
      result: { action: 'Unisolate', reverses: held.id, machine: { id: pc1.id } },
    });
    await later(4 * minuteMs);
    expect(types()).toEqual(['Isolate']);
    await later(minuteMs);
    expect(types()).toEqual(['Isolate', 'Unisolate']);
    await later(minuteMs);
    expect(await release()).toMatchObject({ status: 'Succeeded', result: { reverses: held.id } });
    expect([isIsolated(), told]).toEqual([false, ['action.succeeded', 'action.succeeded']]);
    expect(actions()[1]?.requestorComment).toMatch(/^The time is over of: Case 17 \[op_/);
  });

  it.each([
    ['has no end', {}, undefined],
    ['ends later', { releaseAfter: 'PT1H' }, 'NotStarted'],
  ])('is dropped when somebody asked meanwhile for one that %s', async (_case, more, status) => {
    const { ask, read, later, types, isIsolated } = await setUpPending({ ...isolate, releaseAfter: 'PT5M' });
    const other = await ask({ ...isolate, ...more });
    expect(other).toMatchObject({ status: 'Running', stage: 'Submitting', result: { action: 'Isolate' } });
    await later(minuteMs);
    await later(minuteMs);
    await later(10 * minuteMs);
    const { result } = await read(other);
    const release = result?.reversal === undefined ? undefined : await read({ id: result.reversal });
    expect([result?.joined, release?.status, types(), isIsolated()]).toEqual([
      ...[false, status, ['Isolate', 'Isolate'], true],
    ]);
  });

  it('restricted code execution is let go the same way', async () => {
    const request = { action: 'RestrictCodeExecution', machine: { id: pc1.id }, comment: 'c', releaseAfter: 'PT5M' };
    const { later, types } = await setUpHeld(request);
    await later(5 * minuteMs);
    expect(types()).toEqual(['RestrictCodeExecution', 'UnrestrictCodeExecution']);
  });

  it('is put down once, also when the end was not', async () => {
    const { ask, later, work, actions } = await setUpMachineActions(simulator);
    await ask({ ...isolate, releaseAfter: 'PT5M' });
    await ask({ ...isolate, releaseAfter: 'PT300S' }); // joins: what it follows is the other's
    await later(minuteMs);
    const all = await work.list(tenantId, { kind: 'Action' }, { limit: 10 });
    expect(all?.operations).toHaveLength(3);
    expect(actions()).toHaveLength(1);
  });

  it.each([
    ['somebody released it', 'Unisolate', undefined],
    ['somebody isolated it again', 'Isolate', 'Selective'],
    ['attack disruption isolated it again', 'Isolate', 'Full'],
  ] as const)('%s since: it is dropped', async (_case, type, scope) => {
    const { release, later, control, types, told, isIsolated } = await setUpHeld();
    control.machineActions.add(tenantId, { type, machineId: pc1.id, ...(scope === undefined ? {} : { scope }) });
    await later(5 * minuteMs);
    await later(minuteMs);
    expect(await release()).toMatchObject({ status: 'Canceled', error: { code: 'superseded' } });
    expect(types()).toEqual(['Isolate', type]);
    expect([isIsolated(), told.at(-1)]).toEqual([type === 'Isolate', 'action.canceled superseded']);
  });

  it('somebody else is at it: waited for, and then it is as they wanted', async () => {
    const { release, later, control, types } = await setUpHeld();
    control.clock.advance(4 * minuteMs + 30 * secondMs);
    control.machineActions.configure(tenantId, { workMs: 90 * secondMs });
    control.machineActions.add(tenantId, { type: 'Unisolate', machineId: pc1.id });
    await later(30 * secondMs);
    expect(await release()).toMatchObject({ status: 'Running', stage: 'Submitting' });
    await later(minuteMs);
    await later(minuteMs);
    expect(await release()).toMatchObject({ status: 'Canceled', error: { code: 'superseded' } });
    expect(types()).toEqual(['Isolate', 'Unisolate']);
  });

  it.each(['Failed', 'TimeOut', 'Cancelled'] as const)(
    'what others began and what ended %s counts for nothing',
    async (status) => {
      const { later, control, types } = await setUpHeld();
      control.machineActions.add(tenantId, { type: 'Unisolate', machineId: pc1.id, outcome: { status } });
      await later(5 * minuteMs);
      expect(types()).toEqual(['Isolate', 'Unisolate', 'Unisolate']);
    },
  );

  it('the caller undoes it before: the release is dropped', async () => {
    const { ask, release, later, types } = await setUpHeld();
    await ask(unisolate);
    await later(5 * minuteMs);
    expect(await release()).toMatchObject({ status: 'Canceled', error: { code: 'superseded' } });
    expect(types()).toEqual(['Isolate', 'Unisolate']);
  });

  it('is tried until it is done: whatever Defender says, however long the tenant is away', async () => {
    const { release, later, control, types, change, work } = await setUpHeld();
    await change({ connection: 'Suspended' });
    await later(5 * minuteMs);
    await later(30 * minuteMs);
    await change({ connection: 'Connected' });
    await work.wake(tenantId);
    control.machineActions.configure(tenantId, { isRestricted: true });
    await later(minuteMs);
    expect(await release()).toMatchObject({ status: 'Running', stage: 'Submitting' });
    control.machineActions.configure(tenantId, { isRestricted: false });
    control.tenants.consent(tenantId, world.clientId, { defender: ['Ti.ReadWrite.All'] });
    control.faults.add({ fault: 'expired-token-401', times: 1 }); // the next token knows
    await later(minuteMs);
    expect(await release()).toMatchObject({ status: 'Running', stage: 'Submitting' });
    control.tenants.consent(tenantId, world.clientId, { defender: allActionRoles });
    control.machineActions.script(tenantId, { status: 'TimeOut' });
    await later(minuteMs);
    expect(types()).toEqual(['Isolate', 'Unisolate']);
    await later(minuteMs);
    const result = { machineActionStatus: 'TimeOut' };
    expect(await release()).toMatchObject({ status: 'Running', stage: 'Submitting', result });
    await later(minuteMs);
    expect(types()).toEqual(['Isolate', 'Unisolate', 'Unisolate']);
    await later(minuteMs);
    expect(await release()).toMatchObject({ status: 'Succeeded', attempts: 0 });
  });

  it('policies do not stop it, and Observe delays it', async () => {
    const { release, later, setPolicy, types } = await setUpHeld();
    await setPolicy({ mode: 'Observe', allowed: [], protectedMachines: [pc1.id], requireApproval: ['Unisolate'] });
    await later(5 * minuteMs);
    expect(await release()).toMatchObject({ status: 'Running', stage: 'Submitting' });
    await setPolicy({ mode: 'Live', allowed: [], protectedMachines: [pc1.id], requireApproval: ['Unisolate'] });
    await later(60 * minuteMs);
    expect(types()).toEqual(['Isolate', 'Unisolate']);
  });

  it('somebody cancels it in Defender: that is a decision', async () => {
    const { release, later, control, actions } = await setUpHeld();
    control.machineActions.configure(tenantId, { isOffline: true });
    await later(5 * minuteMs);
    control.machineActions.cancel(tenantId, actions()[1]?.id ?? '');
    await later(minuteMs);
    expect(await release()).toMatchObject({ status: 'Canceled', error: { code: 'superseded' } });
  });

  it('can be canceled before its time', async () => {
    const { release, later, work, types } = await setUpHeld();
    expect((await work.cancel(tenantId, (await release()).id)).outcome).toBe('done');
    await later(10 * minuteMs);
    expect(types()).toEqual(['Isolate']);
  });

  it('what was isolated by others before is not ours to release', async () => {
    const bench = await setUpMachineActions(simulator);
    bench.control.machineActions.add(tenantId, { type: 'Isolate', machineId: pc1.id });
    await bench.later(minuteMs);
    const operation = await bench.ask({ ...isolate, releaseAfter: 'PT5M' });
    await bench.later(minuteMs);
    const { result } = await bench.read(operation);
    await bench.later(5 * minuteMs);
    expect(await bench.read({ id: result?.reversal ?? '' })).toMatchObject({ error: { code: 'superseded' } });
    expect(bench.actions()).toHaveLength(2);
  });
});
