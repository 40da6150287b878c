import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startMicrosoft } from '../../builders/microsoft.ts';
import { addTag, pc1, setUpResponseAction, tenantId } from '../../builders/response-action.ts';
import { callerWith } from '../../builders/serve.ts';
import type { Simulator } from '../../local/simulator/simulator.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startMicrosoft();
});
afterAll(() => simulator.stop());

describe('what is refused at once', () => {
  const other = '6f1c0000-0000-4000-8000-00000000a00f';

  it.each([
    [{ envelope: { tenantId: other } }, '#/tenantId', 'mismatch'],
    [{ envelope: { type: 'alert.created' } }, '#/type', 'invalid_value'],
    [{ envelope: { timestamp: 'yesterday' } }, '#/timestamp', 'invalid_format'],
    [{ envelope: { surprise: 1 } }, '#/surprise', 'unknown_field'],
    [{ data: { ...addTag, tag: '' } }, '#/data/tag', 'too_short'],
    [{ data: { ...addTag, comment: undefined } }, '#/data/comment', 'required'],
    [{ data: { ...addTag, machine: {} } }, '#/data/machine', 'required'],
    [{ data: { action: 'RunAntiVirusScan', machine: { id: pc1.id }, comment: 'c' } }, '#/data/scanType', 'required'],
    [{ data: { action: 'UpdateAlert', alertId: '..', comment: 'c' } }, '#/data/alertId', 'invalid_format'],
    [{ data: { ...addTag, action: 'Explode' } }, '#/data/action', 'invalid_value'],
  ])('%j', async (asked, pointer, code) => {
    const { send, calls, work } = await setUpResponseAction(simulator);
    expect(await send(asked)).toMatchObject({
      status: 400,
      json: { code: 'invalid_field', errors: [{ pointer, code }] },
    });
    expect(calls('GET')).toEqual([]);
    expect((await work.list(tenantId, {}, { limit: 1 }))?.operations).toEqual([]);
  });

  it('what the policy does not allow; the key stays free', async () => {
    const { send, calls, setPolicy } = await setUpResponseAction(simulator, { mode: 'Live', allowed: ['RemoveTag'] });
    const refusal = { status: 422, json: { code: 'refused_by_policy', rule: '#/policy/actions/allowed' } };
    expect(await send()).toMatchObject(refusal);
    expect(calls('GET')).toEqual([]);
    await setPolicy({ mode: 'Live' });
    expect(await send()).toMatchObject({ status: 200, json: { status: 'Succeeded' } });
  });

  it.each(['Removing', 'Removed'] as const)(
    'a tenant that is %s, but not what it was asked before',
    async (connection) => {
      const { send, change } = await setUpResponseAction(simulator);
      await send();
      await change({ connection });
      expect(await send({ key: 'key-2' })).toMatchObject({ status: 409, json: { code: 'tenant_removing' } });
      expect(await send({ envelope: { dryRun: true } })).toMatchObject({
        status: 409,
        json: { code: 'tenant_removing' },
      });
      expect(await send()).toMatchObject({ status: 200, json: { status: 'Succeeded' } });
    },
  );

  it('unknown and foreign tenants, other scopes, and bodies that are none', async () => {
    const { send } = await setUpResponseAction(simulator);
    expect(await send({ pathTenantId: other })).toMatchObject({ status: 404, json: { code: 'not_found' } });
    const foreign = callerWith('actions:write', { tenants: [other] });
    expect(await send({ caller: foreign })).toMatchObject({ status: 404, json: { code: 'not_found' } });
    expect(await send({ caller: callerWith('alerts:write') })).toMatchObject({
      status: 403,
      json: { code: 'scope_missing' },
    });
    expect(await send({ body: '{' })).toMatchObject({ status: 400, json: { code: 'malformed_body' } });
    expect(await send({ body: 'x'.repeat(64 * 1024 + 1) })).toMatchObject({ status: 413 });
    expect(await send({ headers: { 'content-type': 'text/plain' } })).toMatchObject({ status: 415 });
  });
});
