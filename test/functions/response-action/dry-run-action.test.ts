import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dryRunAnswerSchema } from '../../../shared/contract/dry-run.ts';
import { startMicrosoft, world } from '../../builders/microsoft.ts';
import { addTag, operationOf, pc1, setUpResponseAction, tenantId } from '../../builders/response-action.ts';
import type { Simulator } from '../../local/simulator/simulator.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startMicrosoft();
});
afterAll(() => simulator.stop());

describe('dryRun', () => {
  const dryRun = { envelope: { dryRun: true } };
  const request = {
    method: 'POST',
    path: `/api/machines/${pc1.id}/tags`,
    body: { Value: 'case-17', Action: 'Add' },
  };

  it('shows the very call, stores and sends nothing, and leaves the key free', async () => {
    const { send, calls, work, tags } = await setUpResponseAction(simulator);
    const answer = await send(dryRun);
    expect(answer.status).toBe(200);
    expect(dryRunAnswerSchema.parse(answer.json)).toEqual({
      dryRun: true,
      machine: pc1,
      policy: { allowed: true, needsApproval: false },
      request,
    });
    expect([calls('POST').length, tags()]).toEqual([0, []]);
    expect((await work.list(tenantId, {}, { limit: 1 }))?.operations).toEqual([]);
    expect(operationOf(await send()).status).toBe('Succeeded');
    expect(calls('POST')[0]?.path).toBe(request.path);
  });

  it('tells what the policy would say', async () => {
    const { send, setPolicy } = await setUpResponseAction(simulator, { allowed: [] });
    expect(dryRunAnswerSchema.parse((await send(dryRun)).json)).toMatchObject({
      policy: { allowed: false, needsApproval: false, rule: '#/policy/actions/allowed' },
    });
    await setPolicy({ requireApproval: ['AddTag'] });
    expect((await send(dryRun)).json).toMatchObject({ policy: { allowed: true, needsApproval: true }, request });
  });

  it('tells what Defender does not know or let us do', async () => {
    const { send } = await setUpResponseAction(simulator);
    const data = { ...addTag, machine: { id: 'b'.repeat(40) } };
    const unknown = dryRunAnswerSchema.parse((await send({ ...dryRun, data })).json);
    expect(unknown).toMatchObject({ machine: data.machine, error: { code: 'machine_not_found' } });
    const { send: fresh } = await withoutRole();
    expect((await fresh(dryRun)).json).toMatchObject({ error: { code: 'role_missing' } });
  });

  it('needs a key, and a tenant that can be asked', async () => {
    const { send, change } = await setUpResponseAction(simulator);
    expect(await send({ ...dryRun, key: null })).toMatchObject({ status: 400, json: { code: 'invalid_header' } });
    await change({ connection: 'Suspended' });
    expect(await send(dryRun)).toMatchObject({ status: 409, json: { code: 'wrong_state' } });
  });
});

/** The scenario in a tenant that gave consent, but not for machines. */
async function withoutRole() {
  const bench = await setUpResponseAction(simulator);
  bench.control.tenants.consent(tenantId, world.clientId, { defender: ['Ti.ReadWrite.All'] });
  return bench;
}
