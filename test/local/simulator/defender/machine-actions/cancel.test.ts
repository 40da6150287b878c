import { describe, expect, test } from 'vitest';
import { setUpMachineActions } from '../../test-machine-actions.ts';
import { clientId, tenantId } from '../../test-world.ts';
import type { Answer } from '../../test-defender.ts';

const bench = setUpMachineActions();
const statusOf = async ({ body }: Answer): Promise<unknown> => (await bench.get(body['id'])).body['status'];

describe('cancelling', () => {
  test.each([
    ['Pending', 0],
    ['InProgress', 2_000],
  ])('%s', async (_status, ms) => {
    const action = await bench.start('Isolate');
    bench.pass(ms);
    const { status, body } = await bench.cancel(action.body['id']);
    const at = `2026-11-20T10:00:0${ms / 1_000}.0000000Z`;
    expect([status, body]).toMatchObject([
      200,
      {
        ...{ id: action.body['id'], status: 'Cancelled', cancellationRequestor: clientId },
        ...{ cancellationComment: 'not needed', cancellationDateTimeUtc: at, lastUpdateDateTimeUtc: at },
      },
    ]);
    bench.pass(10_000);
    expect(await statusOf(action)).toBe('Cancelled');
    expect((await bench.start('Unisolate')).status).toBe(201);
  });

  test.each(['Succeeded', 'Failed', 'TimeOut', 'Cancelled'] as const)('%s: too late', async (status) => {
    const { machineActions, switches } = bench.control();
    machineActions.script(tenantId, { status });
    const action = await bench.start('Isolate');
    bench.pass(5_000);
    const before = (await bench.get(action.body['id'])).body;
    const refused = await bench.cancel(action.body['id']);
    expect([refused.status, refused.code]).toEqual([400, 'BadRequest']);
    switches.change({ cancelEnded: 'answer' });
    expect(await bench.cancel(action.body['id'])).toMatchObject({ status: 200, body: before });
    expect(bench.applied()).toBe(1);
  });

  test('it takes its time, and comes too late for what ends before', async () => {
    bench.control().machineActions.configure(tenantId, { cancelMs: 3_000 });
    const [early, late] = [await bench.start('Isolate'), await bench.start('RunAntiVirusScan')];
    expect((await bench.cancel(early.body['id'])).body).toMatchObject({
      status: 'Pending',
      cancellationRequestor: clientId,
    });
    bench.pass(2_500);
    await bench.cancel(late.body['id']);
    expect((await bench.cancel(early.body['id'], { Comment: 'once more' })).body).toMatchObject({
      status: 'InProgress',
      cancellationComment: 'not needed',
    });
    bench.pass(500);
    expect(await statusOf(early)).toBe('Cancelled');
    bench.pass(2_000);
    expect(await statusOf(late)).toBe('Succeeded');
  });

  test.each([
    [{}, 400, 'MissingRequiredParameter'],
    [{ comment: 'c' }, 400, 'MissingRequiredParameter'],
    ['{', 400, 'InvalidRequestBody'],
  ])('refuses %j', async (body, status, code) => {
    const action = await bench.start('Isolate');
    const answer = await bench.cancel(action.body['id'], body);
    expect([answer.status, answer.code]).toEqual([status, code]);
    expect(await statusOf(action)).toBe('Pending');
  });

  test('an unknown one', async () => {
    const answer = await bench.cancel('9e000000-0000-4000-8000-000000000010');
    expect([answer.status, answer.code]).toEqual([404, 'ResourceNotFound']);
  });
});
