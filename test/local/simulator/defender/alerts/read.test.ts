import { describe, expect, test } from 'vitest';
import { pc1 } from '../../test-machines.ts';
import { setUpAlerts } from '../../test-alerts.ts';
import { tenantId } from '../../test-world.ts';
import type { AlertSeed } from './seed.ts';

const bench = setUpAlerts();
const titles = async (query: string): Promise<readonly unknown[]> =>
  (await bench.call('GET', `/api/alerts${query}`)).value.map(({ title }) => title);
const seed = (...alerts: readonly Partial<AlertSeed>[]): readonly { readonly id: string }[] =>
  bench.control().alerts.seed(
    tenantId,
    alerts.map((alert) => ({ machineId: pc1.id, title: 't', ...alert })),
  );

describe('list', () => {
  const three = (): void =>
    void seed(
      { title: 'old', lastUpdateTime: '2026-11-20T08:00:00.1234567Z', alertCreationTime: '2026-11-20T07:00:00Z' },
      {
        title: 'new',
        lastUpdateTime: '2026-11-20T09:00:00.1234567Z',
        severity: 'High',
        assignedTo: 'ana@example.test',
      },
      { title: 'closed', status: 'Resolved', alertCreationTime: '2026-11-20T06:00:00Z', incidentId: 7 },
    );

  test.each([
    ['', ['new', 'old', 'closed']],
    ['?$top=1', ['new']],
    ['?$top=1&$skip=1', ['old']],
    ["?$filter=status ne 'Resolved'", ['new', 'old']],
    ["?$filter=severity eq 'high' and status eq 'New'", ['new']],
    ['?$filter=lastUpdateTime ge 2026-11-20T09:00:00.1234568Z', ['closed']],
    ['?$filter=lastUpdateTime ge 2026-11-20T09:00:00.1234567Z', ['new', 'closed']],
    ["?$filter=asssignedTo eq 'ana@example.test'", ['new']],
    ['?$filter=incidentId eq 7', ['closed']],
  ])('%s', async (query, expected) => {
    three();
    expect(await titles(query)).toEqual(expected);
  });

  test.each([
    "?$filter=title eq 'old'",
    "?$filter=machineId eq 'a'",
    '?$expand=comments',
    '?$orderby=id',
    '?$top=10001',
  ])('refuses %s', async (query) => {
    expect((await bench.call('GET', `/api/alerts${query}`)).code).toBe('ODataError');
  });

  test('evidence only when it is asked for, and in a get', async () => {
    const [alert] = seed({ evidence: [{ entityType: 'Ip', ipAddress: '203.0.113.9' }] });
    const evidence = [{ entityType: 'Ip', ipAddress: '203.0.113.9', sha1: null, registryValueName: null }];
    expect((await bench.call('GET', '/api/alerts')).value).toMatchObject([{ evidence: [] }]);
    expect((await bench.call('GET', '/api/alerts?$expand=evidence')).value).toMatchObject([{ evidence }]);
    expect((await bench.call('GET', `/api/alerts/${alert?.id}`)).body).toMatchObject({ evidence });
    expect((await bench.call('GET', '/api/alerts/da1_1')).code).toBe('ResourceNotFound');
  });
});

test('the alerts of a machine, and how many', async () => {
  seed({ title: 'a' }, { title: 'b', status: 'Resolved' }, { machineId: 'c'.repeat(40) });
  const path = `/api/machines/${pc1.id}/alerts`;
  expect((await bench.call('GET', path)).value).toHaveLength(2);
  expect((await bench.call('GET', `${path}?$filter=status ne 'Resolved'`)).value).toMatchObject([{ title: 'a' }]);
  expect((await bench.call('GET', `${path}/$count`)).body).toBe(2);
  expect((await bench.call('GET', `${path}/$count?$filter=status ne 'Resolved'`)).body).toBe(1);
  expect((await bench.call('GET', `${path}/$count?$filter=title eq 'a'`)).code).toBe('ODataError');
  expect((await bench.call('GET', `/api/machines/${'c'.repeat(40)}/alerts`)).code).toBe('ResourceNotFound');
});

describe('what belongs to an alert', () => {
  test('from the evidence of an event', async () => {
    const path = `/api/alerts/${String((await bench.create()).body['id'])}`;
    expect((await bench.call('GET', `${path}/machine`)).body).toMatchObject({ id: pc1.id });
    expect((await bench.call('GET', `${path}/user`)).body).toMatchObject({ id: 'example\\ana', accountName: 'ana' });
    expect((await bench.call('GET', `${path}/files`)).value).toMatchObject([{ sha1: 'd'.repeat(40) }]);
    expect((await bench.call('GET', `${path}/ips`)).value).toEqual([]);
  });

  test('files and users with all that is known of them', async () => {
    const { files, machines } = bench.control();
    files.seed(tenantId, [{ sha1: '1'.repeat(40), sha256: '2'.repeat(64), md5: '3'.repeat(32), globalPrevalence: 29 }]);
    machines.seed(tenantId, [{ id: 'b'.repeat(40), logonUsers: [{ accountName: 'ana', isDomainAdmin: true }] }]);
    const evidence = ['1'.repeat(40), null].map((sha1) => ({ entityType: 'File', sha1, sha256: '2'.repeat(64) }));
    const [alert] = seed({ evidence, relatedUser: { userName: 'ana', domainName: 'EXAMPLE' } });
    expect((await bench.call('GET', `/api/alerts/${alert?.id}/files`)).value).toMatchObject([
      { sha1: '1'.repeat(40), md5: '3'.repeat(32), globalPrevalence: 29 },
    ]);
    expect((await bench.call('GET', `/api/alerts/${alert?.id}/user`)).body).toMatchObject({ logOnMachinesCount: 2 });
    files.clear(tenantId);
  });

  test('addresses and hosts once each', async () => {
    const ip = { entityType: 'Ip', ipAddress: '203.0.113.9' };
    const urls = ['https://bad.example/a', 'bad.example', 'http://other.example:8080/'];
    const [alert] = seed({ evidence: [ip, ip, ...urls.map((url) => ({ entityType: 'Url', url }))] });
    const path = `/api/alerts/${alert?.id}`;
    expect((await bench.call('GET', `${path}/ips`)).value).toEqual([{ id: '203.0.113.9' }]);
    expect((await bench.call('GET', `${path}/domains`)).value).toEqual([
      { host: 'bad.example' },
      { host: 'other.example' },
    ]);
    expect((await bench.call('GET', `${path}/user`)).status).toBe(404);
  });

  test('unknown alert, machine that is gone, roles of their own', async () => {
    const [alert] = seed({ machineId: 'c'.repeat(40) });
    expect((await bench.call('GET', `/api/alerts/${alert?.id}/machine`)).code).toBe('ResourceNotFound');
    for (const what of ['machine', 'user', 'files', 'ips', 'domains']) {
      expect((await bench.call('GET', `/api/alerts/da1_1/${what}`)).code).toBe('ResourceNotFound');
    }
    await bench.use(['Alert.ReadWrite.All']);
    for (const what of ['machine', 'user', 'files', 'ips', 'domains']) {
      expect((await bench.call('GET', `/api/alerts/${alert?.id}/${what}`)).code).toBe('Forbidden');
    }
  });
});
