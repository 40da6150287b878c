import { describe, expect, test } from 'vitest';
import { setUpMachineActions } from '../../test-machine-actions.ts';
import { pc1, srv1 } from '../../test-machines.ts';
import { tenantId } from '../../test-world.ts';
import { machineActionTypes } from './resource.ts';
import type { Answer } from '../../test-defender.ts';
import type { MachineActionType } from './resource.ts';

const bench = setUpMachineActions();
const hourMs = 3_600_000;
const statusOf = async ({ body }: Answer): Promise<unknown> => (await bench.get(body['id'])).body['status'];
const patience = (type: MachineActionType): number => (type === 'LiveResponse' ? 2 : 72) * hourMs;

describe('time', () => {
  test.each(machineActionTypes.map((type) => [type]))('%s: pending, in progress, succeeded', async (type) => {
    const action = await bench.start(type);
    const seen = [];
    for (const ms of [0, 1_999, 1, 2_999, 1]) {
      bench.pass(ms);
      const { status, lastUpdateDateTimeUtc } = (await bench.get(action.body['id'])).body;
      seen.push(`${String(status)} ${String(lastUpdateDateTimeUtc).slice(17, 19)}`);
    }
    expect(seen).toEqual(['Pending 00', 'Pending 00', 'InProgress 02', 'InProgress 02', 'Succeeded 05']);
  });

  test('delays of all machines, and of one', async () => {
    const { machineActions } = bench.control();
    machineActions.configure(tenantId, { checkInMs: 10_000, workMs: 0 });
    machineActions.configure(tenantId, { checkInMs: 0 }, srv1.id.toUpperCase());
    const [slow, fast] = [await bench.start('Isolate'), await bench.start('Isolate', {}, srv1.id)];
    expect([await statusOf(slow), await statusOf(fast)]).toEqual(['Pending', 'Succeeded']);
    bench.pass(10_000);
    expect(await statusOf(slow)).toBe('Succeeded');
  });

  test('new delays hold for what still waits', async () => {
    const { machineActions } = bench.control();
    const [waiting, working] = [await bench.start('Isolate'), await bench.start('Isolate', {}, srv1.id)];
    machineActions.configure(tenantId, { checkInMs: 0 }, srv1.id);
    machineActions.configure(tenantId, { checkInMs: 60_000 }, pc1.id);
    expect([await statusOf(waiting), await statusOf(working)]).toEqual(['Pending', 'InProgress']);
    machineActions.configure(tenantId, { workMs: 60_000 }, srv1.id);
    bench.pass(3_000);
    expect([await statusOf(waiting), await statusOf(working)]).toEqual(['Pending', 'Succeeded']);
    bench.pass(60_000);
    expect(await statusOf(waiting)).toBe('Succeeded');
  });

  test.each([{ workMs: -1 }, { workMs: '1' }, { isOffline: 1 }, { speed: 1 }])('there is no setting %j', (changes) => {
    expect(() => bench.control().machineActions.configure(tenantId, changes as object)).toThrow(RangeError);
  });
});

describe('offline', () => {
  test.each(machineActionTypes.map((type) => [type]))('%s is pending, then times out', async (type) => {
    bench.control().machineActions.configure(tenantId, { isOffline: true }, pc1.id);
    const action = await bench.start(type);
    bench.pass(patience(type) - 1);
    expect(await statusOf(action)).toBe('Pending');
    bench.pass(1);
    expect(await statusOf(action)).toBe('TimeOut');
    expect((await bench.start(type)).status).toBe(201);
  });

  test('it goes on when the machine comes back, and not after its time', async () => {
    const { machineActions } = bench.control();
    machineActions.configure(tenantId, { isOffline: true });
    const [early, late] = [await bench.start('Isolate'), await bench.start('LiveResponse')];
    bench.pass(hourMs);
    machineActions.configure(tenantId, { isOffline: false });
    bench.pass(1_999);
    expect([await statusOf(early), await statusOf(late)]).toEqual(['Pending', 'Pending']);
    bench.pass(3_001);
    expect([await statusOf(early), await statusOf(late)]).toEqual(['Succeeded', 'Succeeded']);
    machineActions.configure(tenantId, { isOffline: true });
    const lost = await bench.start('LiveResponse');
    bench.pass(2 * hourMs);
    machineActions.configure(tenantId, { isOffline: false });
    bench.pass(hourMs);
    expect(await statusOf(lost)).toBe('TimeOut');
  });

  test('a machine that goes away keeps what it has begun', async () => {
    const [begun, waiting] = [await bench.start('Isolate'), await bench.start('Isolate', {}, srv1.id)];
    bench.pass(1_000);
    bench.control().machineActions.configure(tenantId, { isOffline: true }, srv1.id);
    bench.pass(1_000);
    bench.control().machineActions.configure(tenantId, { isOffline: true }, pc1.id);
    bench.pass(3_000);
    expect([await statusOf(begun), await statusOf(waiting)]).toEqual(['Succeeded', 'Pending']);
  });
});
