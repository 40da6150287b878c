import { describe, expect, test } from 'vitest';
import { setUpIndicators } from '../../test-indicators.ts';
import { tenantId } from '../../test-world.ts';
import type { Answer } from '../../test-defender.ts';

const bench = setUpIndicators();

describe('delete', () => {
  const seed = (count: number): readonly string[] =>
    bench
      .control()
      .indicators.seed(
        tenantId,
        Array.from({ length: count }, (_, i) => ({ indicatorValue: `s${i}.example`, indicatorType: 'DomainName' })),
      )
      .map(({ id }) => id);
  const deleteAll = (ids: unknown): Promise<Answer> =>
    bench.call('POST', '/api/indicators/BatchDelete', { IndicatorIds: ids });

  test('one', async () => {
    const [id = ''] = seed(2);
    expect((await bench.call('DELETE', `/api/indicators/${id}`)).status).toBe(204);
    expect((await bench.call('DELETE', `/api/indicators/${id}`)).status).toBe(404);
    expect(bench.held()).toEqual(['s1.example']);
  });

  test('a batch, in which an id may stand twice', async () => {
    const ids = seed(3);
    const answer = await deleteAll([ids[0], ids[1], ids[0]]);
    expect([answer.status, answer.body, bench.held()]).toEqual([204, {}, ['s2.example']]);
  });

  test.each([
    ['atomic', 404, 2],
    ['known-then-404', 404, 0],
    ['known-then-204', 204, 0],
  ] as const)('an unknown id, %s', async (batchDelete, status, left) => {
    bench.control().switches.change({ batchDelete });
    expect((await deleteAll([...seed(2), '999999'])).status).toBe(status);
    expect(bench.held()).toHaveLength(left);
  });

  test.each([
    ['none', [], 'InvalidRequestBody'],
    ['a number', [1], 'InvalidRequestBody'],
    ['an id that is no number', ['abc'], 'InvalidInput'],
    ['no list', undefined, 'MissingRequiredParameter'],
    ['501', Array.from({ length: 501 }, (_, i) => String(i)), 'MaximumBatchSizeExceeded'],
  ])('refuses %s', async (_name, ids, code) => {
    const answer = await deleteAll(ids);
    expect([answer.status, answer.code]).toEqual([400, code]);
  });
});
