import { describe, expect, test } from 'vitest';
import { fileEvent } from '../../test-alerts.ts';
import { entityRoles, setUpEntities, sha1, sha256 } from '../../test-entities.ts';
import { pc1, srv1 } from '../../test-machines.ts';
import { otherTenantId, tenantId } from '../../test-world.ts';

const bench = setUpEntities();
const get = (path: string) => bench.call('GET', `/api/files/${path}`);
const seed = (changes: object = {}): unknown =>
  bench.control().files.seed(tenantId, [
    {
      ...{ sha1, sha256, size: 1_024, globalPrevalence: 29, determinationType: 'Malware' },
      sightings: [
        { machineId: pc1.id, firstSeen: '2026-11-01T00:00:00Z', lastSeen: '2026-11-20T09:00:00Z', fileName: 'a.exe' },
        { machineId: srv1.id, firstSeen: '2026-10-01T00:00:00Z', lastSeen: '2026-11-18T09:00:00Z', fileName: 'b.exe' },
        { machineId: srv1.id, lastSeen: '2026-11-18T08:00:00Z', fileName: 'a.exe' },
      ],
      ...changes,
    },
  ]);

test.each([sha1, sha256, sha1.toUpperCase()])('a file by %s', async (hash) => {
  seed();
  const { status, body } = await get(hash);
  expect([status, body]).toMatchObject([
    200,
    { sha1, sha256, md5: null, size: 1_024, globalPrevalence: 29, determinationType: 'Malware', signer: null },
  ]);
  expect(body['@odata.context']).toMatch(/#Files\/\$entity$/);
});

test('a file that nobody knows', async () => {
  for (const path of [sha1, sha256, `${sha1}/stats`]) {
    expect(await get(path)).toMatchObject({ status: 404, code: 'ResourceNotFound' });
  }
  for (const path of [`${sha1}/alerts`, `${sha1}/machines`]) {
    expect(await get(path)).toMatchObject({ status: 200, value: [] });
  }
});

test.each(['abc', 'z'.repeat(40), '1'.repeat(32)])('%s is no hash', async (hash) => {
  expect(await get(hash)).toMatchObject({ status: 400, code: 'InvalidHashValue' });
});

test.each(['stats', 'alerts', 'machines'])('%s takes no SHA-256', async (what) => {
  seed();
  expect(await get(`${sha256}/${what}`)).toMatchObject({ status: 400, code: 'InvalidHashValue' });
});

describe('stats', () => {
  test('count the machines of the hours that are looked back', async () => {
    seed();
    expect((await get(`${sha1}/stats`)).body).toMatchObject({
      ...{ sha1, organizationPrevalence: 2, globallyPrevalence: 29, topFileNames: ['a.exe', 'b.exe'] },
      ...{ orgFirstSeen: '2026-10-01T00:00:00.0000000Z', orgLastSeen: '2026-11-20T09:00:00.0000000Z' },
      '@odata.context': expect.stringMatching(/#microsoft\.windowsDefenderATP\.api\.InOrgFileStats$/) as unknown,
    });
    expect((await get(`${sha1}/stats?lookBackHours=24`)).body['organizationPrevalence']).toBe(1);
    expect((await get(`${sha1}/stats?lookBackHours=1`)).body['organizationPrevalence']).toBe(1);
  });

  test.each(['0', '721', '-1', 'x', '1.5'])('refuse lookBackHours=%s', async (hours) => {
    seed();
    expect(await get(`${sha1}/stats?lookBackHours=${hours}`)).toMatchObject({ status: 400, code: 'InvalidInput' });
  });
});

test('machines, last seen first, without those that are gone', async () => {
  seed({ sightings: [pc1.id, srv1.id, 'c'.repeat(40)].map((machineId) => ({ machineId })) });
  bench.control().machines.change(tenantId, srv1.id, { lastSeen: '2026-11-20T09:59:00Z' });
  expect((await get(`${sha1}/machines`)).value.map(({ id }) => id)).toEqual([srv1.id, pc1.id]);
  expect((await get(`${sha1}/machines?$top=1`)).value).toHaveLength(1);
});

test('alerts whose evidence names one of its hashes', async () => {
  seed();
  const file = { entityType: 'File' };
  bench.control().alerts.seed(tenantId, [
    { machineId: pc1.id, title: 'sha1', evidence: [{ ...file, sha1 }] },
    { machineId: pc1.id, title: 'sha256', evidence: [{ ...file, sha256: sha256.toUpperCase() }] },
    { machineId: pc1.id, title: 'other', evidence: [{ ...file, sha1: 'd'.repeat(40) }] },
  ]);
  const { value } = await get(`${sha1}/alerts`);
  expect(value.map(({ title }) => title)).toEqual(['sha256', 'sha1']);
  expect(value[0]).toMatchObject({ evidence: [] });
});

test('what a machine has reported is known, as soon as its event is', async () => {
  const late = { ...fileEvent, DeviceId: srv1.id, SHA1: sha1, SHA256: sha256, FileSize: 7, FileName: 'late.exe' };
  bench.control().events.add(tenantId, {
    table: 'DeviceFileEvents',
    rows: [late],
    visibleAt: '2026-11-20T10:05:00Z',
  });
  expect((await get(sha256)).status).toBe(404);
  bench.control().clock.advance(300_000);
  expect((await get(sha256)).body).toMatchObject({ sha1, sha256, size: 7, determinationType: 'Unknown' });
  expect((await get(`${sha1}/stats`)).body).toMatchObject({ organizationPrevalence: 1, topFileNames: ['late.exe'] });
  expect((await get(`${sha1}/machines`)).value).toMatchObject([{ id: srv1.id }]);
});

test('tenants are apart', async () => {
  bench.control().files.seed(otherTenantId, [{ sha1 }]);
  expect((await get(sha1)).status).toBe(404);
});

test.each([
  ['', 'File.Read.All'],
  ['/stats', 'File.Read.All'],
  ['/alerts', 'Alert.Read.All'],
  ['/machines', 'Machine.Read.All'],
])('%s needs %s', async (path, role) => {
  seed();
  await bench.use([role]);
  expect((await get(`${sha1}${path}`)).status).toBe(200);
  await bench.use(entityRoles.filter((each) => each !== role));
  expect(await get(`${sha1}${path}`)).toMatchObject({ status: 403, code: 'Forbidden' });
});
