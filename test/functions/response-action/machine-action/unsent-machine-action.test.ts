import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isolate, pc1, setUpMachineActions } from '../../../builders/machine-actions.ts';
import { startMicrosoft, world } from '../../../builders/microsoft.ts';
import type { Simulator } from '../../../local/simulator/simulator.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startMicrosoft();
});
afterAll(() => simulator.stop());

const { tenantId } = world;
const machine = { id: pc1.id, computerDnsName: pc1.computerDnsName };
const on = { machine: { id: pc1.id }, comment: 'c' };
const sha256 = 'e'.repeat(64);

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
