import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startMicrosoft } from '../../builders/microsoft.ts';
import { operationOf, pc1, setUpResponseAction, tenantId } from '../../builders/response-action.ts';
import type { Simulator } from '../../local/simulator/simulator.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startMicrosoft();
});
afterAll(() => simulator.stop());

const minuteMs = 60_000;
const on = { machine: { id: pc1.id }, comment: 'Case 17' };
const isolate = { action: 'Isolate', ...on };
const restrict = { action: 'RestrictCodeExecution', ...on };
const setValue = { action: 'SetDeviceValue', ...on, deviceValue: 'High' };
const refusedBy = (rule: string) => ({
  ...{ status: 422, json: { code: 'refused_by_policy', rule: `#/policy/actions/${rule}` } },
});

describe('what is known before Defender is asked', () => {
  it('a protected id: refused at once, and nothing is kept', async () => {
    const { send, setPolicy, calls, work } = await setUpResponseAction(simulator, {
      ...{ mode: 'Live', protectedMachines: [pc1.id] },
    });
    expect(await send({ data: setValue })).toMatchObject(refusedBy('protectedMachines'));
    expect([calls('GET'), (await work.list(tenantId, {}, { limit: 5 }))?.operations]).toEqual([[], []]);
    await setPolicy({ mode: 'Live' });
    expect(operationOf(await send({ data: setValue }))).toMatchObject({ status: 'Succeeded' });
  });

  it('a full hour: refused at once until it is over, isolations and restrictions together, nothing else', async () => {
    const policy = { mode: 'Live', maxIsolationsPerHour: 2 };
    const { send, control, isolations } = await setUpResponseAction(simulator, policy);
    const accepted = await send({ data: isolate, key: 'before' });
    expect(accepted.status).toBe(200);
    await isolations.take(tenantId, 'op_1', 2);
    await isolations.take(tenantId, 'op_2', 2);
    for (const data of [isolate, restrict]) {
      expect(await send({ data })).toMatchObject(refusedBy('maxIsolationsPerHour'));
      expect(await send({ data, envelope: { dryRun: true } })).toMatchObject({
        ...{ status: 200, json: { policy: { allowed: false, rule: '#/policy/actions/maxIsolationsPerHour' } } },
      });
    }
    expect(operationOf(await send({ data: setValue, key: 'key-2' }))).toMatchObject({ status: 'Succeeded' });
    const again = await send({ data: isolate, key: 'before' });
    expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([200, 'true']);
    control.clock.advance(60 * minuteMs - 1);
    expect(await send({ data: isolate })).toMatchObject(refusedBy('maxIsolationsPerHour'));
    control.clock.advance(1);
    expect((await send({ data: isolate })).status).toBe(200);
  });

  it('a tenant that wants none', async () => {
    const { send } = await setUpResponseAction(simulator, { mode: 'Live', maxIsolationsPerHour: 0 });
    expect(await send({ data: isolate })).toMatchObject(refusedBy('maxIsolationsPerHour'));
  });
});

describe('SetDeviceValue', () => {
  const values = (simulated: Simulator) =>
    simulated.control.machines.list(tenantId).map(({ deviceValue }) => deviceValue);
  const setting = { method: 'POST', path: '/api/machines/*/setDeviceValue' };

  it('is sent once, and not at all where it is so', async () => {
    const { send, calls } = await setUpResponseAction(simulator);
    const { status, result } = operationOf(await send({ data: setValue }));
    expect([status, result, values(simulator)]).toEqual([
      'Succeeded',
      { action: 'SetDeviceValue', machine: pc1 },
      ['High'],
    ]);
    expect(operationOf(await send({ data: setValue, key: 'key-2' }))).toMatchObject({ status: 'Succeeded' });
    expect(calls('POST')).toHaveLength(1);
  });

  it('is found again when the answer was lost', async () => {
    const { send, later, control, work, calls } = await setUpResponseAction(simulator);
    control.faults.add({ fault: 'drop-after', match: setting, times: 1 });
    const { id, status } = operationOf(await send({ data: setValue }));
    expect([status, values(simulator)]).toEqual(['Running', ['High']]);
    await later(2 * minuteMs);
    expect(await work.read(tenantId, id)).toMatchObject({ status: 'Succeeded', result: { machine: pc1 } });
    expect(calls('POST')).toHaveLength(1);
  });

  it('stays with the machine to which it may have been sent, whoever has its name by then', async () => {
    const { send, later, control, work } = await setUpResponseAction(simulator);
    control.faults.add({ fault: 'drop-before', match: setting, times: 1 });
    const { id } = operationOf(await send({ data: { ...setValue, machine: { computerDnsName: 'pc1' } } }));
    const other = { id: 'b'.repeat(40), computerDnsName: pc1.computerDnsName };
    control.machines.seed(tenantId, [{ ...pc1, computerDnsName: 'old.example.test' }, other]);
    await later(2 * minuteMs);
    expect(await work.read(tenantId, id)).toMatchObject({ status: 'Succeeded', result: { machine: { id: pc1.id } } });
    const high = control.machines.list(tenantId).filter(({ deviceValue }) => deviceValue === 'High');
    expect(high.map((machine) => machine.id)).toEqual([pc1.id]);
  });

  it('does not touch what is protected, and a dry run says so', async () => {
    const policy = { mode: 'Live', protectedTags: ['Tier0'], requireApproval: ['SetDeviceValue'] };
    const { send, control, calls } = await setUpResponseAction(simulator, policy);
    control.machines.seed(tenantId, [{ ...pc1, machineTags: ['tier0'] }]);
    const rule = '#/policy/actions/protectedTags';
    expect(operationOf(await send({ data: setValue }))).toMatchObject({
      ...{ status: 'Failed', error: { code: 'refused_by_policy', rule }, result: { machine: pc1 } },
    });
    const request = { method: 'POST', path: `/api/machines/${pc1.id}/setDeviceValue`, body: { DeviceValue: 'High' } };
    expect(await send({ data: setValue, envelope: { dryRun: true } })).toMatchObject({
      ...{ status: 200, json: { machine: pc1, policy: { allowed: false, needsApproval: false, rule }, request } },
    });
    expect(calls('POST')).toEqual([]);
  });
});
