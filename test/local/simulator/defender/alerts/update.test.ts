import { describe, expect, test } from 'vitest';
import { pc1 } from '../../test-machines.ts';
import { nowMs, setUpAlerts } from '../../test-alerts.ts';
import { tenantId } from '../../test-world.ts';
import type { Answer } from '../../test-defender.ts';

const bench = setUpAlerts();
const alert = (id = 'da1_1', title = 't') => ({ id, machineId: pc1.id, title });
const held = () => bench.control().alerts.list(tenantId);

describe('PATCH', () => {
  const patch = (body: unknown, id = 'da1_1'): Promise<Answer> => {
    if (held().length === 0) bench.control().alerts.seed(tenantId, [alert()]);
    return bench.call('PATCH', `/api/alerts/${id}`, body);
  };

  test('changes what it names, and keeps the rest', async () => {
    const answer = await patch({
      ...{ status: 'Resolved', assignedTo: 'ana@example.test', classification: 'FalsePositive' },
      ...{ determination: 'Malware', comment: 'Seen' },
    });
    expect(answer).toMatchObject({
      status: 200,
      body: {
        ...{ status: 'Resolved', severity: 'Medium', resolvedTime: '2026-11-20T10:00:00.0000000Z' },
        ...{ classification: 'FalsePositive', determination: 'Malware' },
        comments: [{ comment: 'Seen', createdBy: 'Partner App', createdTime: '2026-11-20T10:00:00.0000000Z' }],
      },
    });
    bench.control().clock.freeze(nowMs + 1_000);
    expect((await patch({ status: 'InProgress' })).body).toMatchObject({
      ...{ resolvedTime: null, lastUpdateTime: '2026-11-20T10:00:01.0000000Z', assignedTo: 'ana@example.test' },
    });
    expect((await patch({ comment: 'Again' })).body['comments']).toHaveLength(2);
  });

  test.each([
    [{ status: 'Unknown' }, 'InvalidInput'],
    [{ status: 'resolved' }, 'InvalidInput'],
    [{ Status: 'Resolved' }, 'InvalidRequestBody'],
    [{ comment: 1 }, 'InvalidRequestBody'],
    [{ classification: 'Informational, expected activity' }, 'InvalidInput'],
    [{ determination: 'Apt' }, 'InvalidInput'],
    ['{', 'InvalidRequestBody'],
  ])('refuses %j', async (body, code) => {
    expect(await patch(body)).toMatchObject({ status: 400, code });
    expect(bench.applied()).toBe(0);
  });

  test.each([
    [{ classification: 'TruePositive', determination: 'Malware' }, 200],
    [{ classification: 'FalsePositive', determination: 'NotMalicious' }, 200],
    [{ classification: 'FalsePositive', determination: 'Malware' }, 400],
    [{ determination: 'Malware' }, 400],
  ])('strictDetermination: %j', async (body, status) => {
    expect((await patch(body)).status).toBe(200);
    bench.control().alerts.clear(tenantId);
    bench.control().switches.change({ strictDetermination: true });
    expect((await patch(body)).status).toBe(status);
  });

  test('an unknown alert, and a role that only reads', async () => {
    expect((await patch({ status: 'New' }, 'da2_2')).code).toBe('ResourceNotFound');
    await bench.use(['Alert.Read.All']);
    expect((await patch({ status: 'New' })).code).toBe('Forbidden');
  });
});

describe('batchUpdate', () => {
  const update = (alertIds: unknown, changes: object = { status: 'Resolved' }): Promise<Answer> =>
    bench.call('POST', '/api/alerts/batchUpdate', { alertIds, ...changes });
  const seedTwo = (): void => void bench.control().alerts.seed(tenantId, [alert(), alert('da2_2')]);

  test('all of them, and an empty answer', async () => {
    seedTwo();
    const answer = await update(['da1_1', 'da2_2', 'da1_1'], { status: 'Resolved', comment: 'c' });
    expect([answer.status, answer.body]).toEqual([200, {}]);
    expect(held().map(({ status, comments }) => [status, comments.length])).toEqual([
      ['Resolved', 1],
      ['Resolved', 1],
    ]);
  });

  test.each([
    [['da1_1', 'da3_3'], 404, 'ResourceNotFound'],
    [[], 400, 'InvalidRequestBody'],
    ['da1_1', 400, 'InvalidRequestBody'],
    [undefined, 400, 'MissingRequiredParameter'],
    [Array.from({ length: 101 }, (_, n) => `da${n}_1`), 400, 'MaximumBatchSizeExceeded'],
  ])('nothing changes: %j', async (ids, status, code) => {
    seedTwo();
    expect(await update(ids)).toMatchObject({ status, code });
    expect(held().every((each) => each.status === 'New')).toBe(true);
  });

  test('10 a minute', async () => {
    seedTwo();
    bench.control().quotas.clear();
    bench.control().switches.change({ enforceRateLimits: true });
    const statuses = [];
    for (let n = 0; n < 11; n += 1) statuses.push((await update(['da1_1'])).status);
    expect(statuses.slice(9)).toEqual([200, 429]);
  });
});
