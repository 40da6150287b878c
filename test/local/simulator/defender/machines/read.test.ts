import { beforeEach, describe, expect, test } from 'vitest';
import { namesOf, pc1, setUpMachines, srv1 } from '../../test-machines.ts';
import { otherTenantId, tenantId } from '../../test-world.ts';
import type { Answer } from '../../test-defender.ts';

const bench = setUpMachines();
const allRoles = ['Machine.ReadWrite.All', 'User.Read.All'];

describe('list', () => {
  test('last seen first, with the fields of the resource', async () => {
    const answer = await bench.get('');
    expect(namesOf(answer)).toEqual(['srv1.example.test', 'pc1.example.test']);
    expect(answer.body['@odata.context']).toMatch(/\/api\/\$metadata#Machines$/);
    expect(answer.value[1]).toMatchObject({
      ...pc1,
      lastSeen: '2026-11-20T09:00:00.0000000Z',
      healthStatus: 'Active',
      onboardingStatus: 'Onboarded',
      machineTags: [],
      ipAddresses: [{ ipAddress: '10.0.0.5', operationalStatus: 'Up', type: 'Ethernet' }],
    });
    expect(answer.value[1]).not.toHaveProperty('logonUsers');
    expect(answer.value[1]).not.toHaveProperty('addressPeriods');
  });

  test('a tenant without machines has no list, a filter without hits an empty one', async () => {
    expect((await bench.get("?$filter=riskScore eq 'High'")).value).toEqual([]);
    bench.control().machines.clear(tenantId);
    const answer = await bench.get('');
    expect([answer.status, answer.code]).toEqual([404, 'NotFound']);
  });

  test.each([
    ["osPlatform eq 'WindowsServer2022'", ['srv1.example.test']],
    ["startswith(computerDnsName,'PC1')", ['pc1.example.test']],
    ["machineTags eq 'pilot'", ['pc1.example.test']],
    ["lastIpAddress in ('10.0.0.5','10.0.0.9')", ['pc1.example.test']],
    ['lastSeen gt 2026-11-20T09:30:00Z', ['srv1.example.test']],
    [`id eq '${pc1.id.toUpperCase()}' and healthStatus ne 'Inactive'`, ['pc1.example.test']],
  ])('filters by %s', async (filter, expected) => {
    bench.control().machines.change(tenantId, pc1.id, { machineTags: ['pilot'] });
    expect(namesOf(await bench.get(`?$filter=${encodeURIComponent(filter)}`))).toEqual(expected);
  });

  test.each(['?$filter=firstSeen gt 2026-01-01Z', '?$top=10001', '?$expand=tags'])('refuses %s', async (query) => {
    expect((await bench.get(query)).code).toBe('ODataError');
  });

  test('$top and $skip', async () => {
    expect(namesOf(await bench.get('?$top=1&$skip=1'))).toEqual(['pc1.example.test']);
  });

  test('tenants are apart', async () => {
    await bench.use(allRoles, otherTenantId);
    expect((await bench.get('')).status).toBe(404);
    expect((await bench.get(`/${pc1.id}`)).status).toBe(404);
  });
});

describe('one machine', () => {
  test.each([pc1.id, pc1.id.toUpperCase(), 'PC1.example.test'])('by %s', async (idOrName) => {
    const answer = await bench.get(`/${idOrName}`);
    expect(answer.body).toMatchObject({ '@odata.context': expect.stringMatching(/#Machine$/) as unknown, ...pc1 });
  });

  test('is not found', async () => {
    const answer = await bench.get('/pc1');
    expect([answer.status, answer.code]).toEqual([404, 'ResourceNotFound']);
    expect(answer.body).toMatchObject({ error: { message: 'Machine pc1 was not found' } });
  });

  test('logged-on users', async () => {
    bench
      .control()
      .machines.seed(tenantId, [{ ...pc1, logonUsers: [{ accountName: 'ana', accountDomain: 'EXAMPLE' }] }]);
    expect((await bench.get(`/${pc1.id}/logonusers`)).value).toMatchObject([
      { id: 'EXAMPLE\\ana', accountName: 'ana' },
    ]);
    expect((await bench.get(`/${srv1.id}/logonusers`)).value).toEqual([]);
    expect((await bench.get('/nobody/logonusers')).status).toBe(404);
  });
});

describe('by address', () => {
  const at = (time: string, ip = '10.0.0.5'): Promise<Answer> => bench.get(`/findbyip(ip='${ip}',timestamp=${time})`);

  beforeEach(() => {
    const period = { ipAddress: '10.0.0.5', from: '2026-11-19T08:00:00Z', to: '2026-11-19T09:00:00Z' };
    bench.control().machines.seed(tenantId, [
      { ...pc1, addressPeriods: [period] },
      { ...srv1, lastIpAddress: '2001:db8::5' },
    ]);
  });

  test.each([
    ['2026-11-19T08:30:00Z', 1],
    ['2026-11-19T09:15:00Z', 1],
    ['2026-11-19T09:15:01Z', 0],
    ['2026-11-19T07:44:59Z', 0],
  ])('seen within 15 minutes of %s: %s', async (time, count) => {
    const answer = await at(time);
    expect([answer.status, answer.value.length]).toEqual([200, count]);
  });

  test('an IPv6 address in any spelling, and never the external address', async () => {
    expect(namesOf(await at('2026-11-20T09:00:00Z', '2001:0db8:0:0::5'))).toEqual(['srv1.example.test']);
    expect((await at('2026-11-20T09:00:00Z', '203.0.113.7')).value).toEqual([]);
  });

  test.each([
    ["findbyip(ip='10.0.0.5',timestamp=2026-10-21T09:59:59Z)", 400, 'InvalidInput'],
    ["findbyip(ip='10.0.0.500',timestamp=2026-11-20T09:00:00Z)", 400, 'InvalidIpAddress'],
    ["findbyip(ip='10.0.0.5',timestamp=soon)", 400, 'InvalidInput'],
    ["findbyip(ip='10.0.0.5')", 400, 'MissingRequiredParameter'],
    ["find(timestamp=2026-11-19T09:16:01Z,key='10.0.0.5')", 404, 'NotFound'],
  ])('%s', async (path, status, code) => {
    const answer = await bench.get(`/${path}`);
    expect([answer.status, answer.code]).toEqual([status, code]);
  });

  test('find reaches 16 minutes', async () => {
    expect(namesOf(await bench.get("/find(timestamp=2026-11-19T09:16:00Z,key='10.0.0.5')"))).toEqual([
      'pc1.example.test',
    ]);
  });
});

test('by tag, whole or by its beginning', async () => {
  bench.control().machines.change(tenantId, pc1.id, { machineTags: ['pilot-1'] });
  expect(namesOf(await bench.get('/findbytag?tag=pilot-1'))).toEqual(['pc1.example.test']);
  expect(namesOf(await bench.get('/findbytag?tag=pilot'))).toEqual([]);
  expect(namesOf(await bench.get('/findbytag?tag=pilot&useStartsWithFilter=true'))).toEqual(['pc1.example.test']);
  expect((await bench.get('/findbytag')).code).toBe('MissingRequiredParameter');
});
