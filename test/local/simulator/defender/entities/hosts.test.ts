import { expect, test } from 'vitest';
import { fileEvent } from '../../test-alerts.ts';
import { entityRoles, setUpEntities } from '../../test-entities.ts';
import { pc1, srv1 } from '../../test-machines.ts';
import { tenantId } from '../../test-world.ts';

const bench = setUpEntities();
const get = (path: string) => bench.call('GET', `/api/${path}`);
const sightings = [
  { machineId: pc1.id, firstSeen: '2026-11-01T00:00:00Z', lastSeen: '2026-11-20T09:00:00Z' },
  { machineId: srv1.id, firstSeen: '2026-11-02T00:00:00Z', lastSeen: '2026-11-10T09:00:00Z' },
];

test('a domain and the machines that asked for it', async () => {
  bench.control().domains.seed(tenantId, [{ host: 'Bad.example', sightings }]);
  expect((await get('domains/bad.example/stats')).body).toMatchObject({
    ...{ host: 'bad.example', organizationPrevalence: 2 },
    ...{ orgFirstSeen: '2026-11-01T00:00:00.0000000Z', orgLastSeen: '2026-11-20T09:00:00.0000000Z' },
  });
  expect((await get('domains/BAD.example./stats?lookBackHours=48')).body['organizationPrevalence']).toBe(1);
  expect((await get('domains/bad.example/machines')).value).toHaveLength(2);
  expect((await get('domains/www.bad.example/machines')).value).toEqual([]);
});

test('an address in any spelling', async () => {
  bench.control().ips.seed(tenantId, [{ ipAddress: '2001:db8::5', sightings }]);
  expect((await get('ips/2001:0db8:0:0::5/stats')).body).toMatchObject({
    ...{ ipAddress: '2001:0db8:0:0::5', organizationPrevalence: 2 },
    '@odata.context': expect.stringMatching(/InOrgIPStats$/) as unknown,
  });
});

test.each(['domains/nobody.example', 'ips/203.0.113.9', 'ips/10.0.0.5'])('%s is not known', async (path) => {
  expect(await get(`${path}/stats`)).toMatchObject({
    ...{ status: 200, body: { organizationPrevalence: 0, orgFirstSeen: null, orgLastSeen: null } },
  });
  expect(await get(`${path}/alerts`)).toMatchObject({ status: 200, value: [] });
});

test.each([
  ['domains/bad_name/stats', 'InvalidDomainName'],
  ['domains/a b.example/machines', 'InvalidDomainName'],
  ['ips/203.0.113.999/stats', 'InvalidIpAddress'],
  ['ips/5/alerts', 'InvalidIpAddress'],
  ['ips/bad.example/stats', 'InvalidIpAddress'],
  ['domains/bad.example/stats?lookBackHours=721', 'InvalidInput'],
  ['ips/203.0.113.9/stats?lookBackHours=0', 'InvalidInput'],
])('refuses %s', async (path, code) => {
  expect(await get(path)).toMatchObject({ status: 400, code });
});

test('events and evidence are sightings too', async () => {
  const row = { ...fileEvent, ReportId: 9, RemoteUrl: 'https://bad.example/x', RemoteIP: '203.0.113.9' };
  const { FileName: _name, FolderPath: _path, SHA1: _sha1, ...connection } = row;
  bench.control().events.add(tenantId, { table: 'DeviceNetworkEvents', rows: [connection] });
  bench.control().alerts.seed(tenantId, [
    { machineId: srv1.id, title: 'url', evidence: [{ entityType: 'Url', url: 'bad.example' }] },
    { machineId: srv1.id, title: 'ip', evidence: [{ entityType: 'Ip', ipAddress: '203.0.113.9' }] },
  ]);
  for (const path of ['domains/bad.example', 'ips/203.0.113.9']) {
    expect((await get(`${path}/stats`)).body['organizationPrevalence']).toBe(2);
  }
  expect((await get('domains/bad.example/machines')).value.map(({ id }) => id)).toContain(srv1.id);
  expect((await get('domains/bad.example/alerts')).value).toMatchObject([{ title: 'url' }]);
  expect((await get('ips/203.0.113.9/alerts')).value).toMatchObject([{ title: 'ip' }]);
});

test('a domain names 500 machines at most', async () => {
  const ids = Array.from({ length: 501 }, (_, n) => n.toString(16).padStart(40, '0'));
  bench.control().machines.seed(
    tenantId,
    ids.map((id) => ({ id })),
  );
  bench.control().domains.seed(tenantId, [{ host: 'bad.example', sightings: ids.map((machineId) => ({ machineId })) }]);
  expect((await get('domains/bad.example/machines')).value).toHaveLength(500);
  expect((await get('domains/bad.example/stats')).body['organizationPrevalence']).toBe(501);
});

test('a user by name alone', async () => {
  const { alerts, machines } = bench.control();
  machines.seed(tenantId, [{ ...srv1, logonUsers: [{ accountName: 'ana', accountDomain: 'EXAMPLE' }] }]);
  alerts.seed(tenantId, [
    { machineId: pc1.id, title: 'related', relatedUser: { userName: 'Ana', domainName: 'EXAMPLE' } },
    { machineId: pc1.id, title: 'evidence', evidence: [{ entityType: 'User', accountName: 'ana' }] },
    { machineId: pc1.id, title: 'other', relatedUser: { userName: 'ben', domainName: 'EXAMPLE' } },
  ]);
  expect((await get('users/ana/machines')).value).toHaveLength(2);
  expect((await get('users/ana/alerts')).value.map(({ title }) => title)).toEqual(['evidence', 'related']);
  for (const name of ['ana@example.test', 'EXAMPLE%5Cana', 'nobody']) {
    expect(await get(`users/${name}/machines`)).toMatchObject({ status: 200, value: [] });
    expect(await get(`users/${name}/alerts`)).toMatchObject({ status: 200, value: [] });
  }
});

test.each([
  ['domains/bad.example/stats', 'Url.Read.All'],
  ['domains/bad.example/alerts', 'Alert.Read.All'],
  ['domains/bad.example/machines', 'Machine.Read.All'],
  ['ips/203.0.113.9/stats', 'Ip.Read.All'],
  ['ips/203.0.113.9/alerts', 'Alert.Read.All'],
  ['users/ana/alerts', 'Alert.Read.All'],
  ['users/ana/machines', 'Machine.Read.All'],
])('%s needs %s', async (path, role) => {
  await bench.use([role]);
  expect((await get(path)).status).toBe(200);
  await bench.use(entityRoles.filter((each) => each !== role));
  expect(await get(path)).toMatchObject({ status: 403, code: 'Forbidden' });
});

test('files, domains, ips and users share one row of 100 a minute', async () => {
  bench.control().switches.change({ enforceRateLimits: true });
  const paths = ['domains/a.example/stats', 'ips/203.0.113.9/stats', 'users/ana/machines', `files/${'1'.repeat(40)}`];
  const statuses: number[] = [];
  for (let n = 0; n < 101; n += 1) statuses.push((await get(paths[n % paths.length] ?? '')).status);
  expect(statuses.slice(0, 100)).not.toContain(429);
  expect(statuses.at(100)).toBe(429);
  expect((await get('machines')).status).toBe(200);
});
