import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { asApp, toSubmission } from '../../test-defender.ts';
import {
  clientId,
  clientSecret,
  getToken,
  otherClientId,
  otherTenantId,
  startTestSimulator,
  tenantId,
} from '../../test-world.ts';
import type { Simulator } from '../../simulator.ts';
import type { TestDefender } from '../../test-defender.ts';

let simulator: Simulator;
let defender: TestDefender;

beforeAll(async () => {
  simulator = await startTestSimulator({ switches: { enforceRateLimits: false } });
  defender = asApp(simulator, await getToken(simulator));
});
afterAll(() => simulator.stop());
beforeEach(() => {
  simulator.control.indicators.clear(tenantId);
  simulator.control.switches.reset();
  simulator.control.faults.clear();
  simulator.control.clock.reset();
});

const submit = (changes: Readonly<Record<string, unknown>> = {}): ReturnType<TestDefender['call']> =>
  defender.call('POST', '/api/indicators', toSubmission(changes));
const importAll = (items: readonly unknown[]): ReturnType<TestDefender['call']> =>
  defender.call('POST', '/api/indicators/import', { Indicators: items });
const list = (query = ''): ReturnType<TestDefender['call']> => defender.call('GET', `/api/indicators${query}`);
const held = (): readonly string[] =>
  simulator.control.indicators.list(tenantId).map(({ indicatorValue }) => indicatorValue);

describe('submit', () => {
  test('creates a row with every field of the live shape', async () => {
    simulator.control.clock.freeze(Date.parse('2026-11-20T12:00:00.123Z'));
    const then = asApp(simulator, await getToken(simulator));
    const sent = {
      severity: 'High',
      expirationTime: '2026-12-20T00:00:00Z',
      externalId: 'ours-77',
      generateAlert: true,
    };
    const answer = await then.call('POST', '/api/indicators', toSubmission(sent));
    expect(answer.status).toBe(200);
    expect(answer.headers.get('request-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect(answer.body).toEqual({
      '@odata.context': `${simulator.origin}/api/$metadata#Indicators/$entity`,
      id: expect.stringMatching(/^\d+$/),
      ...{ indicatorValue: 'bad.example', indicatorType: 'DomainName', action: 'Block', createdBy: clientId },
      ...{
        source: 'Partner App',
        sourceType: 'AadApp',
        createdByDisplayName: 'Partner App',
        createdBySource: 'PublicApi',
      },
      ...{ severity: 'High', category: 1, application: null, educateUrl: null, bypassDurationHours: null, title: 't' },
      ...{ description: 'd', recommendedActions: null, creationTimeDateTimeUtc: '2026-11-20T12:00:00.123000Z' },
      ...{ expirationTime: '2026-12-20T00:00:00Z', lastUpdateTime: '2026-11-20T12:00:00.123000Z', lastUpdatedBy: null },
      ...{ rbacGroupNames: [], rbacGroupIds: [], notificationId: null, notificationBody: null, version: null },
      ...{ mitreTechniques: [], historicalDetection: false, lookBackPeriod: null, generateAlert: true },
      ...{ additionalInfo: null, externalId: 'ours-77', certificateInfo: null },
    });
  });

  test.each([
    ['title left out', { title: undefined }, 'MissingRequiredParameter'],
    ['a name in another case', { title: undefined, Title: 't' }, 'MissingRequiredParameter'],
    ['a field of another type', { title: 5 }, 'InvalidRequestBody'],
    ['groups as text', { rbacGroupNames: 'a,b' }, 'InvalidRequestBody'],
    ['a retired action', { action: 'AlertAndBlock' }, 'InvalidInput'],
    ['a type that only lists know', { indicatorType: 'WebCategory' }, 'InvalidInput'],
    ['a severity that does not exist', { severity: 'Critical' }, 'InvalidInput'],
    ['Audit without an alert', { action: 'Audit' }, 'InvalidInput'],
    ['a time in the past', { expirationTime: '2020-12-12T00:00:00Z' }, 'InvalidInput'],
    ['a time that is none', { expirationTime: 'tomorrow' }, 'InvalidRequestBody'],
    ['an empty value', { indicatorValue: '' }, 'InvalidInput'],
  ])('refuses %s', async (_name, changes, code) => {
    const answer = await submit(changes);
    expect([answer.status, answer.code]).toEqual([400, code]);
    expect(answer.body['error']).toMatchObject({ target: answer.headers.get('request-id') });
    expect(held()).toEqual([]);
  });

  test('refuses what is not JSON', async () => {
    const answer = await defender.call('POST', '/api/indicators', '{"indicatorValue":');
    expect([answer.status, answer.code]).toEqual([400, 'InvalidRequestBody']);
  });

  const sha1 = 'a'.repeat(40);
  test.each([
    ['FileSha1', sha1, ['Allowed', 'Audit', 'Warn', 'Block', 'BlockAndRemediate']],
    ['IpAddress', '203.0.113.9', ['Allowed', 'Audit', 'Warn', 'Block']],
    ['DomainName', 'bad.example', ['Allowed', 'Audit', 'Warn', 'Block']],
    ['Url', 'http://bad.example/x', ['Allowed', 'Audit', 'Warn', 'Block']],
    ['CertificateThumbprint', sha1, ['Allowed', 'BlockAndRemediate']],
  ])('%s takes just its actions', async (indicatorType, indicatorValue, actions) => {
    const taken: string[] = [];
    for (const action of ['Allowed', 'Audit', 'Warn', 'Block', 'BlockAndRemediate']) {
      const answer = await submit({ indicatorType, indicatorValue, action, generateAlert: true });
      if (answer.status === 200) taken.push(action);
      else expect([answer.status, answer.code]).toEqual([400, 'InvalidInput']);
    }
    expect(taken).toEqual(actions);
  });
});

describe('the same indicator again', () => {
  test('keeps id, creator and application, replaces the rest', async () => {
    const first = await submit({
      application: 'first',
      severity: 'Low',
      recommendedActions: 'x',
      rbacGroupNames: ['B', 'a'],
    });
    const second = await submit({
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
    expect(held()).toEqual(['bad.example']);
  });

  test.each([
    ['default', 200, 2],
    ['value+type+scope', 200, 1],
    ['conflict', 400, 1],
  ] as const)('with another action, key %s', async (indicatorKey, status, rows) => {
    simulator.control.switches.change({ indicatorKey });
    await submit();
    expect((await submit({ action: 'Warn' })).status).toBe(status);
    expect(held()).toHaveLength(rows);
  });

  test('for other groups is another row', async () => {
    await submit({ rbacGroupNames: ['a'] });
    await submit({ rbacGroupNames: ['a', 'b'] });
    expect(held()).toHaveLength(2);
  });

  test('made by a person: fields change, the creator stays', async () => {
    simulator.control.indicators.seed(tenantId, [{ indicatorValue: 'bad.example', indicatorType: 'DomainName' }]);
    const answer = await submit({ title: 'ours' });
    expect(answer.body).toMatchObject({
      createdBy: 'ana@example.test',
      sourceType: 'User',
      createdBySource: 'Portal',
      title: 'ours',
    });
  });
});

describe('import', () => {
  test('answers in the order of the request; a bad item fails alone', async () => {
    const answer = await importAll([
      toSubmission({ indicatorType: 'IpAddress', indicatorValue: '203.0.113.9' }),
      toSubmission({ indicatorType: 'IpAddress', indicatorValue: '10.0.0.1' }),
      toSubmission(),
      toSubmission({ title: 'later' }),
    ]);
    expect(answer.status).toBe(200);
    expect(answer.value).toEqual([
      { id: expect.any(String), indicator: '203.0.113.9', isFailed: false, failureReason: null },
      { id: null, indicator: '10.0.0.1', isFailed: true, failureReason: 'IP address 10.0.0.1 is invalid' },
      { id: expect.any(String), indicator: 'bad.example', isFailed: false, failureReason: null },
      { id: answer.value[2]?.['id'], indicator: 'bad.example', isFailed: false, failureReason: null },
    ]);
    expect(simulator.control.indicators.list(tenantId).map(({ title }) => title)).toEqual(['t', 'later']);
  });

  test('with importFailure whole-body one bad item refuses all', async () => {
    simulator.control.switches.change({ importFailure: 'whole-body' });
    const answer = await importAll([
      toSubmission(),
      toSubmission({ indicatorType: 'IpAddress', indicatorValue: '10.0.0.1' }),
    ]);
    expect([answer.status, answer.code, held()]).toEqual([400, 'InvalidIpAddress', []]);
  });

  const many = (count: number): readonly unknown[] =>
    Array.from({ length: count }, (_, index) => toSubmission({ indicatorValue: `h${index}.example` }));

  test.each([
    ['no item', { Indicators: [] }, 'InvalidRequestBody'],
    ['another name', { indicators: many(1) }, 'MissingRequiredParameter'],
    ['501 items', { Indicators: many(501) }, 'MaximumBatchSizeExceeded'],
  ])('refuses %s', async (_name, body, code) => {
    const answer = await defender.call('POST', '/api/indicators/import', body);
    expect([answer.status, answer.code, held()]).toEqual([400, code, []]);
  });

  test('takes 500', async () => {
    expect((await importAll(many(500))).value.filter(({ isFailed }) => isFailed)).toEqual([]);
    expect(held()).toHaveLength(500);
  });

  test('at the limit new ones fail, changes do not; expired ones do not count', async () => {
    simulator.control.switches.change({ indicatorLimit: 2 });
    const inAnHour = new Date(Date.now() + 3_600_000).toISOString();
    await importAll([toSubmission({ expirationTime: inAnHour }), ...many(1)]);
    const full = await importAll([...many(2), toSubmission({ title: 'later' })]);
    expect(full.value.map(({ isFailed }) => isFailed)).toEqual([false, true, false]);
    const single = await submit({ indicatorValue: 'other.example' });
    expect([single.status, single.code]).toEqual([400, 'BadRequest']);
  });

  test('with limitAnswer whole-body the import is refused', async () => {
    simulator.control.switches.change({ indicatorLimit: 2, limitAnswer: 'whole-body' });
    const answer = await importAll(many(3));
    expect([answer.status, answer.code, held()]).toEqual([400, 'BadRequest', []]);
  });
});

describe('expiry', () => {
  test('at the second the row is gone from list, get, delete and the count', async () => {
    const now = Math.ceil(Date.now() / 1_000) * 1_000;
    simulator.control.clock.freeze(now);
    simulator.control.switches.change({ indicatorLimit: 1 });
    const { body } = await submit({ expirationTime: new Date(now + 2_000).toISOString() });
    simulator.control.clock.advance(1_999);
    expect((await list()).value).toHaveLength(1);
    simulator.control.clock.advance(1);
    expect((await list()).value).toEqual([]);
    for (const method of ['GET', 'DELETE']) {
      const answer = await defender.call(method, `/api/indicators/${String(body['id'])}`);
      expect([answer.status, answer.code]).toEqual([404, 'ResourceNotFound']);
    }
    expect((await submit({ indicatorValue: 'next.example' })).status).toBe(200);
  });

  test('a time in the past is taken with its switch, and is gone at once', async () => {
    simulator.control.switches.change({ acceptPastExpiration: true });
    expect((await submit({ expirationTime: '2020-12-12T00:00:00Z' })).status).toBe(200);
    expect(held()).toEqual([]);
  });
});

describe('delete', () => {
  const seed = (count: number): readonly string[] =>
    simulator.control.indicators
      .seed(
        tenantId,
        Array.from({ length: count }, (_, i) => ({ indicatorValue: `s${i}.example`, indicatorType: 'DomainName' })),
      )
      .map(({ id }) => id);
  const deleteAll = (ids: unknown): ReturnType<TestDefender['call']> =>
    defender.call('POST', '/api/indicators/BatchDelete', { IndicatorIds: ids });

  test('one', async () => {
    const [id = ''] = seed(2);
    expect((await defender.call('DELETE', `/api/indicators/${id}`)).status).toBe(204);
    expect((await defender.call('DELETE', `/api/indicators/${id}`)).status).toBe(404);
    expect(held()).toEqual(['s1.example']);
  });

  test('a batch, in which an id may stand twice', async () => {
    const ids = seed(3);
    const answer = await deleteAll([ids[0], ids[1], ids[0]]);
    expect([answer.status, answer.body, held()]).toEqual([204, {}, ['s2.example']]);
  });

  test.each([
    ['atomic', 404, 2],
    ['known-then-404', 404, 0],
    ['known-then-204', 204, 0],
  ] as const)('an unknown id, %s', async (batchDelete, status, left) => {
    simulator.control.switches.change({ batchDelete });
    expect((await deleteAll([...seed(2), '999999'])).status).toBe(status);
    expect(held()).toHaveLength(left);
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

describe('list', () => {
  test('pages of the page size link to each other, a $top does not', async () => {
    simulator.control.switches.change({ pageSize: 2 });
    await importAll(['a', 'b', 'c', 'd', 'e'].map((name) => toSubmission({ indicatorValue: `${name}.example` })));
    const seen: unknown[] = [];
    let next: string | undefined = `${simulator.origin}/api/indicators?$filter=action+eq+'Block'`;
    while (next) {
      const { value, body }: Awaited<ReturnType<typeof list>> = await defender.call('GET', next);
      seen.push(value.map(({ indicatorValue }) => indicatorValue));
      next = body['@odata.nextLink'] as string | undefined;
    }
    expect(seen).toEqual([['a.example', 'b.example'], ['c.example', 'd.example'], ['e.example']]);
    const top = await list('?$top=3&$skip=1');
    expect(top.value.map(({ indicatorValue }) => indicatorValue)).toEqual(['b.example', 'c.example', 'd.example']);
    expect(top.body).not.toHaveProperty('@odata.nextLink');
  });

  test.each(['?$top=10001', '?$top=x', "?$filter=externalId eq 'x'", "?$filter=title eq 'x", '?$orderby=title'])(
    'refuses %s',
    async (query) => {
      const answer = await list(query);
      expect([answer.status, answer.code]).toEqual([400, 'ODataError']);
    },
  );

  test('the path in any case, with and without the version', async () => {
    await submit();
    for (const path of ['/api/v1.0/indicators', '/API/Indicators', '/api/V1.0/INDICATORS']) {
      expect((await defender.call('GET', path)).value).toHaveLength(1);
    }
  });

  test('tenants are apart', async () => {
    await submit();
    const other = asApp(simulator, await getToken(simulator, { tenantId: otherTenantId }));
    expect((await other.call('GET', '/api/indicators')).value).toEqual([]);
  });
});

describe('Ti.ReadWrite', () => {
  const asOther = async (): Promise<TestDefender> =>
    asApp(simulator, await getToken(simulator, { fields: { client_id: otherClientId, client_secret: clientSecret } }));

  test('reads its own rows and writes none', async () => {
    await submit();
    const other = await asOther();
    expect((await other.call('GET', '/api/indicators')).value).toEqual([]);
    const refused = await other.call('POST', '/api/indicators', toSubmission());
    expect([refused.status, refused.code]).toEqual([403, 'Forbidden']);
  });

  test('with its switch writes its own rows, and not those of others', async () => {
    simulator.control.switches.change({ legacyTiReadWrite: true });
    const { body } = await submit();
    const other = await asOther();
    expect((await other.call('POST', '/api/indicators', toSubmission({ action: 'Warn' }))).status).toBe(200);
    expect((await other.call('POST', '/api/indicators', toSubmission())).status).toBe(403);
    expect((await other.call('DELETE', `/api/indicators/${String(body['id'])}`)).status).toBe(403);
    expect((await other.call('GET', '/api/indicators')).value).toHaveLength(1);
  });
});
