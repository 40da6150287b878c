import { describe, expect, test } from 'vitest';
import { asApp, toSubmission } from '../../test-defender.ts';
import { setUpIndicators } from '../../test-indicators.ts';
import { clientSecret, getToken, otherClientId, otherTenantId } from '../../test-world.ts';
import type { TestDefender } from '../../test-defender.ts';

const bench = setUpIndicators();

describe('list', () => {
  test('pages of the page size link to each other, a $top does not', async () => {
    bench.control().switches.change({ pageSize: 2 });
    await bench.import(['a', 'b', 'c', 'd', 'e'].map((name) => toSubmission({ indicatorValue: `${name}.example` })));
    const seen: unknown[] = [];
    let next: string | undefined = `${bench.simulator().origin}/api/indicators?$filter=action+eq+'Block'`;
    while (next) {
      const { value, body }: Awaited<ReturnType<typeof bench.list>> = await bench.call('GET', next);
      seen.push(value.map(({ indicatorValue }) => indicatorValue));
      next = body['@odata.nextLink'] as string | undefined;
    }
    expect(seen).toEqual([['a.example', 'b.example'], ['c.example', 'd.example'], ['e.example']]);
    const top = await bench.list('?$top=3&$skip=1');
    expect(top.value.map(({ indicatorValue }) => indicatorValue)).toEqual(['b.example', 'c.example', 'd.example']);
    expect(top.body).not.toHaveProperty('@odata.nextLink');
  });

  test.each(['?$top=10001', '?$top=x', "?$filter=externalId eq 'x'", "?$filter=title eq 'x", '?$orderby=title'])(
    'refuses %s',
    async (query) => {
      const answer = await bench.list(query);
      expect([answer.status, answer.code]).toEqual([400, 'ODataError']);
    },
  );

  test('the path in any case, with and without the version', async () => {
    await bench.submit();
    for (const path of ['/api/v1.0/indicators', '/API/Indicators', '/api/V1.0/INDICATORS']) {
      expect((await bench.call('GET', path)).value).toHaveLength(1);
    }
  });

  test('tenants are apart', async () => {
    await bench.submit();
    const other = asApp(bench.simulator(), await getToken(bench.simulator(), { tenantId: otherTenantId }));
    expect((await other.call('GET', '/api/indicators')).value).toEqual([]);
  });
});

describe('Ti.ReadWrite', () => {
  const asOther = async (): Promise<TestDefender> =>
    asApp(
      bench.simulator(),
      await getToken(bench.simulator(), { fields: { client_id: otherClientId, client_secret: clientSecret } }),
    );

  test('reads its own rows and writes none', async () => {
    await bench.submit();
    const other = await asOther();
    expect((await other.call('GET', '/api/indicators')).value).toEqual([]);
    const refused = await other.call('POST', '/api/indicators', toSubmission());
    expect([refused.status, refused.code]).toEqual([403, 'Forbidden']);
  });

  test('with its switch writes its own rows, and not those of others', async () => {
    bench.control().switches.change({ legacyTiReadWrite: true });
    const { body } = await bench.submit();
    const other = await asOther();
    expect((await other.call('POST', '/api/indicators', toSubmission({ action: 'Warn' }))).status).toBe(200);
    expect((await other.call('POST', '/api/indicators', toSubmission())).status).toBe(403);
    expect((await other.call('DELETE', `/api/indicators/${String(body['id'])}`)).status).toBe(403);
    expect((await other.call('GET', '/api/indicators')).value).toHaveLength(1);
  });
});
