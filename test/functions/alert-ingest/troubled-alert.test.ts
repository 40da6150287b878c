import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  beacon,
  creating,
  eventTime,
  finding,
  hunting,
  minuteMs,
  setUpAlertIngest,
  tenantId,
} from '../../builders/alert-ingest.ts';
import { startMicrosoft, world } from '../../builders/microsoft.ts';
import { operationOf } from '../../builders/response-action.ts';
import type { Simulator } from '../../local/simulator/simulator.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startMicrosoft();
});
afterAll(() => simulator.stop());

describe('what goes wrong', () => {
  it('an alert whose answer was lost is found by its mark, not made twice', async () => {
    const { send, later, read, control, made, creations } = await setUpAlertIngest(simulator);
    control.faults.add({ fault: 'drop-after', match: creating, times: 1 });
    const { id, stage, attempts } = operationOf(await send());
    expect([stage, attempts, made().length]).toEqual(['Creating', 1, 1]);
    await later(2 * minuteMs);
    expect(await read(id)).toMatchObject({
      status: 'Succeeded',
      result: { alertId: made()[0]?.id, merged: false, event: { reportId: '20776' } },
    });
    expect([made().length, creations().length]).toEqual([1, 1]);
  });

  it('an alert that never came to Defender is made then', async () => {
    const { send, later, read, control, made } = await setUpAlertIngest(simulator);
    control.faults.add({ fault: 'drop-before', match: creating, times: 1 });
    const { id } = operationOf(await send());
    expect(made()).toEqual([]);
    await later(2 * minuteMs);
    expect([(await read(id))?.status, made().length]).toEqual(['Succeeded', 1]);
  });

  it('a search that fails is an attempt, and goes on where it was', async () => {
    const { send, later, read, control } = await setUpAlertIngest(simulator);
    control.faults.add({ fault: 'http-503', match: { path: hunting.path } });
    const { id, stage, attempts } = operationOf(await send());
    expect([stage, attempts]).toEqual(['FindingEvent', 1]);
    control.faults.clear();
    await later(2 * minuteMs);
    expect((await read(id))?.status).toBe('Succeeded');
  });

  it('a role that is missing is named, per step', async () => {
    const { send, control } = await setUpAlertIngest(simulator);
    control.tenants.consent(tenantId, world.clientId, {
      defender: ['Machine.Read.All'],
      graph: ['ThreatHunting.Read.All'],
    });
    expect(operationOf(await send()).error).toMatchObject({
      code: 'role_missing',
      message: expect.stringContaining('Alert.ReadWrite.All') as unknown,
    });
  });

  it('more than 15 a minute wait for their turn: no attempt, none lost, none twice', async () => {
    const { send, later, read, made, creations } = await setUpAlertIngest(simulator, { onSameTitle: 'Distinct' });
    const ids: string[] = [];
    for (let n = 1; n <= 18; n += 1) {
      const answer = await send({ key: `key-${n}`, data: { ...finding, id: `finding-${n}` } });
      expect(answer.status).toBe(n <= 15 ? 200 : 202);
      ids.push(operationOf(answer).id);
    }
    expect(made()).toHaveLength(15);
    for (const id of ids.slice(15)) expect(await read(id)).toMatchObject({ stage: 'Creating', attempts: 0 });
    for (let minutes = 0; minutes < 2; minutes += 1) await later(minuteMs);
    for (const id of ids) expect(await read(id)).toMatchObject({ status: 'Succeeded', attempts: 0 });
    expect([made().length, creations().length]).toEqual([18, 18]);
    expect(creations().every(({ status }) => status === 200)).toBe(true);
  });

  it('nothing is sent late', async () => {
    const { send, later, read, control, creations } = await setUpAlertIngest(simulator, { submitWithin: 'PT30M' });
    control.events.clear(tenantId);
    const { id } = operationOf(await send());
    for (const minutes of [10, 10, 10]) await later(minutes * minuteMs);
    control.events.add(tenantId, { table: 'DeviceNetworkEvents', rows: [{ ...beacon, Timestamp: eventTime }] });
    await later(minuteMs);
    expect(await read(id)).toMatchObject({ status: 'Failed', error: { code: 'expired' } });
    expect(creations()).toEqual([]);
  });

  it('a cancel ends it while it searches', async () => {
    const { send, later, work, control, creations } = await setUpAlertIngest(simulator);
    control.events.clear(tenantId);
    const { id } = operationOf(await send());
    expect(await work.cancel(tenantId, id)).toMatchObject({ outcome: 'done', operation: { status: 'Canceled' } });
    await later(minuteMs);
    expect(creations()).toEqual([]);
  });

  it('a tenant that leaves takes what was not made with it', async () => {
    const { send, later, read, control, change, creations } = await setUpAlertIngest(simulator);
    control.events.clear(tenantId);
    const { id } = operationOf(await send());
    await change({ connection: 'Removing' });
    await later(10 * minuteMs);
    expect(await read(id)).toMatchObject({ status: 'Canceled', error: { code: 'superseded' } });
    expect(creations()).toEqual([]);
  });
});
