import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { minuteMs, tenantId } from '../../builders/alert-ingest.ts';
import { beacon, block, scan, setUpResponses, tag } from '../../builders/alert-responses.ts';
import { callerWith } from '../../builders/serve.ts';
import { isAcceptOfAction, storageAway } from '../../builders/hooked-tables.ts';
import type { TableWrite, WriteHooks } from '../../builders/hooked-tables.ts';
import { startMicrosoft } from '../../builders/microsoft.ts';
import type { Simulator } from '../../local/simulator/simulator.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startMicrosoft();
});
afterAll(() => simulator.stop());

/** Storage fails at these writes, while `isAway`. */
function failing(isHit: (write: TableWrite) => boolean, when: keyof WriteHooks) {
  const trouble = { isAway: true, met: 0 };
  const hook = (write: TableWrite): void => {
    if (!trouble.isAway || !isHit(write)) return;
    trouble.met += 1;
    throw storageAway();
  };
  return { trouble, hooks: { [when]: hook } };
}

const isMark = ({ table, text }: TableWrite): boolean => table === 'ledger' && text.includes('"partitionKey":"direct"');

/** An alert that is made, of whose actions and evidence storage took nothing yet. */
async function setUpHalfWay(isHit = isAcceptOfAction) {
  const { trouble, hooks } = failing(isHit, 'before');
  const bench = await setUpResponses(simulator, [scan, tag, block], hooks);
  const alert = await bench.send();
  expect(alert).toMatchObject({ status: 'Running', stage: 'Applying', attempts: 0, result: { merged: false } });
  expect(bench.alerts()).toHaveLength(1);
  return {
    ...bench,
    alert,
    /** What was started in the end. */
    count: async () => [bench.alerts().length, (await bench.operations('Action')).length, bench.rows().length],
    storageIsBack: () => (trouble.isAway = false),
  };
}

describe('what goes wrong between an alert and its responses', () => {
  it.each([
    ['the first action', isAcceptOfAction],
    ['the evidence', isMark],
  ])('storage does not answer at %s: all of it is started once, however long that takes', async (_name, isHit) => {
    const { alert, tick, read, count, storageIsBack } = await setUpHalfWay(isHit);
    for (let i = 0; i < 10; i += 1) await tick();
    expect(await read(alert.id)).toMatchObject({ status: 'Running', attempts: 0 });
    storageIsBack();
    for (let i = 0; i < 3; i += 1) await tick();
    expect(await read(alert.id)).toMatchObject({ status: 'Succeeded', attempts: 0 });
    expect(await count()).toEqual([1, 2, 1]);
  });

  it.each([
    ['an action', isAcceptOfAction],
    ['evidence', isMark],
  ])('the answer of storage to %s is lost: nothing is doubled', async (_name, isHit) => {
    const { trouble, hooks } = failing(isHit, 'after');
    const bench = await setUpResponses(simulator, [scan, tag, block], hooks);
    const alert = await bench.send();
    expect(trouble.met).toBeGreaterThan(0);
    trouble.isAway = false;
    for (let i = 0; i < 3; i += 1) await bench.tick();
    expect(await bench.read(alert.id)).toMatchObject({ status: 'Succeeded' });
    expect((await bench.started(alert)).map(({ status }) => status)).toEqual(['Succeeded', 'Succeeded']);
    expect([bench.alerts().length, (await bench.operations('Action')).length, bench.rows().length]).toEqual([1, 2, 1]);
    expect(bench.actions()).toHaveLength(1);
  });

  it('a tenant that is suspended half-way is responded to when it is back in time', async () => {
    const { alert, change, tick, read, count, started, storageIsBack } = await setUpHalfWay();
    await change({ connection: 'Suspended' });
    storageIsBack();
    await tick(30 * minuteMs);
    expect(await read(alert.id)).toMatchObject({ status: 'Running', stage: 'Suspended' });
    expect(await count()).toEqual([1, 0, 0]);
    await change({ connection: 'Connected' });
    for (let i = 0; i < 6; i += 1) await tick();
    expect(await count()).toEqual([1, 2, 1]);
    expect((await started(alert)).map(({ status }) => status)).toEqual(['Succeeded', 'Succeeded']);
  });

  it('nothing is done late: what a suspension outlasted expires, as its operations show', async () => {
    const { alert, change, tick, read, count, started, actions, tags, storageIsBack } = await setUpHalfWay();
    await change({ connection: 'Suspended' });
    storageIsBack();
    await tick(24 * 60 * minuteMs);
    await change({ connection: 'Connected' });
    for (let i = 0; i < 6; i += 1) await tick();
    expect(await read(alert.id)).toMatchObject({ status: 'Succeeded' });
    expect(await count()).toEqual([1, 2, 0]);
    expect((await started(alert)).map(({ error }) => error?.code)).toEqual(['expired', 'expired']);
    expect([actions(), tags()]).toEqual([[], []]);
  });

  it('a tenant that is suspended while the event is searched gets alert and responses when it is back', async () => {
    const { control, send, change, tick, read, alerts, operations, started } = await setUpResponses(simulator, [tag]);
    control.events.clear(tenantId);
    const alert = await send();
    expect(alert.stage).toBe('FindingEvent');
    await change({ connection: 'Suspended' });
    control.events.add(tenantId, { table: 'DeviceNetworkEvents', rows: [beacon] });
    await tick(10 * minuteMs);
    expect([(await read(alert.id)).stage, alerts(), await operations('Action')]).toEqual(['Suspended', [], []]);
    await change({ connection: 'Connected' });
    for (let i = 0; i < 6; i += 1) await tick();
    expect([(await read(alert.id)).status, alerts().length]).toEqual(['Succeeded', 1]);
    expect((await started(alert)).map(({ status }) => status)).toEqual(['Succeeded']);
  });

  it.each([
    ['leaves', { connection: 'Removing' }],
    ['is only observed by then', undefined],
  ] as const)('a tenant that %s: the alert stands, and nothing is started', async (_name, record) => {
    const { alert, change, setPolicy, tick, read, count, storageIsBack } = await setUpHalfWay();
    if (record === undefined) await setPolicy({ alerts: { mode: 'Observe', responses: [scan, tag, block] } });
    else await change(record);
    storageIsBack();
    for (let i = 0; i < 2; i += 1) await tick();
    const { status, result } = await read(alert.id);
    expect([status, typeof result?.alertId, result?.responses]).toEqual(['Succeeded', 'string', undefined]);
    expect(await count()).toEqual([1, 0, 0]);
  });

  it('a cancel stops what was not started, and what was is named', async () => {
    let accepts = 0;
    const isSecond = (write: TableWrite): boolean => isAcceptOfAction(write) && (accepts += 1) > 1;
    const { app, alert, tick, read, count, storageIsBack } = await setUpHalfWay(isSecond);
    const request = { method: 'POST', params: { tenantId, operationId: alert.id } };
    expect((await app.ask('cancelOperation', callerWith('alerts:write'), request)).status).toBe(200);
    storageIsBack();
    for (let i = 0; i < 2; i += 1) await tick();
    expect((await read(alert.id)).result?.responses).toHaveLength(1);
    expect(await count()).toEqual([1, 1, 0]);
  });

  it('what a redrive carries on is responded to, not made again', async () => {
    const bug = { isThere: true };
    const { app, control, send, tick, read, alerts, operations } = await setUpResponses(simulator, [tag], {
      before: (write) => {
        if (bug.isThere && isAcceptOfAction(write)) throw new Error('A bug.');
      },
    });
    const { id } = await send();
    for (let i = 0; i < 9; i += 1) await tick(80 * minuteMs);
    expect(await read(id)).toMatchObject({ status: 'Failed', result: { alertId: alerts()[0]?.id } });
    bug.isThere = false;
    const request = { method: 'POST', params: { tenantId }, json: { ids: [id] } };
    const redriven = await app.ask('redriveDeadLetters', callerWith('deadletters:write'), request);
    expect(redriven.json).toEqual({ redriven: 1 });
    await tick();
    expect(await read(id)).toMatchObject({ status: 'Succeeded', result: { responses: [expect.any(String)] } });
    expect([alerts().length, (await operations('Action')).length]).toEqual([1, 1]);
    expect(control.log.entries({ tenantId, path: '/api/alerts/CreateAlertByReference' })).toHaveLength(1);
  });
});
