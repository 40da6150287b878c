import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { machineViewSchema } from '../../../shared/contract/machine.ts';
import type { MachineView } from '../../../shared/contract/machine.ts';
import type { TestAnswer } from '../../builders/http.ts';
import { startMicrosoft, world } from '../../builders/microsoft.ts';
import { allRoles, pc1, setUpQuestions, srv1, tenantId } from '../../builders/questions.ts';
import type { Simulator } from '../../local/simulator/simulator.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startMicrosoft();
});
afterAll(() => simulator.stop());

const operationId = 'op_4k7d2mqn3xzrj5tvwy6bcafhge';

function viewOf(answer: TestAnswer): MachineView {
  expect([answer.status, answer.json]).toEqual([200, expect.anything()]);
  return machineViewSchema.parse(answer.json);
}

/** A machine of which there is something in every part. */
async function setUpFull() {
  const questions = await setUpQuestions(simulator);
  const { control } = questions;
  control.users.seed(tenantId, [
    { accountName: 'old', accountDomain: 'EXAMPLE', lastSeen: '2026-10-20T07:55:00Z', machineIds: [pc1.id] },
    {
      ...{ accountName: 'ana', accountDomain: 'EXAMPLE', lastSeen: '2026-11-20T07:55:00Z', isDomainAdmin: true },
      machineIds: [pc1.id],
    },
  ]);
  const alert = { machineId: pc1.id, severity: 'Medium' };
  control.alerts.seed(tenantId, [
    { ...alert, id: 'da1', title: 'Older', status: 'InProgress', alertCreationTime: '2026-11-19T10:00:00Z' },
    { ...alert, id: 'da2', title: 'Newer', status: 'New', alertCreationTime: '2026-11-20T09:00:00.1234567Z' },
    { ...alert, id: 'da3', title: 'Over', status: 'Resolved' },
    { ...alert, id: 'da4', title: 'Of another', machineId: srv1.id },
  ]);
  const machines = [{ machineId: pc1.id }];
  control.vulnerabilities.seed(tenantId, [
    { id: 'CVE-2026-0001', severity: 'Critical', machines: [...machines, ...machines] },
    { id: 'CVE-2026-0002', severity: 'High', machines },
    { id: 'CVE-2026-0003', severity: 'High', machines },
    { id: 'CVE-2026-0004', severity: 'Low', machines: [{ machineId: srv1.id }] },
    { id: 'CVE-2026-0005', severity: 'Unheard', machines },
  ]);
  control.machineActions.add(tenantId, {
    ...{ type: 'RunAntiVirusScan', machineId: pc1.id, requestor: world.clientId, requestSource: 'PublicApi' },
    requestorComment: `Case 17 [${operationId}]`,
  });
  return questions;
}

describe('GET …/machines/{machine}', () => {
  it('tells everything about a machine in one answer', async () => {
    const { ask, calls } = await setUpFull();
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

describe('parts that cannot be read', () => {
  it.each([
    ['User.Read.All', '#/logonUsers'],
    ['Alert.ReadWrite.All', '#/openAlerts'],
    ['Vulnerability.Read.All', '#/vulnerabilities'],
  ])('without %s, %s is named', async (role, pointer) => {
    const { ask, without } = await setUpFull();
    without(role);
    const view = viewOf(await ask('machines/pc1'));
    expect(view.errors).toEqual([{ pointer, code: 'role_missing', detail: `Needs ${role}.` }]);
    expect(view).not.toHaveProperty(pointer.slice(2));
    expect(Object.keys(view)).toHaveLength(6);
  });

  it.each([
    ['logonusers', ['#/logonUsers']],
    ['alerts', ['#/openAlerts']],
    ['vulnerabilities', ['#/vulnerabilities']],
  ])('when Defender does not answer %s, the others are there', async (part, pointers) => {
    const { ask, control } = await setUpFull();
    control.faults.add({ fault: 'http-503', match: { path: `/api/machines/${pc1.id}/${part}` } });
    const view = viewOf(await ask(`machines/${pc1.id}`));
    expect(view.errors.map(({ pointer, code }) => [pointer, code])).toEqual(
      pointers.map((pointer) => [pointer, 'temporarily_unavailable']),
    );
  });

  it('what follows from a part that is missing is missing too', async () => {
    const { ask, control } = await setUpFull();
    control.faults.add({ fault: 'truncated', match: { path: '/api/machineactions' } });
    const view = viewOf(await ask('machines/pc1'));
    expect(view.errors.map(({ pointer, code }) => [pointer, code])).toEqual([
      ['#/runningActions', 'temporarily_unavailable'],
      ['#/availableActions', 'temporarily_unavailable'],
    ]);
    expect([view.runningActions, view.availableActions]).toEqual([undefined, undefined]);
  });

  it('a budget that is used up is named, and nothing more is sent', async () => {
    const { ask, budgets, calls } = await setUpFull();
    for (let left = 100; left > 0; left -= 1) await budgets.take(tenantId, 'machineActions');
    const view = viewOf(await ask('machines/pc1'));
    expect(view.errors.map(({ pointer, code }) => [pointer, code])).toEqual([
      ['#/runningActions', 'too_many_requests'],
      ['#/availableActions', 'too_many_requests'],
    ]);
    expect(calls().filter(({ path }) => path.startsWith('/api/machineactions'))).toEqual([]);
  });

  it('the machine itself must be there: a missing role, a limit, and silence are problems', async () => {
    const { ask, without, control, budgets } = await setUpFull();
    without(...allRoles.filter((role) => role.startsWith('Machine.Read')));
    expect(await ask('machines/pc1')).toMatchObject({
      ...{ status: 422, json: { code: 'role_missing', detail: 'Needs Machine.Read.All.' } },
    });
    without();
    control.faults.add({ fault: 'http-503', match: { path: '/api/machines' } });
    expect(await ask('machines/pc1')).toMatchObject({ status: 503, json: { code: 'temporarily_unavailable' } });
    control.faults.clear();
    while ((await budgets.take(tenantId, 'machines')).granted);
    const limited = await ask('machines/pc1');
    expect(limited).toMatchObject({ status: 429, json: { code: 'too_many_requests' } });
    expect(Number(limited.headers.get('retry-after'))).toBeGreaterThan(0);
  });
});

describe('a tenant that cannot be asked', () => {
  it.each([
    [{ paused: true }, 'wrong_state'],
    [{ connection: 'Suspended' }, 'wrong_state'],
    [{ connection: 'Removing' }, 'tenant_removing'],
    [{ connection: 'Removed' }, 'tenant_removing'],
  ] as const)('%o: 409 %s, and nothing is sent', async (changes, code) => {
    const { ask, change, calls, setPolicy } = await setUpQuestions(simulator);
    await setPolicy({ queries: { allowed: true } });
    await change(changes);
    const answers = [
      await ask('machines'),
      await ask('machines/pc1'),
      await ask(`files/${'1'.repeat(40)}`),
      await ask('domains/bad.example'),
      await ask('ips/203.0.113.9'),
      await ask('queries', { json: { query: 'DeviceInfo' } }),
    ];
    expect(answers.map(({ status, json }) => [status, json])).toEqual(
      answers.map(() => [409, expect.objectContaining({ code })]),
    );
    expect(calls()).toEqual([]);
  });

  it('is suspended when it turns out to let us in no more', async () => {
    const { ask, control, tenants } = await setUpQuestions(simulator);
    control.faults.add({ fault: 'expired-token-401', match: { path: '/api/machines' } });
    expect(await ask('machines/pc1')).toMatchObject({ status: 409, json: { code: 'wrong_state' } });
    expect((await tenants.get(tenantId))?.document).toMatchObject({
      ...{ connection: 'Suspended', suspension: 'consent_withdrawn' },
    });
  });
});
