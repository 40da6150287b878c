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

describe('what cannot be done', () => {
  it.each([
    [{ machine: { computerDnsName: 'pc9' } }, {}, 'machine_not_found'],
    [{}, { onboardingStatus: 'CanBeOnboarded' }, 'not_onboarded'],
    [{ isolationType: 'Selective' }, { osPlatform: 'Linux' }, 'os_not_supported'],
    [{ action: 'RestrictCodeExecution' }, { osPlatform: 'WindowsServer2016' }, 'os_not_supported'],
    // Only Defender says so.
    [
      { action: 'RunAntiVirusScan', scanType: 'Quick' },
      { osPlatform: 'Linux', agentVersion: '100.1' },
      'os_not_supported',
    ],
    [{ action: 'StopAndQuarantineFile', sha256 }, {}, 'file_not_found'],
  ])('%j on a machine %j: %s', async (changes, record, code) => {
    const { ask, control, actions } = await setUpMachineActions(simulator);
    control.machines.change(tenantId, pc1.id, record);
    const operation = await ask({ ...isolate, ...changes });
    expect(operation).toMatchObject({ status: 'Failed', error: { code } });
    expect(actions()).toEqual([]);
  });

  it('several machines: none is picked', async () => {
    const { ask, control, actions } = await setUpMachineActions(simulator);
    control.machines.seed(tenantId, [{ ...pc1, id: 'b'.repeat(40) }]);
    const { status, error } = await ask({ ...isolate, machine: { computerDnsName: 'pc1' } });
    expect([status, error?.code, error?.candidates?.length]).toEqual(['Failed', 'machine_ambiguous', 2]);
    expect(actions()).toEqual([]);
  });

  it('others keep away from a machine that Defender does not watch', async () => {
    const { ask, control, actions } = await setUpMachineActions(simulator);
    control.machines.change(tenantId, pc1.id, { onboardingStatus: 'CanBeOnboarded', osPlatform: 'iOS' });
    await ask({ ...isolate, isolationType: 'UnManagedDevice' });
    expect(actions()).toMatchObject([{ scope: 'UnManagedDevice' }]);
  });

  it('a restricted machine: the refusal is final, and named', async () => {
    const { ask, control } = await setUpMachineActions(simulator);
    control.machineActions.configure(tenantId, { isRestricted: true }, pc1.id);
    expect(await ask(isolate)).toMatchObject({
      status: 'Failed',
      error: { code: 'defender_refused', defenderCode: 'DisallowedOperation' },
    });
  });

  it('a role is missing', async () => {
    const { ask, control } = await setUpMachineActions(simulator);
    control.tenants.consent(tenantId, world.clientId, { defender: ['Machine.Read.All'] });
    expect(await ask(isolate)).toMatchObject({
      status: 'Failed',
      error: { code: 'role_missing', message: expect.stringContaining('Machine.Isolate') as unknown },
    });
  });

  it('beyond the isolations of an hour', async () => {
    const { ask, actions } = await setUpMachineActions(simulator, { maxIsolationsPerHour: 1 });
    await ask({ action: 'RestrictCodeExecution', ...on });
    expect(await ask(isolate)).toMatchObject({
      status: 'Failed',
      error: { code: 'refused_by_policy', rule: '#/policy/actions/maxIsolationsPerHour' },
    });
    expect(actions()).toHaveLength(1);
  });

  it('what the policy protects, by what the machine is', async () => {
    const { ask, control, actions } = await setUpMachineActions(simulator, { protectedTags: ['vip'] });
    control.machines.change(tenantId, pc1.id, { machineTags: ['VIP'] });
    expect(await ask(isolate)).toMatchObject({
      ...{ status: 'Failed', result: { machine } },
      error: { code: 'refused_by_policy', rule: '#/policy/actions/protectedTags' },
    });
    expect(actions()).toEqual([]);
  });
});

describe('before it is sent', () => {
  it('a person approves it, and is named', async () => {
    const policy = { requireApproval: ['Isolate'], submitWithin: 'PT4H' };
    const { ask, read, drain, actions, work, told, control } = await setUpMachineActions(simulator, policy);
    const held = await ask(isolate);
    expect(held).toMatchObject({ stage: 'AwaitingApproval', result: { machine } });
    expect([actions(), told]).toEqual([[], ['action.held']]);
    const value = { approvedBy: 'ana@example.test' };
    await work.signal(tenantId, held.id, { name: 'approval', value, whileAt: 'AwaitingApproval' });
    control.machines.seed(tenantId, [{ ...pc1, id: 'c'.repeat(40) }]);
    await drain();
    expect(await read(held)).toMatchObject({ stage: 'Pending', result: { approvedBy: 'ana@example.test', machine } });
    expect(actions()).toMatchObject([
      { requestorComment: `Case 17 (approved by ana@example.test) [${held.id}]`, machineId: pc1.id },
    ]);
  });

  it('the policy is asked again after an approval, with what the machine is by then', async () => {
    const policy = { requireApproval: ['Isolate'], protectedTags: ['vip'] };
    const { ask, read, drain, actions, work, control } = await setUpMachineActions(simulator, policy);
    const held = await ask(isolate);
    control.machines.change(tenantId, pc1.id, { machineTags: ['vip'] });
    await work.signal(tenantId, held.id, { name: 'approval', value: { approvedBy: 'ana@example.test' } });
    await drain();
    expect(await read(held)).toMatchObject({ status: 'Failed', error: { rule: '#/policy/actions/protectedTags' } });
    expect(actions()).toEqual([]);
  });

  it('in mode Observe it is shown and not sent, and nobody is asked', async () => {
    const { ask, posts } = await setUpMachineActions(simulator, { mode: 'Observe', requireApproval: ['Isolate'] });
    const operation = await ask(isolate);
    expect(operation).toMatchObject({
      status: 'Succeeded',
      result: {
        ...{ machine, observed: true },
        request: {
          ...{ method: 'POST', path: `/api/machines/${pc1.id}/isolate` },
          body: { Comment: `Case 17 [${operation.id}]`, IsolationType: 'Full' },
        },
      },
    });
    expect(posts()).toEqual([]);
  });
});
