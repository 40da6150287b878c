import { beforeEach, describe, expect, test } from 'vitest';
import { setUpHunting } from '../test-hunting.ts';
import { pc1 } from '../test-machines.ts';
import { tenantId } from '../test-world.ts';
import type { AlertSeed } from '../defender/alerts/seed.ts';

const bench = setUpHunting();
const path = '/v1.0/security/alerts_v2';
const seed = (...alerts: readonly Partial<AlertSeed>[]): void =>
  void bench.control().alerts.seed(
    tenantId,
    alerts.map((alert) => ({ machineId: pc1.id, title: 't', ...alert })),
  );
const titles = async (query = ''): Promise<readonly unknown[]> =>
  (await bench.call('GET', `${path}${query}`)).value.map(({ title }) => title);

beforeEach(() => {
  bench.control().alerts.clear(tenantId);
  bench.control().machines.seed(tenantId, [pc1]);
});

test('an alert of Defender in the names of Graph', async () => {
  const evidence = [
    { entityType: 'File', sha1: '1'.repeat(40), fileName: 'a.exe' },
    { entityType: 'User', accountName: 'ana', domainName: 'EXAMPLE' },
    { entityType: 'Process', processId: 7, fileName: 'b.exe' },
    { entityType: 'Ip', ipAddress: '203.0.113.9' },
    { entityType: 'Url', url: 'https://bad.example/' },
    { entityType: 'Registry', registryKey: 'SOFTWARE' },
  ];
  seed({ id: 'da1_1', incidentId: 42, determination: 'CompromisedUser', recommendedAction: 'Look', evidence });
  const { status, body } = await bench.call('GET', `${path}/da1_1`);
  expect([status, body]).toMatchObject([
    200,
    {
      ...{ id: 'da1_1', providerAlertId: 'da1_1', incidentId: '42', status: 'new', severity: 'medium', tenantId },
      ...{ classification: 'unknown', determination: 'compromisedUser', recommendedActions: 'Look', assignedTo: null },
      ...{ serviceSource: 'microsoftDefenderForEndpoint', detectionSource: 'microsoftDefenderForEndpoint' },
      ...{ createdDateTime: '2026-11-20T10:00:00.0000000Z', lastUpdateDateTime: '2026-11-20T10:00:00.0000000Z' },
      evidence: [
        {
          '@odata.type': '#microsoft.graph.security.deviceEvidence',
          mdeDeviceId: pc1.id,
          deviceDnsName: 'pc1.example.test',
        },
        { '@odata.type': '#microsoft.graph.security.fileEvidence', fileDetails: { fileName: 'a.exe' } },
        { '@odata.type': '#microsoft.graph.security.userEvidence', userAccount: { accountName: 'ana' } },
        { '@odata.type': '#microsoft.graph.security.processEvidence', processId: 7 },
        { '@odata.type': '#microsoft.graph.security.ipEvidence', ipAddress: '203.0.113.9' },
        { '@odata.type': '#microsoft.graph.security.urlEvidence', url: 'https://bad.example/' },
        { '@odata.type': '#microsoft.graph.security.registryKeyEvidence', registryKey: 'SOFTWARE' },
      ],
    },
  ]);
});

test.each([
  ['WindowsDefenderAv', 'antivirus'],
  ['CustomerTI', 'customTi'],
  ['CustomDetection', 'customDetection'],
])('detection source %s is %s', async (detectionSource, expected) => {
  seed({ id: 'da1_1', detectionSource });
  expect((await bench.call('GET', `${path}/da1_1`)).body['detectionSource']).toBe(expected);
});

describe('list', () => {
  beforeEach(() => {
    const { graphAlerts, clock } = bench.control();
    seed(
      { title: 'old', alertCreationTime: '2026-11-20T08:00:00Z', lastUpdateTime: '2026-11-20T09:00:00.1234567Z' },
      {
        title: 'closed',
        alertCreationTime: '2026-11-20T07:00:00Z',
        status: 'Resolved',
        assignedTo: 'ana@example.test',
      },
    );
    clock.advance(1_000);
    graphAlerts.seed(tenantId, [{ id: 'id1', title: 'identity', severity: 'high' }]);
  });

  test.each([
    ['', ['identity', 'old', 'closed']],
    ["?$filter=severity eq 'high'", ['identity']],
    ["?$filter=status ne 'resolved'", ['identity', 'old']],
    ["?$filter=serviceSource eq 'microsoftDefenderForEndpoint'", ['old', 'closed']],
    ["?$filter=assignedTo eq 'ana@example.test'", ['closed']],
    ['?$filter=lastUpdateDateTime ge 2026-11-20T09:00:00.1234568Z', ['identity', 'closed']],
    ['?$filter=createdDateTime lt 2026-11-20T08:00:00Z', ['closed']],
    ['?$top=1&$skip=1', ['old']],
  ])('%s', async (query, expected) => {
    expect(await titles(query)).toEqual(expected);
  });

  test.each(["?$filter=title eq 'old'", '?$orderby=createdDateTime', '?$top=x', '?$filter=status eq'])(
    'refuses %s',
    async (query) => {
      expect(await bench.call('GET', `${path}${query}`)).toMatchObject({ status: 400, code: 'BadRequest' });
    },
  );

  test('pages follow each other by their links', async () => {
    bench.control().switches.change({ graphPageSize: 2 });
    const first = await bench.call('GET', `${path}?$count=true&$filter=severity ne 'low'`);
    expect([first.value.length, first.body['@odata.count']]).toEqual([2, 3]);
    const link = new URL(String(first.body['@odata.nextLink']));
    const second = await bench.call('GET', `${link.pathname}${link.search}`);
    expect(second.value).toMatchObject([{ title: 'closed' }]);
    expect(second.body).not.toHaveProperty('@odata.nextLink');
  });
});

test('reading needs a role for alerts', async () => {
  await bench.use(['ThreatHunting.Read.All']);
  for (const each of [path, `${path}/da1_1`]) {
    expect(await bench.call('GET', each)).toMatchObject({ status: 403, code: 'Forbidden' });
  }
});
