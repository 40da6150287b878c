import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startMicrosoft } from '../../builders/microsoft.ts';
import { allRoles, pc1, setUpQuestions, tenantId } from '../../builders/questions.ts';
import type { Simulator } from '../../local/simulator/simulator.ts';
import { setUpFull, viewOf } from './full-machine-view.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startMicrosoft();
});
afterAll(() => simulator.stop());

describe('parts that cannot be read', () => {
  it.each([
    ['User.Read.All', '#/logonUsers'],
    ['Alert.ReadWrite.All', '#/openAlerts'],
    ['Vulnerability.Read.All', '#/vulnerabilities'],
  ])('without %s, %s is named', async (role, pointer) => {
    const { ask, without } = await setUpFull(simulator);
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
    const { ask, control } = await setUpFull(simulator);
    control.faults.add({ fault: 'http-503', match: { path: `/api/machines/${pc1.id}/${part}` } });
    const view = viewOf(await ask(`machines/${pc1.id}`));
    expect(view.errors.map(({ pointer, code }) => [pointer, code])).toEqual(
      pointers.map((pointer) => [pointer, 'temporarily_unavailable']),
    );
  });

  it('what follows from a part that is missing is missing too', async () => {
    const { ask, control } = await setUpFull(simulator);
    control.faults.add({ fault: 'truncated', match: { path: '/api/machineactions' } });
    const view = viewOf(await ask('machines/pc1'));
    expect(view.errors.map(({ pointer, code }) => [pointer, code])).toEqual([
      ['#/runningActions', 'temporarily_unavailable'],
      ['#/availableActions', 'temporarily_unavailable'],
    ]);
    expect([view.runningActions, view.availableActions]).toEqual([undefined, undefined]);
  });

  it('a budget that is used up is named, and nothing more is sent', async () => {
    const { ask, budgets, calls } = await setUpFull(simulator);
    for (let left = 100; left > 0; left -= 1) await budgets.take(tenantId, 'machineActions');
    const view = viewOf(await ask('machines/pc1'));
    expect(view.errors.map(({ pointer, code }) => [pointer, code])).toEqual([
      ['#/runningActions', 'too_many_requests'],
      ['#/availableActions', 'too_many_requests'],
    ]);
    expect(calls().filter(({ path }) => path.startsWith('/api/machineactions'))).toEqual([]);
  });

  it('the machine itself must be there: a missing role, a limit, and silence are problems', async () => {
    const { ask, without, control, budgets } = await setUpFull(simulator);
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
