import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { beacon, finding, minuteMs, setUpAlertIngest, tenantId } from '../../builders/alert-ingest.ts';
import { startMicrosoft, world } from '../../builders/microsoft.ts';
import { operationOf } from '../../builders/response-action.ts';
import type { FaultName } from '../../local/simulator/faults.ts';
import type { Simulator } from '../../local/simulator/simulator.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startMicrosoft();
});
afterAll(() => simulator.stop());

const { id } = finding;
const envelope = { type: 'alert.updated' };
const data = { id, status: 'Resolved', comment: 'Cleaned.' };

/** An alert in Defender, and the first call of its update struck by a fault. */
async function struck(fault: FaultName, method: 'PATCH' | 'GET' = 'PATCH') {
  const bench = await setUpAlertIngest(simulator, { submitWithin: 'PT15M' });
  const { control, send } = bench;
  const alertId = operationOf(await send()).result?.alertId ?? '';
  control.log.clear();
  control.faults.add({ fault, match: { method, path: `/api/alerts/${alertId}` }, times: 1 });
  const operation = operationOf(await send({ key: 'update-1', data, envelope }));
  return {
    ...bench,
    ...{ alertId, operation, comment: `Cleaned. [${operation.id}]` },
    patches: () => control.log.entries({ tenantId, method: 'PATCH' }),
    /** What somebody does in the portal. */
    change: (changes: object) => control.alerts.change(tenantId, alertId, changes),
  };
}

describe('an update', () => {
  it('of an alert that was only just made waits until Defender finds it', async () => {
    const { send, control, later, read, made } = await setUpAlertIngest(simulator);
    await send();
    const alerts = made();
    control.alerts.clear(tenantId);
    const operation = operationOf(await send({ key: 'update-1', data, envelope }));
    expect(operation).toMatchObject({ status: 'Running', stage: 'Pending', attempts: 0 });
    control.alerts.seed(tenantId, alerts);
    await later(minuteMs);
    expect(await read(operation.id)).toMatchObject({ status: 'Succeeded' });
    expect(made()).toMatchObject([{ status: 'Resolved' }]);
  });

  it('whose answer was lost is found by its comment, not written twice', async () => {
    const { operation, comment, later, read, made, patches } = await struck('drop-after');
    expect(operation).toMatchObject({ status: 'Running', stage: 'Submitting', attempts: 1 });
    await later(2 * minuteMs);
    expect(await read(operation.id)).toMatchObject({ status: 'Succeeded' });
    expect(made()).toMatchObject([{ status: 'Resolved', comments: [{ comment }] }]);
    expect(patches()).toHaveLength(1);
  });

  it('that never came to Defender is written then', async () => {
    const { operation, comment, later, read, made } = await struck('drop-before');
    expect(made()).toMatchObject([{ status: 'New', comments: [] }]);
    await later(2 * minuteMs);
    expect(await read(operation.id)).toMatchObject({ status: 'Succeeded' });
    expect(made()).toMatchObject([{ status: 'Resolved', comments: [{ comment }] }]);
  });

  it('does not undo what a person decided after it', async () => {
    const { operation, later, read, made, change, patches } = await struck('drop-after');
    change({ status: 'InProgress' });
    await later(2 * minuteMs);
    expect(await read(operation.id)).toMatchObject({ status: 'Succeeded' });
    expect([made()[0]?.status, patches().length]).toEqual(['InProgress', 1]);
  });

  it('that was throttled is no attempt, and is written when its time comes', async () => {
    const { operation, later, read, made } = await struck('throttle');
    expect(operation).toMatchObject({ stage: 'Submitting', attempts: 0 });
    await later(minuteMs);
    expect(await read(operation.id)).toMatchObject({ status: 'Succeeded', attempts: 0 });
    expect(made()).toMatchObject([{ status: 'Resolved' }]);
  });

  it('goes on when the alert could not be read', async () => {
    const { operation, later, read, made } = await struck('bad-json', 'GET');
    expect(operation).toMatchObject({ status: 'NotStarted', attempts: 1 });
    await later(2 * minuteMs);
    expect((await read(operation.id))?.status).toBe('Succeeded');
    expect(made()).toMatchObject([{ status: 'Resolved' }]);
  });

  it('that may be in Defender is looked for, also when it is canceled or late', async () => {
    const { operation, later, read, work, patches } = await struck('drop-after');
    expect(await work.cancel(tenantId, operation.id)).toMatchObject({ outcome: 'requested' });
    await later(2 * minuteMs);
    expect((await read(operation.id))?.status).toBe('Succeeded');
    expect(patches()).toHaveLength(1);
    const late = await struck('drop-after');
    await late.later(20 * minuteMs);
    expect((await late.read(late.operation.id))?.status).toBe('Succeeded');
  });

  it('that is not in Defender is not sent any more when it is canceled or late', async () => {
    const canceled = await struck('drop-before');
    await canceled.work.cancel(tenantId, canceled.operation.id);
    await canceled.later(2 * minuteMs);
    expect((await canceled.read(canceled.operation.id))?.status).toBe('Canceled');
    expect(canceled.made()).toMatchObject([{ status: 'New' }]);
    const late = await struck('drop-before');
    await late.later(20 * minuteMs);
    expect(await late.read(late.operation.id)).toMatchObject({ status: 'Failed', error: { code: 'expired' } });
    expect(late.made()).toMatchObject([{ status: 'New' }]);
  });

  it('names the role that is missing', async () => {
    const { send, control, links } = await setUpAlertIngest(simulator);
    control.tenants.consent(tenantId, world.clientId, { defender: ['Machine.Read.All'], graph: [] });
    const [alert] = control.alerts.seed(tenantId, [{ machineId: beacon.DeviceId, title: finding.title }]);
    const operationId = `op_${'a'.repeat(26)}`;
    await links.put({ tenantId, id, alertId: alert?.id ?? '', operationId, via: 'Defender' });
    const operation = operationOf(await send({ key: 'update-1', data, envelope }));
    expect(operation.error).toMatchObject({
      code: 'role_missing',
      message: expect.stringContaining('Alert.ReadWrite.All') as unknown,
    });
  });
});

describe('dead letters', () => {
  it('an update that failed keeps the request as received, and can be redriven', async () => {
    const { send, control, work, drain, read, made } = await setUpAlertIngest(simulator);
    await send();
    const [alert] = made();
    control.alerts.clear(tenantId);
    control.clock.advance(minuteMs);
    const failed = operationOf(await send({ key: 'update-1', data, envelope }));
    expect(failed).toMatchObject({ status: 'Failed', error: { code: 'alert_not_found' } });
    const request = { ...envelope, timestamp: '2026-11-20T10:00:09Z', tenantId, data };
    expect((await work.listDeadLetters(tenantId, { limit: 5 }))?.value).toMatchObject([
      { id: failed.id, kind: 'AlertUpdate', code: 'alert_not_found', request },
    ]);
    if (alert) control.alerts.seed(tenantId, [alert]);
    expect(await work.redrive(tenantId, { kind: 'AlertUpdate' })).toBe(1);
    await drain();
    expect(await read(failed.id)).toMatchObject({ status: 'Succeeded' });
    expect(made()).toMatchObject([{ status: 'Resolved' }]);
    expect((await work.listDeadLetters(tenantId, { limit: 5 }))?.value).toEqual([]);
  });

  it('a finding of OCSF is kept as received, what we do not know with it', async () => {
    const { send, control, work } = await setUpAlertIngest(simulator, { searchFor: 'PT0S', fallback: 'None' });
    control.events.clear(tenantId);
    const ocsf = {
      ...{ class_uid: 2004, activity_id: 1, severity_id: 5, message: 'Beacon', unmapped: { any: [1, null] } },
      time: Date.parse(finding.eventTime),
      ...{ finding_info: { uid: 'ocsf-1', title: 'Beacon' }, device: { hostname: 'PC1', domain: 'example.test' } },
    };
    const type = 'ocsf.detection_finding';
    expect(operationOf(await send({ data: ocsf, envelope: { type } })).error?.code).toBe('event_not_found');
    const letters = (await work.listDeadLetters(tenantId, { limit: 5 }))?.value;
    expect(letters?.map(({ request }) => request)).toEqual([
      { type, timestamp: '2026-11-20T10:00:09Z', tenantId, data: ocsf },
    ]);
  });

  it('an alert that is redriven is searched as long as a new one', async () => {
    const { send, control, work, drain, later, read, made } = await setUpAlertIngest(simulator, {
      ...{ searchFor: 'PT1H', fallback: 'None' },
    });
    control.machines.clear(tenantId);
    const failed = operationOf(await send());
    for (let minutes = 0; minutes <= 60; minutes += 10) await later(10 * minuteMs);
    expect(await read(failed.id)).toMatchObject({ status: 'Failed', error: { code: 'machine_not_found' } });
    expect(await work.redrive(tenantId, { ids: [failed.id] })).toBe(1);
    await drain();
    expect(await read(failed.id)).toMatchObject({ status: 'Running', stage: 'FindingMachine' });
    control.machines.seed(tenantId, [
      { id: beacon.DeviceId, computerDnsName: beacon.DeviceName, firstSeen: '2026-01-05T08:00:00Z' },
    ]);
    await later(minuteMs);
    expect(await read(failed.id)).toMatchObject({ status: 'Succeeded' });
    expect(made()).toHaveLength(1);
  });

  it('an alert whose id was sent again since stays what it is, and says so', async () => {
    const { send, control, work, drain, read, made } = await setUpAlertIngest(simulator, {
      searchFor: 'PT0S',
      fallback: 'None',
    });
    control.events.clear(tenantId);
    const failed = operationOf(await send());
    control.events.add(tenantId, { table: 'DeviceNetworkEvents', rows: [beacon] });
    const second = operationOf(await send({ key: 'key-2' }));
    expect([failed.status, second.status]).toEqual(['Failed', 'Succeeded']);
    expect(await work.redrive(tenantId, { ids: [failed.id] })).toBe(0);
    await drain();
    expect((await read(failed.id))?.error).toMatchObject({ code: 'superseded' });
    expect(made()).toHaveLength(1);
  });
});
