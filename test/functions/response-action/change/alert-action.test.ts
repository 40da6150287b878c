import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AlertChange } from '../../../../functions/response-action/change/alert-action.ts';
import { startMicrosoft, world } from '../../../builders/microsoft.ts';
import { operationOf, pc1, setUpResponseAction, tenantId } from '../../../builders/response-action.ts';
import type { Simulator } from '../../../local/simulator/simulator.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startMicrosoft();
});
afterAll(() => simulator.stop());

const minuteMs = 60_000;
const alertId = 'da639_1';
const ana = 'ana@example.test';
const resolve = {
  ...{ action: 'UpdateAlert', alertId, comment: 'Case 17: cleaned' },
  ...{ status: 'Resolved', classification: 'TruePositive', determination: 'Malware', assignedTo: ana },
} as const satisfies AlertChange;
const writing = { method: 'PATCH', path: '/api/alerts/*' };

async function setUp(policy: object = { mode: 'Live' }) {
  const all = await setUpResponseAction(simulator, policy);
  const { alerts, log } = all.control;
  alerts.seed(tenantId, [{ id: alertId, machineId: pc1.id, title: 'Beacon', status: 'New' }]);
  return {
    ...all,
    alert: () => alerts.list(tenantId).find(({ id }) => id === alertId),
    writes: () => log.entries({ tenantId, path: '/api/alerts', method: 'PATCH' }),
    reads: () => log.entries({ tenantId, path: '/api/alerts', method: 'GET' }),
  };
}

describe('UpdateAlert', () => {
  it('writes all of it with one call, our comment last, and notes what it wrote', async () => {
    const { send, alert, writes, told, alertLinks } = await setUp();
    await alertLinks.put({ tenantId, id: 'finding-1', alertId, operationId: 'op_x', via: 'Defender' });
    const operation = operationOf(await send({ data: resolve }));
    expect(operation).toMatchObject({
      ...{ status: 'Succeeded', attempts: 0 },
      ...{ result: { action: 'UpdateAlert', alertId }, upstream: { alertId } },
    });
    const comments = [{ comment: `Case 17: cleaned [${operation.id}]` }];
    const { status, classification, determination, assignedTo } = resolve;
    expect(alert()).toMatchObject({ status, classification, determination, assignedTo, comments });
    expect(writes()).toHaveLength(1);
    const noted = (await alertLinks.byAlertId(tenantId, [alertId])).get(alertId)?.written;
    expect(noted).toMatchObject({ status: { value: 'Resolved' }, assignedTo: { value: ana } });
    expect(told).toMatchObject([{ type: 'action.succeeded', data: { action: 'UpdateAlert' } }]);
  });

  it('adds a comment alone', async () => {
    const { send, alert, control } = await setUp();
    const { id } = operationOf(await send({ data: { action: 'UpdateAlert', alertId, comment: 'Seen.' } }));
    expect(alert()).toMatchObject({ status: 'New', comments: [{ comment: `Seen. [${id}]` }] });
    const [write] = control.log.entries({ tenantId, path: '/api/alerts', method: 'PATCH' });
    expect(write).toMatchObject({ status: 200 });
  });

  it('names who approved it, and says what they said', async () => {
    const { send, approve, alert } = await setUp({ mode: 'Live', requireApproval: ['UpdateAlert'] });
    const { id, stage, result } = operationOf(await send({ data: resolve }));
    expect([stage, result, alert()?.status]).toEqual(['AwaitingApproval', { action: 'UpdateAlert', alertId }, 'New']);
    const json = { approvedBy: ana, comment: 'Checked with the owner' };
    const approved = operationOf(await approve(id, { json }));
    expect(approved).toMatchObject({ status: 'Succeeded', result: { alertId, approvedBy: ana } });
    expect(alert()?.comments).toMatchObject([
      { comment: `Case 17: cleaned / Checked with the owner (approved by ${ana}) [${id}]` },
    ]);
  });

  it('of an alert that was made through Graph goes through Graph', async () => {
    const { send, control, alert, writes, alertLinks } = await setUp();
    const graph = ['SecurityAlert.ReadWrite.All'];
    control.tenants.consent(tenantId, world.clientId, { defender: ['Machine.Read.All'], graph });
    await alertLinks.put({ tenantId, id: 'finding-1', alertId, operationId: 'op_x', via: 'Graph' });
    const shown = await send({ data: resolve, envelope: { dryRun: true } });
    const path = `/v1.0/security/alerts_v2/${alertId}`;
    expect(shown.json).toMatchObject({ request: { method: 'PATCH', path, body: { status: 'resolved' } } });
    const { id, status } = operationOf(await send({ data: resolve }));
    expect([status, alert()]).toMatchObject([
      'Succeeded',
      { status: 'Resolved', assignedTo: ana, comments: [{ comment: `Case 17: cleaned [${id}]` }] },
    ]);
    expect(writes()).toEqual([]);
  });

  it('of an alert that is not there fails', async () => {
    const { send, writes } = await setUp();
    const answer = await send({ data: { ...resolve, alertId: 'da639_2' } });
    expect(operationOf(answer)).toMatchObject({ status: 'Failed', error: { code: 'alert_not_found' } });
    expect(writes()).toEqual([]);
  });

  it('without the role fails', async () => {
    const { send, control, alert } = await setUp();
    control.tenants.consent(tenantId, world.clientId, { defender: ['Alert.Read.All'] });
    expect(operationOf(await send({ data: resolve }))).toMatchObject({
      ...{ status: 'Failed', error: { code: 'role_missing' } },
    });
    expect(alert()?.status).toBe('New');
  });

  it('in mode Observe reads and writes nothing', async () => {
    const { send, reads, writes } = await setUp({ mode: 'Observe', requireApproval: ['UpdateAlert'] });
    const { id, status, result } = operationOf(await send({ data: resolve }));
    const { action: _action, alertId: _alertId, comment, ...triage } = resolve;
    expect([status, result]).toMatchObject([
      'Succeeded',
      {
        ...{ alertId, observed: true },
        request: {
          method: 'PATCH',
          path: `/api/alerts/${alertId}`,
          body: { ...triage, comment: `${comment} [${id}]` },
        },
      },
    ]);
    expect([reads().length, writes()]).toEqual([1, []]);
  });

  it('is shown by a dry run', async () => {
    const { send, writes, work } = await setUp({ mode: 'Live', requireApproval: ['UpdateAlert'] });
    const { action: _action, alertId: _alertId, comment, ...triage } = resolve;
    expect(await send({ data: resolve, envelope: { dryRun: true } })).toMatchObject({
      status: 200,
      json: {
        ...{ dryRun: true, policy: { allowed: true, needsApproval: true } },
        request: { method: 'PATCH', path: `/api/alerts/${alertId}`, body: { ...triage, comment: `${comment} [op_…]` } },
      },
    });
    const missing = await send({ data: { ...resolve, alertId: 'da639_2' }, envelope: { dryRun: true } });
    expect(missing).toMatchObject({ status: 200, json: { error: { code: 'alert_not_found' } } });
    expect(writes()).toEqual([]);
    expect((await work.list(tenantId, {}, { limit: 5 }))?.operations).toEqual([]);
  });
});

describe('a failure on the way', () => {
  it('the answer is lost after it was written: our comment is found, nothing is sent again', async () => {
    const { send, later, control, work, alert, writes } = await setUp();
    control.faults.add({ fault: 'drop-after', match: writing, times: 1 });
    const { id, status } = operationOf(await send({ data: resolve }));
    expect([status, alert()?.status]).toEqual(['Running', 'Resolved']);
    // A person opens it again before we come back: that stays.
    control.alerts.seed(tenantId, [{ ...seedOf(alert()), status: 'InProgress' }]);
    await later(2 * minuteMs);
    expect(await work.read(tenantId, id)).toMatchObject({ status: 'Succeeded', result: { alertId } });
    expect([writes().length, alert()?.status]).toEqual([1, 'InProgress']);
  });

  it('the connection breaks before it was written: sent again, but for what a person changed since', async () => {
    const { send, later, control, work, alert } = await setUp();
    control.faults.add({ fault: 'drop-before', match: writing, times: 1 });
    const { id } = operationOf(await send({ data: resolve }));
    control.alerts.seed(tenantId, [{ ...seedOf(alert()), status: 'InProgress' }]);
    await later(2 * minuteMs);
    expect(await work.read(tenantId, id)).toMatchObject({ status: 'Succeeded', attempts: 1 });
    expect(alert()).toMatchObject({
      status: 'InProgress',
      assignedTo: ana,
      comments: [{ comment: `Case 17: cleaned [${id}]` }],
    });
  });

  it('canceled or late before it was written: not sent again', async () => {
    const { send, later, drain, control, work, writes } = await setUp({ mode: 'Live', submitWithin: 'PT1M' });
    control.faults.add({ fault: 'drop-before', match: writing, times: 2 });
    const canceled = operationOf(await send({ data: resolve }));
    const late = operationOf(await send({ data: resolve, key: 'key-2' }));
    expect((await work.cancel(tenantId, canceled.id)).outcome).toBe('requested');
    await drain();
    expect(await work.read(tenantId, canceled.id)).toMatchObject({ status: 'Canceled' });
    await later(5 * minuteMs);
    expect(await work.read(tenantId, late.id)).toMatchObject({ status: 'Failed', error: { code: 'expired' } });
    expect(writes()).toHaveLength(2);
  });

  it('the policy changed before it was written: asked again', async () => {
    const { send, later, control, setPolicy, work, writes } = await setUp();
    control.faults.add({ fault: 'drop-before', match: writing, times: 1 });
    const { id } = operationOf(await send({ data: resolve }));
    await setPolicy({ mode: 'Live', allowed: [] });
    await later(5 * minuteMs);
    expect(await work.read(tenantId, id)).toMatchObject({ error: { code: 'refused_by_policy' } });
    expect(writes()).toHaveLength(1);
  });
});

/** The alert as it stands, to be put back with other values. */
function seedOf<T extends object>(alert: T | undefined): T {
  if (alert === undefined) throw new Error('There is no alert.');
  return alert;
}
