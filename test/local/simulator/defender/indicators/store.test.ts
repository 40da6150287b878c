import { describe, expect, test } from 'vitest';
import { setUpIndicators } from '../../test-indicators.ts';
import { tenantId } from '../../test-world.ts';

const bench = setUpIndicators();

describe('the same indicator again', () => {
  test('keeps id, creator and application, replaces the rest', async () => {
    const first = await bench.submit({
      application: 'first',
      severity: 'Low',
      recommendedActions: 'x',
      rbacGroupNames: ['B', 'a'],
    });
    const second = await bench.submit({
      application: 'second',
      severity: 'High',
      rbacGroupNames: ['A', 'b'],
      indicatorValue: 'BAD.example.',
    });
    expect(second.body).toMatchObject({
      ...{
        id: first.body['id'],
        application: 'first',
        severity: 'High',
        recommendedActions: null,
        lastUpdatedBy: 'Partner App',
      },
    });
    expect(bench.held()).toEqual(['bad.example']);
  });

  test.each([
    ['default', 200, 2],
    ['value+type+scope', 200, 1],
    ['conflict', 400, 1],
  ] as const)('with another action, key %s', async (indicatorKey, status, rows) => {
    bench.control().switches.change({ indicatorKey });
    await bench.submit();
    expect((await bench.submit({ action: 'Warn' })).status).toBe(status);
    expect(bench.held()).toHaveLength(rows);
  });

  test('for other groups is another row', async () => {
    await bench.submit({ rbacGroupNames: ['a'] });
    await bench.submit({ rbacGroupNames: ['a', 'b'] });
    expect(bench.held()).toHaveLength(2);
  });

  test('made by a person: fields change, the creator stays', async () => {
    bench.control().indicators.seed(tenantId, [{ indicatorValue: 'bad.example', indicatorType: 'DomainName' }]);
    const answer = await bench.submit({ title: 'ours' });
    expect(answer.body).toMatchObject({
      createdBy: 'ana@example.test',
      sourceType: 'User',
      createdBySource: 'Portal',
      title: 'ours',
    });
  });
});

describe('expiry', () => {
  test('at the second the row is gone from list, get, delete and the count', async () => {
    const now = Math.ceil(Date.now() / 1_000) * 1_000;
    bench.control().clock.freeze(now);
    bench.control().switches.change({ indicatorLimit: 1 });
    const { body } = await bench.submit({ expirationTime: new Date(now + 2_000).toISOString() });
    bench.control().clock.advance(1_999);
    expect((await bench.list()).value).toHaveLength(1);
    bench.control().clock.advance(1);
    expect((await bench.list()).value).toEqual([]);
    for (const method of ['GET', 'DELETE']) {
      const answer = await bench.call(method, `/api/indicators/${String(body['id'])}`);
      expect([answer.status, answer.code]).toEqual([404, 'ResourceNotFound']);
    }
    expect((await bench.submit({ indicatorValue: 'next.example' })).status).toBe(200);
  });

  test('a time in the past is taken with its switch, and is gone at once', async () => {
    bench.control().switches.change({ acceptPastExpiration: true });
    expect((await bench.submit({ expirationTime: '2020-12-12T00:00:00Z' })).status).toBe(200);
    expect(bench.held()).toEqual([]);
  });
});
