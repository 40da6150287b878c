import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { beacon, finding, pc1, pc2, setUpAlertIngest, tenantId } from '../../builders/alert-ingest.ts';
import type { SentAlert } from '../../builders/alert-ingest.ts';
import { dryRunAnswerSchema } from '../../../shared/contract/dry-run.ts';
import { startMicrosoft } from '../../builders/microsoft.ts';
import { operationOf } from '../../builders/response-action.ts';
import type { Simulator } from '../../local/simulator/simulator.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startMicrosoft();
});
afterAll(() => simulator.stop());

const dryRun: SentAlert = { envelope: { dryRun: true } };
const machine = { id: pc1.id, computerDnsName: pc1.computerDnsName };

describe('dryRun', () => {
  it('shows the very call, stores and sends nothing, and leaves the key free', async () => {
    const { send, creations, work, made } = await setUpAlertIngest(simulator);
    const answer = await send(dryRun);
    expect(answer.status).toBe(200);
    const { request, ...rest } = dryRunAnswerSchema.parse(answer.json);
    expect(rest).toEqual({
      dryRun: true,
      machine,
      event: {
        ...{ table: 'DeviceNetworkEvents', timestamp: beacon.Timestamp },
        ...{ reportId: '20776', matchedBy: 'Evidence' },
      },
      policy: { allowed: true, needsApproval: false },
    });
    expect(request).toMatchObject({
      ...{ method: 'POST', path: '/api/alerts/CreateAlertByReference' },
      body: { machineId: pc1.id, reportId: '20776', description: `${finding.description}\n\n[op_…]` },
    });
    expect([creations(), made(), (await work.list(tenantId, {}, { limit: 1 }))?.operations]).toEqual([[], [], []]);
    expect(operationOf(await send()).status).toBe('Succeeded');
  });

  it('tells what the policy would say', async () => {
    const { send } = await setUpAlertIngest(simulator, { maxPerDay: 0 });
    expect(dryRunAnswerSchema.parse((await send(dryRun)).json)).toMatchObject({
      policy: { allowed: false, needsApproval: false, rule: '#/policy/alerts/maxPerDay' },
      request: { method: 'POST' },
    });
  });

  it('tells what Defender does not find, without waiting for it', async () => {
    const { send, control, setPolicy } = await setUpAlertIngest(simulator);
    const unknown = { ...finding, machine: { computerDnsName: 'pc9.example.test' } };
    expect((await send({ ...dryRun, data: unknown })).json).toMatchObject({ error: { code: 'machine_not_found' } });
    control.events.clear(tenantId);
    const found = { machine, error: { code: 'event_not_found' } };
    expect(dryRunAnswerSchema.parse((await send(dryRun)).json)).toMatchObject(found);
    await setPolicy({ fallback: 'GraphAlert' });
    expect(dryRunAnswerSchema.parse((await send(dryRun)).json)).toMatchObject({
      machine,
      request: { path: '/beta/security/alerts_v2/createAlert', body: { createAlertInput: { title: finding.title } } },
    });
    expect(control.graphAlerts.list(tenantId)).toEqual([]);
    control.machines.seed(tenantId, [{ ...pc2, computerDnsName: 'pc1.example.test' }]);
    expect((await send(dryRun)).json).toMatchObject({ error: { code: 'machine_ambiguous' } });
  });

  it('needs a tenant that can be asked', async () => {
    const { send, change } = await setUpAlertIngest(simulator);
    await change({ paused: true });
    expect(await send(dryRun)).toMatchObject({ status: 409, json: { code: 'wrong_state' } });
  });
});
