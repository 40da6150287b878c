import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startMicrosoft } from '../../builders/microsoft.ts';
import { pc1, setUpQuestions, tenantId } from '../../builders/questions.ts';
import type { Simulator } from '../../local/simulator/simulator.ts';
import { operationId, setUpFull, viewOf } from './full-machine-view.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startMicrosoft();
});
afterAll(() => simulator.stop());

describe('GET …/machines/{machine}', () => {
  it('tells everything about a machine in one answer', async () => {
    const { ask, calls } = await setUpFull(simulator);
    const view = viewOf(await ask(`machines/${pc1.id}`));
    expect(view).toEqual({
      machine: {
        ...{ id: pc1.id, computerDnsName: 'pc1.example.test', aadDeviceId: pc1.aadDeviceId, osPlatform: 'Windows11' },
        ...{ version: '24H2', healthStatus: 'Active', onboardingStatus: 'Onboarded', riskScore: 'None' },
        ...{ exposureLevel: 'Low', deviceValue: 'Normal', machineTags: ['pilot'], rbacGroupName: 'Laptops' },
        ...{ lastSeen: pc1.lastSeen, lastIpAddress: '10.0.0.5' },
      },
      logonUsers: [
        { accountName: 'ana', accountDomain: 'EXAMPLE', lastSeen: expect.any(String), isDomainAdmin: true },
        { accountName: 'old', accountDomain: 'EXAMPLE', lastSeen: expect.any(String), isDomainAdmin: false },
      ],
      openAlerts: [
        ...[{ id: 'da2', title: 'Newer', severity: 'Medium', status: 'New' }].map((each) => ({
          ...each,
          alertCreationTime: '2026-11-20T09:00:00.1234567Z',
        })),
        expect.objectContaining({ id: 'da1', status: 'InProgress' }),
      ],
      runningActions: [{ id: expect.any(String), type: 'RunAntiVirusScan', status: 'Pending', operationId }],
      vulnerabilities: { critical: 1, high: 2, medium: 0, low: 0 },
      availableActions: expect.arrayContaining([
        { action: 'Isolate', available: true },
        { action: 'RunAntiVirusScan', available: false, code: 'already_running' },
        { action: 'Offboard', available: false, code: 'refused_by_policy' },
      ]),
      errors: [],
    });
    expect(view.availableActions).toHaveLength(9);
    expect(calls()).toHaveLength(5);
  });

  it.each([
    ['its Entra device id', pc1.aadDeviceId.toUpperCase()],
    ['its name', 'PC1.example.test'],
    ['the first label of its name', 'pc1'],
  ])('finds a machine by %s', async (_how, name) => {
    const { ask } = await setUpQuestions(simulator);
    expect(viewOf(await ask(`machines/${name}`)).machine.id).toBe(pc1.id);
  });

  it('says that there is none, or that there are several', async () => {
    const { ask, control } = await setUpQuestions(simulator);
    for (const name of ['pc9', 'c'.repeat(40), '2c000000-0000-4000-8000-000000000009']) {
      expect(await ask(`machines/${name}`)).toMatchObject({ status: 422, json: { code: 'machine_not_found' } });
    }
    control.machines.seed(tenantId, [{ id: 'c'.repeat(40), computerDnsName: 'pc1.other.test' }]);
    const candidate = { id: pc1.id, computerDnsName: pc1.computerDnsName, fits: ['computerDnsName'] };
    expect(await ask('machines/pc1')).toMatchObject({
      status: 422,
      json: { code: 'machine_ambiguous', candidates: expect.arrayContaining([expect.objectContaining(candidate)]) },
    });
  });

  it('refuses what names no machine', async () => {
    const { ask, calls } = await setUpQuestions(simulator);
    const errors = [{ parameter: 'machine', code: 'invalid_format' }];
    expect(await ask('machines/a%20b')).toMatchObject({ status: 400, json: { code: 'invalid_field', errors } });
    expect(calls()).toEqual([]);
  });

  it('shows a machine that is not onboarded, on which nothing can be done', async () => {
    const { ask, control, setPolicy } = await setUpQuestions(simulator);
    await setPolicy({ actions: { allowed: ['Isolate'] } });
    control.machines.change(tenantId, pc1.id, { onboardingStatus: 'CanBeOnboarded' });
    expect(viewOf(await ask('machines/pc1')).availableActions?.[0]).toEqual({
      ...{ action: 'Isolate', available: false, code: 'not_onboarded' },
    });
  });

  it('names the operation of an action only when we sent it', async () => {
    const { ask, control } = await setUpQuestions(simulator);
    control.machineActions.add(tenantId, {
      ...{ type: 'Isolate', machineId: pc1.id, requestorComment: `As we do [${operationId}]` },
    });
    const [action] = viewOf(await ask('machines/pc1')).runningActions ?? [];
    expect(action).toEqual({ id: expect.any(String), type: 'Isolate', status: 'Pending' });
  });
});
