import { describe, expect, test } from 'vitest';
import { nowMs, setUpHunting } from '../test-hunting.ts';
import { getToken, tenantId } from '../test-world.ts';
import { asApp } from '../test-defender.ts';

const bench = setUpHunting();
const machine = 'a'.repeat(40);
const at = '2026-11-20T09:30:05.7654321Z';
const add = (table: string, rows: readonly object[], visibleAt?: string): void =>
  void bench.control().events.add(tenantId, { table, rows: rows as never, ...(visibleAt ? { visibleAt } : {}) });
const path = '/v1.0/security/runHuntingQuery';

test('answers as the service does: lower-case keys, types, seven digits', async () => {
  add('DeviceNetworkEvents', [{ Timestamp: at, DeviceId: machine, ReportId: 20_776, RemoteIP: '203.0.113.9' }]);
  const query =
    "DeviceNetworkEvents | where Timestamp > ago(1d) and RemoteIP == '203.0.113.9' | project Timestamp, DeviceId, ReportId, ActionType | top 1 by Timestamp desc";
  const { status, body } = await bench.run(query);
  expect([status, body]).toEqual([
    200,
    {
      '@odata.context': expect.stringMatching(/\/v1\.0\/\$metadata#microsoft\.graph\.security\.huntingQueryResults$/),
      schema: [
        { name: 'Timestamp', type: 'DateTime' },
        { name: 'DeviceId', type: 'String' },
        { name: 'ReportId', type: 'Int64' },
        { name: 'ActionType', type: 'String' },
      ],
      results: [{ Timestamp: at, DeviceId: machine, ReportId: 20_776, ActionType: '' }],
    },
  ]);
});

test('an event is found once it is available', async () => {
  add('DeviceEvents', [{ Timestamp: at, DeviceId: machine }], '2026-11-20T10:04:00Z');
  expect(await bench.rows('DeviceEvents')).toEqual([]);
  bench.control().clock.freeze(nowMs + 240_000);
  expect(await bench.rows('DeviceEvents')).toHaveLength(1);
});

test.each([
  [undefined, ['1', '2']],
  ['P30D', ['1', '2']],
  ['P100D', ['1', '2']],
  ['P1D', ['1']],
  ['PT29M', []],
  ['2026-11-10', ['1', '2']],
  ['2026-11-10T00:00:00Z/2026-11-12T00:00:00Z', ['2']],
  ['2026-11-10T00:00:00Z/P2D', ['2']],
  ['P2D/2026-11-12T00:00:00Z', ['2']],
])('Timespan %s', async (timespan, expected) => {
  add('DeviceEvents', [
    { Timestamp: at, FileName: '1' },
    { Timestamp: '2026-11-11T00:00:00Z', FileName: '2' },
    { Timestamp: '2026-10-01T00:00:00Z', FileName: '3' },
  ]);
  expect((await bench.rows('DeviceEvents', timespan)).map(({ FileName }) => FileName)).toEqual(expected);
});

describe('refuses', () => {
  test.each([
    ['an unknown table', 'DeviceEvent | take 1'],
    ['an unknown column', 'DeviceEvents | where Nothing == 1'],
    ['wrong types', 'DeviceEvents | where FileName > 5d'],
    ['wrong grammar', "DeviceEvents | where FileName == 'a"],
    ['an unknown function', 'DeviceEvents | extend x = nothing(FileName)'],
  ])('%s', async (_name, query) => {
    expect(await bench.run(query)).toMatchObject({ status: 400, code: 'BadRequest' });
  });

  test.each([
    ['take_any(*)', 'DeviceEvents | summarize take_any(*)', 'take_any(*)'],
    ['make-series', 'DeviceEvents | make-series count() on Timestamp step 1h', 'make-series'],
    ['search', 'search "x"', 'the operator search'],
    ['geo_distance_2points', 'print geo_distance_2points(1.0, 1.0, 2.0, 2.0)', 'geo_distance_2points'],
  ])('what it cannot evaluate, by its name: %s', async (_name, query, named) => {
    const { status, body } = await bench.run(query);
    expect([status, body]).toMatchObject([
      400,
      { error: { code: 'BadRequest', message: expect.stringContaining(named) } },
    ]);
  });

  test.each([
    [{}],
    [{ query: 'DeviceEvents' }],
    [{ Query: '' }],
    [{ Query: 'DeviceEvents', Timespan: 'a week' }],
    ['{'],
  ])('the body %j', async (body) => {
    expect(await bench.call('POST', path, body)).toMatchObject({ status: 400, code: 'BadRequest' });
  });

  test('tokens of others, and apps without the role', async () => {
    const defender = asApp(bench.simulator(), await getToken(bench.simulator()));
    const answer = await defender.call('POST', path, { Query: 'DeviceEvents' });
    expect([answer.status, answer.code]).toEqual([401, 'InvalidAuthenticationToken']);
    await bench.use(['SecurityAlert.Read.All']);
    expect(await bench.run('DeviceEvents')).toMatchObject({ status: 403, code: 'Forbidden' });
  });
});

describe('limits', () => {
  test('45 calls a minute, of all apps of the tenant together', async () => {
    bench.control().quotas.clear();
    bench.control().switches.change({ enforceRateLimits: true });
    const statuses = [];
    for (let n = 0; n < 46; n += 1) statuses.push((await bench.run('print 1')).status);
    expect(statuses.slice(44)).toEqual([200, 429]);
    expect(bench.control().quotas.counts()).toMatchObject([{ quota: 'huntingQueries', clientId: '*', requests: 46 }]);
  });

  test.each([
    ['cpu', 429, 'TooManyRequests', '900'],
    ['timeout', 400, 'BadRequest', null],
    ['size', 400, 'BadRequest', null],
  ])('switch %s', async (huntingLimit, status, code, retryAfter) => {
    bench.control().switches.change({ huntingLimit });
    const answer = await bench.run('DeviceEvents');
    expect([answer.status, answer.code, answer.headers.get('retry-after')]).toEqual([status, code, retryAfter]);
  });
});
