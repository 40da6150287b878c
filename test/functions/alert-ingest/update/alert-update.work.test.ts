import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { beacon, finding, minuteMs, setUpAlertIngest, tenantId } from '../../../builders/alert-ingest.ts';
import type { SentAlert } from '../../../builders/alert-ingest.ts';
import { startMicrosoft } from '../../../builders/microsoft.ts';
import { operationOf } from '../../../builders/response-action.ts';
import type { Simulator } from '../../../local/simulator/simulator.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startMicrosoft();
});
afterAll(() => simulator.stop());

const { id } = finding;
const patching = { method: 'PATCH', path: '/api/alerts' };

/** The scenario, and updates of the alert that a test sends in it. */
async function setUp(policy: object = {}) {
  const bench = await setUpAlertIngest(simulator, policy);
  const { send, control } = bench;
  return {
    ...bench,
    update: (data: object, sent: Omit<SentAlert, 'data'> = {}) =>
      send({ key: 'update-1', data: { id, ...data }, ...sent, envelope: { type: 'alert.updated', ...sent.envelope } }),
    patches: () => control.log.entries({ tenantId, ...patching }),
  };
}

const whole = {
  ...{ status: 'Resolved', classification: 'TruePositive', determination: 'Malware' },
  ...{ assignedTo: 'ana@example.test', comment: 'Cleaned.' },
};

describe('alert.updated', () => {
  it('is written to the alert that was made for the id', async () => {
    const { send, update, made, patches } = await setUp();
    const { alertId } = operationOf(await send()).result ?? {};
    const answer = await update(whole);
    const operation = operationOf(answer);
    expect([answer.status, operation]).toMatchObject([
      200,
      {
        ...{ kind: 'AlertUpdate', status: 'Succeeded', callerId: 'soar', attempts: 0, result: { alertId } },
        upstream: { alertId, requestId: expect.any(String) as unknown },
      },
    ]);
    const { comment: _comment, ...triage } = whole;
    expect(made()).toMatchObject([{ ...triage, comments: [{ comment: `Cleaned. [${operation.id}]` }] }]);
    expect(patches()).toMatchObject([{ path: `/api/alerts/${alertId}`, applied: true }]);
  });

  it('of a merged alert goes by each of its ids', async () => {
    const { send, update, made } = await setUp();
    await send();
    await send({ key: 'key-2', data: { ...finding, id: 'finding-2' } });
    expect(operationOf(await update({ id: 'finding-2', status: 'InProgress' })).status).toBe('Succeeded');
    expect(made()).toMatchObject([{ status: 'InProgress' }]);
  });

  it('sends nothing when it is so already', async () => {
    const { send, update, patches } = await setUp();
    await send();
    expect(operationOf(await update({ status: 'New' })).status).toBe('Succeeded');
    expect(patches()).toEqual([]);
  });

  it('is noted, so that who follows alerts tells it from others’ changes', async () => {
    const { send, update, links, control } = await setUp();
    const alertId = operationOf(await send()).result?.alertId ?? '';
    await update(whole);
    const { comment: _comment, ...triage } = whole;
    const atMs = control.clock.now();
    expect((await links.byAlertId(tenantId, [alertId])).get(alertId)?.written).toEqual(
      Object.fromEntries(Object.entries(triage).map(([name, value]) => [name, { value, atMs }])),
    );
  });

  it('is the same operation when it is sent again, and another one under another key', async () => {
    const { send, update, made, patches } = await setUp();
    await send();
    const first = await update({ comment: 'Seen.' });
    const again = await update({ comment: 'Seen.' });
    expect([again.json, again.headers.get('idempotent-replayed')]).toEqual([first.json, 'true']);
    expect(await update({ comment: 'Other' })).toMatchObject({ status: 422, json: { code: 'key_reused' } });
    await update({ comment: 'Seen.' }, { key: 'update-2' });
    expect([made()[0]?.comments.length, patches().length]).toEqual([2, 2]);
  });

  it.each([
    ['an id that nobody sent', { id: 'finding-9' }],
    ['Defender’s own id', { id: 'da637472900382838869_1364969609' }],
  ])('422 alert_not_found: %s', async (_name, change) => {
    const { send, update } = await setUp();
    await send();
    expect(await update({ status: 'New', ...change })).toMatchObject({
      status: 422,
      json: { code: 'alert_not_found' },
    });
  });

  it('422 alert_not_found: one that failed or was canceled, until it is sent again', async () => {
    const { send, update, control, work } = await setUp({ searchFor: 'PT0S', fallback: 'None' });
    control.events.clear(tenantId);
    expect(operationOf(await send()).status).toBe('Failed');
    const refused = { status: 422, json: { code: 'alert_not_found' } };
    expect(await update({ status: 'New' })).toMatchObject(refused);
    const prefer = { headers: { prefer: 'respond-async' } };
    const canceled = operationOf(await send({ key: 'key-2', ...prefer }));
    await work.cancel(tenantId, canceled.id);
    expect(await update({ status: 'New' })).toMatchObject(refused);
  });

  it('409 tenant_removing: a tenant that leaves', async () => {
    const { send, update, change } = await setUp();
    await send();
    await change({ connection: 'Removing' });
    expect(await update({ status: 'New' })).toMatchObject({ status: 409, json: { code: 'tenant_removing' } });
  });
});

describe('an alert that is still on its way', () => {
  const unseen = async () => {
    const bench = await setUp();
    bench.control.events.clear(tenantId);
    const alert = operationOf(await bench.send());
    expect(alert).toMatchObject({ status: 'Running', stage: 'FindingEvent' });
    return { ...bench, alert };
  };
  const appear = ({ control }: Pick<Awaited<ReturnType<typeof setUp>>, 'control'>) =>
    control.events.add(tenantId, { table: 'DeviceNetworkEvents', rows: [beacon] });

  it('is waited for', async () => {
    const bench = await unseen();
    const answer = await bench.update({ status: 'InProgress' });
    const { id: operationId, stage, nextAttemptAt } = operationOf(answer);
    expect([answer.status, stage]).toEqual([202, 'Pending']);
    expect(nextAttemptAt?.localeCompare(bench.alert.nextAttemptAt ?? '')).toBe(1);
    appear(bench);
    for (let n = 0; n < 3; n += 1) await bench.later(minuteMs);
    expect(await bench.read(operationId)).toMatchObject({ status: 'Succeeded', attempts: 0 });
    expect(bench.made()).toMatchObject([{ status: 'InProgress' }]);
  });

  it('is written to in the order in which its updates came', async () => {
    const bench = await unseen();
    const updates = [{ status: 'InProgress' }, { status: 'Resolved' }, { status: 'New', comment: 'Again.' }];
    const ids: string[] = [];
    for (const [n, data] of updates.entries()) {
      ids.push(operationOf(await bench.update(data, { key: `update-${n}` })).id);
      bench.control.clock.advance(1_000);
    }
    appear(bench);
    for (let n = 0; n < 6; n += 1) await bench.later(minuteMs);
    expect(bench.made()).toMatchObject([{ status: 'New', comments: [{ comment: `Again. [${ids[2]}]` }] }]);
    expect(bench.patches()).toHaveLength(3);
    for (const each of ids) expect(await bench.read(each)).toMatchObject({ status: 'Succeeded' });
  });

  it('fails, and its update with it', async () => {
    const bench = await unseen();
    const { id: operationId } = operationOf(await bench.update({ status: 'InProgress' }));
    await bench.work.cancel(tenantId, bench.alert.id);
    for (let n = 0; n < 3; n += 1) await bench.later(minuteMs);
    expect(await bench.read(operationId)).toMatchObject({ status: 'Failed', error: { code: 'alert_not_found' } });
  });

  it('is not waited for longer than the tenant wants', async () => {
    const bench = await setUp({ submitWithin: 'PT3M' });
    await bench.change({ connection: 'Suspended' });
    await bench.send();
    const { id: operationId } = operationOf(await bench.update({ status: 'InProgress' }));
    await bench.later(4 * minuteMs);
    expect(await bench.read(operationId)).toMatchObject({ status: 'Failed', error: { code: 'expired' } });
    expect(bench.patches()).toEqual([]);
  });

  it('can be canceled while it is waited for', async () => {
    const bench = await unseen();
    const { id: operationId } = operationOf(await bench.update({ status: 'InProgress' }));
    expect(await bench.work.cancel(tenantId, operationId)).toMatchObject({ outcome: 'done' });
    appear(bench);
    for (let n = 0; n < 3; n += 1) await bench.later(minuteMs);
    expect([bench.made()[0]?.status, bench.patches()]).toEqual(['New', []]);
  });
});

describe('Observe and dry runs', () => {
  const request = { method: 'PATCH', body: { status: 'Resolved', comment: 'Cleaned. [op_…]' } };

  it('Observe: shows the call, also of an alert that was only observed', async () => {
    const { send, update, setPolicy, patches } = await setUp({ mode: 'Observe' });
    await send();
    const first = operationOf(await update({ status: 'Resolved', comment: 'Cleaned.' }));
    const body = { status: 'Resolved', comment: `Cleaned. [${first.id}]` };
    expect(first).toMatchObject({
      status: 'Succeeded',
      result: { observed: true, request: { method: 'PATCH', path: '/api/alerts/…', body } },
    });
    await setPolicy({});
    expect(await update({ status: 'New' }, { key: 'update-2' })).toMatchObject({ json: { code: 'alert_not_found' } });
    const { alertId } = operationOf(await send({ key: 'key-2', data: { ...finding, id: 'finding-2' } })).result ?? {};
    await setPolicy({ mode: 'Observe' });
    const second = operationOf(await update({ id: 'finding-2', status: 'Resolved' }, { key: 'update-3' }));
    expect(second.result).toMatchObject({ alertId, observed: true, request: { path: `/api/alerts/${alertId}` } });
    expect(patches()).toEqual([]);
  });

  it('a dry run shows the call, stores nothing and uses up no key', async () => {
    const { send, update, patches, work } = await setUp();
    const { alertId } = operationOf(await send()).result ?? {};
    const data = { status: 'Resolved', comment: 'Cleaned.' };
    expect(await update(data, { envelope: { dryRun: true } })).toMatchObject({
      status: 200,
      json: {
        ...{ dryRun: true, policy: { allowed: true, needsApproval: false } },
        request: { ...request, path: `/api/alerts/${alertId}` },
      },
    });
    expect((await work.list(tenantId, { kind: 'AlertUpdate' }, { limit: 5 }))?.operations).toEqual([]);
    expect(patches()).toEqual([]);
    expect((await update(data)).status).toBe(200);
  });

  it('a dry run of what is not there', async () => {
    const { send, update, control } = await setUp();
    const dry = { envelope: { dryRun: true } };
    expect(await update({ status: 'New' }, dry)).toMatchObject({ status: 422, json: { code: 'alert_not_found' } });
    await send();
    control.alerts.clear(tenantId);
    expect(await update({ status: 'New' }, dry)).toMatchObject({ json: { error: { code: 'alert_not_found' } } });
  });
});
