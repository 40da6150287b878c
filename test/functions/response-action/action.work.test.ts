import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startMicrosoft, world } from '../../builders/microsoft.ts';
import { addTag, operationOf, pc1, setUpResponseAction, tenantId } from '../../builders/response-action.ts';
import type { Simulator } from '../../local/simulator/simulator.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startMicrosoft();
});
afterAll(() => simulator.stop());

const minuteMs = 60_000;

describe('in mode Observe', () => {
  it('reads, decides, records and writes nothing', async () => {
    const { send, calls, tags } = await setUpResponseAction(simulator, {
      mode: 'Observe',
      requireApproval: ['AddTag'],
    });
    expect(operationOf(await send())).toMatchObject({
      status: 'Succeeded',
      result: {
        action: 'AddTag',
        machine: pc1,
        observed: true,
        request: {
          method: 'POST',
          path: `/api/machines/${pc1.id}/tags`,
          body: { Value: 'case-17', Action: 'Add' },
        },
      },
    });
    expect([calls('GET').length, calls('POST').length, tags()]).toEqual([1, 0, []]);
  });

  it('fails as it would live', async () => {
    const { send } = await setUpResponseAction(simulator, { mode: 'Observe' });
    const answer = await send({ data: { ...addTag, machine: { id: 'b'.repeat(40) } } });
    expect(operationOf(answer)).toMatchObject({ status: 'Failed', error: { code: 'machine_not_found' } });
  });
});

describe('what Defender tells', () => {
  it('no such machine: the operation fails, and its key keeps it', async () => {
    const { send, calls } = await setUpResponseAction(simulator);
    const data = { ...addTag, machine: { id: 'b'.repeat(40) } };
    const answer = await send({ data });
    expect(answer.status).toBe(200);
    expect(operationOf(answer)).toMatchObject({
      status: 'Failed',
      attempts: 0,
      error: { code: 'machine_not_found' },
    });
    expect((await send({ data })).headers.get('idempotent-replayed')).toBe('true');
    expect(calls('POST')).toEqual([]);
  });

  it('the role is missing', async () => {
    const { send, control, tags } = await setUpResponseAction(simulator);
    control.tenants.consent(tenantId, world.clientId, { defender: ['Machine.Read.All'] });
    expect(operationOf(await send())).toMatchObject({
      status: 'Failed',
      error: {
        code: 'role_missing',
        message: expect.stringContaining('Machine.ReadWrite.All') as unknown,
        defenderCode: 'Forbidden',
      },
    });
    expect(tags()).toEqual([]);
  });

  it('the tag is refused', async () => {
    const { send } = await setUpResponseAction(simulator);
    const answer = await send({ data: { ...addTag, tag: ' ' } });
    expect(operationOf(answer)).toMatchObject({
      status: 'Failed',
      error: { code: 'defender_refused', defenderCode: 'InvalidInput' },
    });
  });
});

describe('a tenant that may not be called', () => {
  it('keeps what it is asked, and does it when it is connected again', async () => {
    const { send, later, change, work, calls } = await setUpResponseAction(simulator);
    await change({ connection: 'Suspended' });
    const answer = await send();
    expect(answer.status).toBe(202);
    const { id, stage, attempts } = operationOf(answer);
    expect([stage, attempts, calls('GET').length]).toEqual(['Suspended', 0, 0]);
    await later(minuteMs);
    expect(await work.read(tenantId, id)).toMatchObject({ stage: 'Suspended', attempts: 0 });
    await change({ connection: 'Connected', paused: true });
    await later(minuteMs);
    expect(await work.read(tenantId, id)).toMatchObject({ stage: 'Paused' });
    await change({ paused: false });
    await work.wake(tenantId);
    await later(minuteMs);
    expect(await work.read(tenantId, id)).toMatchObject({ status: 'Succeeded', attempts: 0 });
  });

  it('is suspended when consent is found to be withdrawn', async () => {
    const { send, later, control, tenants, work } = await setUpResponseAction(simulator);
    control.tenants.withdrawConsent(tenantId, world.clientId);
    const answer = await send();
    expect([answer.status, operationOf(answer).attempts]).toEqual([202, 0]);
    const suspended = { connection: 'Suspended', suspension: 'consent_withdrawn' };
    expect((await tenants.get(tenantId))?.document).toMatchObject(suspended);
    await later(minuteMs);
    expect(await work.read(tenantId, operationOf(answer).id)).toMatchObject({ stage: 'Suspended', attempts: 0 });
  });

  it('is on its way out: what was not sent is dropped', async () => {
    const { send, drain, change, work, tags } = await setUpResponseAction(simulator);
    const { id } = operationOf(await send({ headers: { prefer: 'respond-async' } }));
    await change({ connection: 'Removing' });
    await drain();
    expect(await work.read(tenantId, id)).toMatchObject({ status: 'Canceled', error: { code: 'superseded' } });
    expect(tags()).toEqual([]);
  });
});

describe('the policy', () => {
  it('is asked again before anything is sent', async () => {
    const { send, drain, setPolicy, work, calls } = await setUpResponseAction(simulator);
    const { id } = operationOf(await send({ headers: { prefer: 'respond-async' } }));
    await setPolicy({ mode: 'Live', allowed: [] });
    await drain();
    expect(await work.read(tenantId, id)).toMatchObject({
      status: 'Failed',
      error: { code: 'refused_by_policy', rule: '#/policy/actions/allowed' },
    });
    expect(calls('GET')).toEqual([]);
  });

  it('makes it wait for an approval, and no longer than there is time', async () => {
    const policy = { mode: 'Live', requireApproval: ['AddTag'], submitWithin: 'PT10M' };
    const { send, later, drain, work, tags, calls } = await setUpResponseAction(simulator, policy);
    const answer = await send();
    const { id, stage } = operationOf(answer);
    expect([answer.status, stage, calls('GET').length]).toEqual([202, 'AwaitingApproval', 1]);
    const late = operationOf(await send({ key: 'key-2' }));
    const value = { approvedBy: 'ana@example.test' };
    expect((await work.signal(tenantId, id, { name: 'approval', value, whileAt: 'AwaitingApproval' })).outcome).toBe(
      'requested',
    );
    await drain();
    expect(await work.read(tenantId, id)).toMatchObject({ status: 'Succeeded' });
    expect(tags()).toEqual(['case-17']);
    await later(10 * minuteMs);
    expect(await work.read(tenantId, late.id)).toMatchObject({ status: 'Failed', error: { code: 'expired' } });
  });
});
