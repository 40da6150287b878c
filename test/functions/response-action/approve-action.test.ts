import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cancelScopeOf } from '../../../functions/operations/operations.http.ts';
import { startMicrosoft } from '../../builders/microsoft.ts';
import { addTag, operationOf, pc1, setUpResponseAction, tenantId } from '../../builders/response-action.ts';
import { administrator, callerWith } from '../../builders/serve.ts';
import type { Simulator } from '../../local/simulator/simulator.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startMicrosoft();
});
afterAll(() => simulator.stop());

const minuteMs = 60_000;
const held = { mode: 'Live', requireApproval: ['AddTag', 'SetDeviceValue'], submitWithin: 'PT10M' };
const ana = 'ana@example.test';

describe('an action that needs approval', () => {
  it('waits, says until when, and is done in the name of who approves it', async () => {
    const { send, approve, told, tags, calls, control } = await setUpResponseAction(simulator, held);
    const answer = await send();
    const { id, stage, result } = operationOf(answer);
    expect([answer.status, stage, result]).toEqual([202, 'AwaitingApproval', { action: 'AddTag', machine: pc1 }]);
    const expiresAt = new Date(control.clock.now() + 10 * minuteMs).toISOString();
    expect(told).toMatchObject([
      { type: 'action.held', tenantId, data: { operationId: id, action: 'AddTag', expiresAt } },
    ]);
    expect([calls('POST'), tags()]).toEqual([[], []]);

    const approved = await approve(id);
    expect(approved.status).toBe(200);
    expect(operationOf(approved)).toMatchObject({ status: 'Succeeded', result: { machine: pc1, approvedBy: ana } });
    expect(tags()).toEqual(['case-17']);
    expect(told.map(({ type }) => type)).toEqual(['action.held', 'action.succeeded']);
  });

  it('is approved once: the first name stands', async () => {
    const { send, approve, calls, work } = await setUpResponseAction(simulator, held);
    const { id } = operationOf(await send());
    const answers = await Promise.all([approve(id), approve(id, { json: { approvedBy: 'ben@example.test' } })]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    const first = answers.find(({ status }) => status === 200);
    const ended = first && operationOf(first);
    for (let i = 0; i < 2; i += 1) {
      expect(await approve(id)).toMatchObject({ status: 409, json: { code: 'wrong_state' } });
    }
    expect(await work.read(tenantId, id)).toEqual(ended);
    expect(calls('POST')).toHaveLength(1);
  });

  it('is not approved by the caller that asked, whatever else it may do', async () => {
    const { send, approve, work } = await setUpResponseAction(simulator, held);
    const both = callerWith('actions:write', { scopes: ['actions:write', 'actions:approve'] });
    const { id } = operationOf(await send({ caller: both }));
    expect(await approve(id, { caller: both })).toMatchObject({ status: 403, json: { code: 'same_caller' } });
    expect(await work.read(tenantId, id)).toMatchObject({ stage: 'AwaitingApproval', version: 2 });

    const admins = operationOf(await send({ caller: administrator, key: 'key-2' }));
    const answer = await approve(admins.id, { caller: administrator });
    expect(answer).toMatchObject({ status: 403, json: { code: 'same_caller' } });
    expect((await approve(id, { caller: administrator })).status).toBe(200);
  });

  it.each([
    ['nobody’s name', {}, 'required'],
    ['an empty name', { approvedBy: '' }, 'too_short'],
    ['more than is known', { approvedBy: ana, by: ana }, 'unknown_field'],
  ])('is not approved in %s', async (_case, json, code) => {
    const { send, approve } = await setUpResponseAction(simulator, held);
    const { id } = operationOf(await send());
    expect(await approve(id, { json })).toMatchObject({ status: 400, json: { errors: [{ code }] } });
  });

  it('is carried by the timer for who does not wait', async () => {
    const { send, approve, drain, work, tags } = await setUpResponseAction(simulator, held);
    const { id } = operationOf(await send());
    const answer = await approve(id, { headers: { prefer: 'respond-async' } });
    const expected = { stage: 'Submitting', result: { machine: pc1, approvedBy: ana } };
    expect([answer.status, answer.headers.get('operation-location')]).toEqual([
      202,
      `https://app.contoso.example/api/v1/tenants/${tenantId}/operations/${id}`,
    ]);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(operationOf(answer)).toMatchObject(expected);
    expect(tags()).toEqual([]);
    await drain();
    expect(await work.read(tenantId, id)).toMatchObject({ status: 'Succeeded', result: expected.result });
  });
});

describe('after an approval', () => {
  it('the policy is asked again', async () => {
    const { send, approve, setPolicy, calls } = await setUpResponseAction(simulator, held);
    const { id } = operationOf(await send());
    await setPolicy({ ...held, allowed: ['Isolate'] });
    const answer = await approve(id);
    expect(answer.status).toBe(200);
    expect(operationOf(answer)).toMatchObject({
      ...{ status: 'Failed', error: { code: 'refused_by_policy', rule: '#/policy/actions/allowed' } },
      result: { machine: pc1, approvedBy: ana },
    });
    expect(calls('POST')).toEqual([]);
  });

  it('the machine is looked at again: it may be protected by now', async () => {
    const { send, approve, control, calls } = await setUpResponseAction(simulator, {
      ...held,
      protectedTags: ['Tier0'],
    });
    const data = { action: 'SetDeviceValue', machine: { id: pc1.id }, comment: 'Case 17', deviceValue: 'High' };
    const { id, stage } = operationOf(await send({ data }));
    expect(stage).toBe('AwaitingApproval');
    control.machines.seed(tenantId, [{ ...pc1, machineTags: ['tier0'] }]);
    expect(operationOf(await approve(id))).toMatchObject({
      ...{ status: 'Failed', error: { code: 'refused_by_policy', rule: '#/policy/actions/protectedTags' } },
      result: { approvedBy: ana },
    });
    expect(calls('POST')).toEqual([]);
  });

  it('it is still that machine, whoever has its name by then', async () => {
    const { send, approve, control, calls } = await setUpResponseAction(simulator, held);
    const { id } = operationOf(await send({ data: { ...addTag, machine: { computerDnsName: 'pc1' } } }));
    control.machines.seed(tenantId, [
      { ...pc1, computerDnsName: 'old.example.test' },
      { id: 'b'.repeat(40), computerDnsName: pc1.computerDnsName },
    ]);
    expect(operationOf(await approve(id))).toMatchObject({ status: 'Succeeded', result: { machine: { id: pc1.id } } });
    expect(calls('POST')).toMatchObject([{ path: `/api/machines/${pc1.id}/tags` }]);
  });

  it('it waits as long as its tenant may not be called, and is not approved again', async () => {
    const { send, approve, change, later, work } = await setUpResponseAction(simulator, held);
    const { id } = operationOf(await send());
    await change({ connection: 'Suspended' });
    await later(minuteMs);
    const answer = await approve(id);
    expect([answer.status, operationOf(answer)]).toMatchObject([
      202,
      { stage: 'Suspended', result: { approvedBy: ana } },
    ]);
    expect(await approve(id)).toMatchObject({ status: 409 });
    await change({ connection: 'Connected' });
    await work.wake(tenantId);
    await later(minuteMs);
    expect(await work.read(tenantId, id)).toMatchObject({ status: 'Succeeded', result: { approvedBy: ana } });
  });
});

describe('what waits for no approval', () => {
  it('is not approved: ended, too late, canceled, unknown', async () => {
    const { send, approve, later, work, setPolicy, calls } = await setUpResponseAction(simulator, held);
    const late = operationOf(await send());
    const canceled = operationOf(await send({ key: 'key-2' }));
    expect(cancelScopeOf(canceled)).toBe('actions:approve');
    expect((await work.cancel(tenantId, canceled.id)).outcome).toBe('done');
    await later(10 * minuteMs);
    await setPolicy({ mode: 'Live' });
    const done = operationOf(await send({ key: 'key-3' }));
    for (const { id } of [late, canceled, done]) {
      expect(await approve(id)).toMatchObject({ status: 409, json: { code: 'wrong_state' } });
    }
    expect(await approve('op_aaaaaaaaaaaaaaaaaaaaaaaaaa')).toMatchObject({ status: 404 });
    expect(await work.read(tenantId, late.id)).toMatchObject({ status: 'Failed', error: { code: 'expired' } });
    expect(calls('POST')).toHaveLength(1);
  });
});
