import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isolate, pc1, secondMs, setUpMachineActions } from '../../../builders/machine-actions.ts';
import { startMicrosoft, world } from '../../../builders/microsoft.ts';
import type { Simulator } from '../../../local/simulator/simulator.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startMicrosoft();
});
afterAll(() => simulator.stop());

const { tenantId } = world;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const machine = { id: pc1.id, computerDnsName: pc1.computerDnsName };
const on = { machine: { id: pc1.id }, comment: 'c' };
const sha1 = 'd'.repeat(40);
const sha256 = 'e'.repeat(64);

describe('a machine action', () => {
  it('is sent once, followed, and succeeds when Defender says so', async () => {
    const { ask, read, later, actions, told, posts } = await setUpMachineActions(simulator);
    const operation = await ask({ ...isolate, isolationType: 'Selective', machine: { computerDnsName: 'pc1' } });
    const [sent] = actions();
    expect(operation).toMatchObject({
      ...{ status: 'Running', stage: 'Pending', attempts: 0 },
      result: { action: 'Isolate', machine, machineActionId: sent?.id, machineActionStatus: 'Pending', joined: false },
      upstream: { machineActionId: sent?.id, requestId: expect.any(String) as unknown },
    });
    expect(sent).toMatchObject({
      ...{ type: 'Isolate', scope: 'Selective', requestor: world.clientId },
      requestorComment: `Case 17 [${operation.id}]`,
    });
    await later(minuteMs);
    expect(await read(operation)).toMatchObject({ status: 'Succeeded', result: { machineActionStatus: 'Succeeded' } });
    expect([posts().length, told]).toEqual([1, ['action.succeeded']]);
  });

  it.each([
    [
      { action: 'Isolate', ...on },
      { type: 'Isolate', scope: 'Full' },
    ],
    [{ action: 'Unisolate', ...on }, { type: 'Unisolate' }],
    [{ action: 'RestrictCodeExecution', ...on }, { type: 'RestrictCodeExecution' }],
    [{ action: 'UnrestrictCodeExecution', ...on }, { type: 'UnrestrictCodeExecution' }],
    [
      { action: 'RunAntiVirusScan', ...on, scanType: 'Full' },
      { type: 'RunAntiVirusScan', scope: 'Full' },
    ],
    [{ action: 'StopAndQuarantineFile', ...on, sha1 }, { relatedFileInfo: { fileIdentifier: sha1 } }],
    [{ action: 'StopAndQuarantineFile', ...on, sha256 }, { relatedFileInfo: { fileIdentifier: sha1 } }],
    [{ action: 'CollectInvestigationPackage', ...on }, { type: 'CollectInvestigationPackage' }],
    [{ action: 'Offboard', ...on }, { type: 'Offboard' }],
    [
      {
        ...{ action: 'LiveResponse', ...on },
        commands: [{ type: 'RunScript', params: [{ key: 'ScriptName', value: 'triage.ps1' }] }],
      },
      { type: 'LiveResponse', commands: [{ command: { type: 'RunScript' } }] },
    ],
  ])('%j', async (request, expected) => {
    const { ask, read, later, actions, control, told } = await setUpMachineActions(simulator);
    control.files.seed(tenantId, [{ sha1, sha256 }]);
    const operation = await ask(request);
    expect(actions()).toMatchObject([{ ...expected, requestorComment: `c [${operation.id}]` }]);
    await later(minuteMs);
    expect(await read(operation)).toMatchObject({ status: 'Succeeded', result: { machine } });
    expect(told).toEqual(['action.succeeded']);
  });

  it('shows that it is under way', async () => {
    const { ask, read, later, control } = await setUpMachineActions(simulator);
    control.machineActions.configure(tenantId, { workMs: hourMs });
    const operation = await ask(isolate);
    await later(minuteMs);
    const { version, nextAttemptAt } = await read(operation);
    expect(await read(operation)).toMatchObject({ stage: 'InProgress', result: { machineActionStatus: 'InProgress' } });
    expect(nextAttemptAt).toBe(new Date(control.clock.now() + minuteMs).toISOString());
    expect(version).toBeGreaterThan(operation.version);
  });

  it.each([
    ['Failed', { status: 'Failed', error: { code: 'action_failed' } }, 'action.failed action_failed'],
    ['TimeOut', { status: 'Failed', error: { code: 'action_timed_out' } }, 'action.failed action_timed_out'],
    ['Cancelled', { status: 'Canceled' }, 'action.canceled'],
  ] as const)('ends %s in Defender', async (status, expected, event) => {
    const { ask, read, later, control, told } = await setUpMachineActions(simulator);
    control.machineActions.script(tenantId, { status });
    const operation = await ask(isolate);
    await later(minuteMs);
    expect(await read(operation)).toMatchObject({ ...expected, result: { machineActionStatus: status } });
    expect(told).toEqual([event]);
  });

  it('is followed as long as the machine is away, and less and less often', async () => {
    const { ask, read, later, control, gets } = await setUpMachineActions(simulator);
    control.machineActions.configure(tenantId, { isOffline: true });
    const params = [{ key: 'ScriptName', value: 'triage.ps1' }];
    const operation = await ask({ action: 'LiveResponse', ...on, commands: [{ type: 'RunScript', params }] });
    const before = gets('/api/machineactions').length;
    for (let passed = 0; passed < 119; passed += 1) await later(minuteMs);
    expect(await read(operation)).toMatchObject({ stage: 'Pending' });
    expect(gets('/api/machineactions').length - before).toBeLessThan(30);
    await later(15 * minuteMs);
    expect(await read(operation)).toMatchObject({ status: 'Failed', error: { code: 'action_timed_out' } });
  });
});
