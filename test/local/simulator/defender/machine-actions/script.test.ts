import { describe, expect, test } from 'vitest';
import { setUpMachineActions } from '../../test-machine-actions.ts';
import { srv1 } from '../../test-machines.ts';
import { tenantId } from '../../test-world.ts';
import type { Answer } from '../../test-defender.ts';

const bench = setUpMachineActions();
const hourMs = 3_600_000;
const statusOf = async ({ body }: Answer): Promise<unknown> => (await bench.get(body['id'])).body['status'];

describe('scripted', () => {
  test.each([
    ['Succeeded', 5_000],
    ['Failed', 5_000],
    ['TimeOut', 5_000],
    ['Cancelled', 5_000],
    ['InProgress', 1_000 * hourMs],
    ['Pending', 1_000 * hourMs],
  ] as const)('%s', async (status, afterMs) => {
    bench.control().machineActions.script(tenantId, { status });
    const action = await bench.start('Isolate');
    bench.pass(4_999);
    expect(await statusOf(action)).toBe(status === 'Pending' ? 'Pending' : 'InProgress');
    bench.pass(afterMs - 4_999);
    expect(await statusOf(action)).toBe(status);
  });

  test('the error of a failure, the person who cancels', async () => {
    const { machineActions } = bench.control();
    machineActions.script(tenantId, { status: 'Failed', errorHResult: -2147024891 });
    machineActions.script(tenantId, { status: 'Cancelled', cancelledBy: 'ben@example.test' });
    const [failed, cancelled] = [await bench.start('Isolate'), await bench.start('RunAntiVirusScan')];
    expect((await bench.get(cancelled.body['id'])).body).toMatchObject({ cancellationRequestor: null });
    bench.pass(5_000);
    expect((await bench.get(failed.body['id'])).body).toMatchObject({ errorHResult: -2147024891 });
    expect((await bench.get(cancelled.body['id'])).body).toMatchObject({
      cancellationRequestor: 'ben@example.test',
      cancellationDateTimeUtc: '2026-11-20T10:00:05.0000000Z',
    });
  });

  test('nobody cancels what times out, or has ended by hand', async () => {
    const { machineActions } = bench.control();
    machineActions.script(tenantId, { status: 'Cancelled', times: 2 });
    const [late, done] = [await bench.start('Isolate'), await bench.start('RunAntiVirusScan')];
    machineActions.complete(tenantId, String(done.body['id']));
    machineActions.configure(tenantId, { isOffline: true });
    bench.pass(72 * hourMs);
    const nobody = { cancellationRequestor: null, cancellationDateTimeUtc: null };
    expect((await bench.get(late.body['id'])).body).toMatchObject({ status: 'TimeOut', ...nobody });
    expect((await bench.get(done.body['id'])).body).toMatchObject({ status: 'Succeeded', ...nobody });
  });

  test('by type, by machine, so many times', async () => {
    const { machineActions } = bench.control();
    machineActions.script(tenantId, { status: 'Failed', type: 'RunAntiVirusScan' });
    machineActions.script(tenantId, { status: 'TimeOut', machineId: srv1.id.toUpperCase(), times: 2 });
    const begun = [
      await bench.start('Isolate'),
      await bench.start('RunAntiVirusScan', {}, srv1.id),
      await bench.start('Isolate', {}, srv1.id),
      await bench.start('Offboard', {}, srv1.id),
      await bench.start('RestrictCodeExecution', {}, srv1.id),
    ];
    bench.pass(5_000);
    const ends = [];
    for (const action of begun) ends.push(await statusOf(action));
    expect(ends).toEqual(['Succeeded', 'Failed', 'TimeOut', 'TimeOut', 'Succeeded']);
    expect(machineActions.scripted(tenantId)).toEqual([]);
    expect(() => machineActions.script(tenantId, { status: 'Done' as 'Failed' })).toThrow(RangeError);
    expect(() => machineActions.script(tenantId, { status: 'Failed', type: 'Reboot' as 'Isolate' })).toThrow(
      RangeError,
    );
  });
});
