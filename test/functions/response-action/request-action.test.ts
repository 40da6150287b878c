import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startMicrosoft, world } from '../../builders/microsoft.ts';
import { addTag, operationOf, pc1, setUpResponseAction, tenantId } from '../../builders/response-action.ts';
import { callerWith } from '../../builders/serve.ts';
import type { Simulator } from '../../local/simulator/simulator.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startMicrosoft();
});
afterAll(() => simulator.stop());

const removeTag = { ...addTag, action: 'RemoveTag' };

describe('POST /tenants/{tenantId}/actions', () => {
  it('adds a tag within the request, and removes it again', async () => {
    const { send, tags, calls } = await setUpResponseAction(simulator);
    const answer = await send();
    expect(answer.status).toBe(200);
    expect(operationOf(answer)).toMatchObject({
      kind: 'Action',
      status: 'Succeeded',
      callerId: 'soar',
      attempts: 0,
      result: { action: 'AddTag', machine: pc1 },
      upstream: { requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) as unknown },
    });
    expect(answer.headers.get('operation-location')).toBeNull();
    expect(tags()).toEqual(['case-17']);
    expect(calls('POST')).toMatchObject([{ userAgent: world.userAgent, applied: true }]);
    expect(operationOf(await send({ data: removeTag, key: 'key-2' })).status).toBe('Succeeded');
    expect(tags()).toEqual([]);
  });

  it('sends nothing for what is there already', async () => {
    const { send, control, calls } = await setUpResponseAction(simulator);
    control.machines.change(tenantId, pc1.id, { machineTags: ['case-17'] });
    expect(operationOf(await send()).status).toBe('Succeeded');
    control.machines.change(tenantId, pc1.id, { machineTags: [] });
    expect(operationOf(await send({ data: removeTag, key: 'key-2' })).status).toBe('Succeeded');
    expect(calls('POST')).toEqual([]);
  });

  it('takes ids in any case, and a merged record for the one it was merged into', async () => {
    const { send, control, tags } = await setUpResponseAction(simulator);
    control.machines.seed(tenantId, [{ id: 'b'.repeat(40), mergedIntoMachineId: pc1.id }]);
    const answer = await send({ data: { ...addTag, machine: { id: 'B'.repeat(40) } } });
    expect(operationOf(answer).result).toEqual({ action: 'AddTag', machine: pc1 });
    expect(tags()).toEqual(['case-17']);
  });

  it('does not wait for who prefers not to: the timer does it', async () => {
    const { send, drain, work, tags } = await setUpResponseAction(simulator);
    const answer = await send({ headers: { prefer: 'respond-async' } });
    const { id, status, stage } = operationOf(answer);
    expect([answer.status, status, stage, tags()]).toEqual([202, 'NotStarted', 'FindingMachine', []]);
    expect(answer.headers.get('operation-location')).toBe(
      `https://app.contoso.example/api/v1/tenants/${tenantId}/operations/${id}`,
    );
    expect(answer.headers.get('retry-after')).toBe('1');
    await drain();
    expect(await work.read(tenantId, id)).toMatchObject({ status: 'Succeeded' });
    expect(tags()).toEqual(['case-17']);
  });
});

describe('the key', () => {
  it('makes the same request the same operation, whatever the policy says by now', async () => {
    const { send, calls, setPolicy } = await setUpResponseAction(simulator);
    const first = await send();
    await setPolicy({ allowed: [] });
    const again = await send({ key: '"key-1"' });
    expect([again.status, again.json, again.headers.get('idempotent-replayed')]).toEqual([200, first.json, 'true']);
    expect(first.headers.get('idempotent-replayed')).toBeNull();
    expect(calls('POST')).toHaveLength(1);
    expect(await send({ data: removeTag })).toMatchObject({ status: 422, json: { code: 'key_reused' } });
  });

  it('is one operation also when requests come at the same time', async () => {
    const { send, calls, tags } = await setUpResponseAction(simulator);
    const answers = await Promise.all(Array.from({ length: 5 }, () => send()));
    expect(new Set(answers.map((answer) => operationOf(answer).id)).size).toBe(1);
    expect(answers.filter(({ headers }) => headers.get('idempotent-replayed') === null)).toHaveLength(1);
    expect([calls('POST').length, tags()]).toEqual([1, ['case-17']]);
  });

  it('stands for the bytes as sent', async () => {
    const { send } = await setUpResponseAction(simulator);
    await send();
    const body = JSON.stringify({
      type: 'action.requested',
      tenantId,
      timestamp: '2026-11-20T10:00:09Z',
      data: addTag,
    });
    expect(await send({ body })).toMatchObject({ status: 422, json: { code: 'key_reused' } });
  });

  it('counts per caller; of a signed request it is the signed id', async () => {
    const { send } = await setUpResponseAction(simulator);
    const ids = [
      await send(),
      await send({ caller: callerWith('actions:write', { callerId: 'other' }) }),
      await send({
        caller: callerWith('actions:write', { callerId: 'signing', via: 'Signature' }),
        headers: { 'webhook-id': 'msg_1' },
      }),
    ].map((answer) => operationOf(answer).id);
    expect(new Set(ids).size).toBe(3);
  });

  it.each([
    [null, 'required'],
    ['a b', 'invalid_format'],
    ['x'.repeat(129), 'too_long'],
  ])('%j is refused', async (key, code) => {
    const { send } = await setUpResponseAction(simulator);
    expect(await send({ key })).toMatchObject({
      status: 400,
      json: { code: 'invalid_header', errors: [{ parameter: 'Idempotency-Key', code }] },
    });
  });
});
