import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addressViewSchema, domainViewSchema, fileViewSchema } from '../../../shared/contract/machine.ts';
import type { LedgerEntry } from '../../../shared/indicators/ledger.ts';
import { startMicrosoft } from '../../builders/microsoft.ts';
import { pc1, setUpQuestions, srv1, tenantId } from '../../builders/questions.ts';
import type { Simulator } from '../../local/simulator/simulator.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startMicrosoft();
});
afterAll(() => simulator.stop());

const sha1 = '1'.repeat(40);
const sha256 = '2'.repeat(64);
const md5 = '3'.repeat(32);
const seenByBoth = [
  { machineId: pc1.id, firstSeen: '2026-11-01T00:00:00Z', lastSeen: '2026-11-18T00:00:00Z' },
  { machineId: srv1.id, firstSeen: '2026-11-02T00:00:00Z', lastSeen: '2026-11-19T00:00:00Z' },
];
const organization = {
  ...{ prevalence: 2, firstSeen: '2026-11-01T00:00:00.0000000Z', lastSeen: '2026-11-20T10:00:00.0000000Z' }, // by the alert
};
// As the machines were last seen.
const machines = [
  { id: srv1.id, computerDnsName: srv1.computerDnsName },
  { id: pc1.id, computerDnsName: pc1.computerDnsName },
];
const alerts = [expect.objectContaining({ id: 'da1', title: 'Beacon', severity: 'High', status: 'New' })];
const notFound = { status: 404, json: { code: 'not_found' } };

function held(indicatorType: LedgerEntry['indicatorType'], indicatorValue: string): LedgerEntry {
  return {
    ...{ indicatorType, indicatorValue, indicatorId: '4711', action: 'Block', owners: ['phishing'] },
    ...{ since: '2026-11-01T00:00:00Z', expirationTime: '2026-12-20T00:00:00Z', fingerprint: 'f' },
  };
}
const indicator = { state: 'Present', action: 'Block', owners: ['phishing'] };

async function setUp(policy: object = {}) {
  const questions = await setUpQuestions(simulator, policy);
  const { files, domains, ips, alerts: seeded, events } = questions.control;
  const profile = { sha1, sha256, md5, size: 4_096, fileType: 'Dll', globalPrevalence: 12 };
  files.seed(tenantId, [{ ...profile, determinationType: 'Malware', determinationValue: 'X', sightings: seenByBoth }]);
  domains.seed(tenantId, [{ host: 'bad.example', sightings: seenByBoth }]);
  ips.seed(tenantId, [{ ipAddress: '203.0.113.9', sightings: seenByBoth }]);
  const evidence = [
    { entityType: 'File', sha1, sha256 },
    { entityType: 'Url', url: 'https://bad.example/x' },
    { entityType: 'Ip', ipAddress: '203.0.113.9' },
  ];
  seeded.seed(tenantId, [{ id: 'da1', machineId: pc1.id, title: 'Beacon', severity: 'High', status: 'New', evidence }]);
  const event = { ReportId: 1, RemoteIP: '203.0.113.9' };
  events.add(tenantId, {
    table: 'DeviceNetworkEvents',
    rows: [
      { ...event, DeviceId: pc1.id, DeviceName: pc1.computerDnsName, Timestamp: '2026-11-18T00:00:00Z' },
      { ...event, DeviceId: srv1.id, DeviceName: srv1.computerDnsName, Timestamp: '2026-11-19T00:00:00Z' },
      { ...event, DeviceId: srv1.id, DeviceName: srv1.computerDnsName, Timestamp: '2026-11-17T00:00:00Z' },
    ],
  });
  return questions;
}

describe('GET …/files/{hash}', () => {
  it.each([sha1, sha256, sha256.toUpperCase()])('%s: the file, who has it, and what we do about it', async (hash) => {
    const { ask, hold, calls } = await setUp();
    await hold(held('FileSha256', sha256));
    const answer = await ask(`files/${hash}`);
    expect([answer.status, answer.json]).toEqual([200, expect.anything()]);
    expect(fileViewSchema.parse(answer.json)).toEqual({
      file: {
        ...{ sha1, sha256, md5, size: 4_096, fileType: 'Dll', globalPrevalence: 12 },
        ...{ globalFirstObserved: expect.any(String), globalLastObserved: expect.any(String) },
        ...{ determinationType: 'Malware', determinationValue: 'X' },
      },
      ...{ organization, machines, alerts, indicator, errors: [] },
    });
    expect(calls()).toHaveLength(4);
  });

  it('404 when Defender knows nothing, with one call', async () => {
    const { ask, calls } = await setUp();
    expect(await ask(`files/${'9'.repeat(40)}`)).toMatchObject(notFound);
    expect(calls()).toHaveLength(1);
  });

  it('a file that Defender knows by our indicator alone is known', async () => {
    const { ask, hold } = await setUp();
    await hold(held('FileSha256', '9'.repeat(64)));
    const answer = await ask(`files/${'9'.repeat(64)}`);
    expect(fileViewSchema.parse(answer.json)).toEqual({
      ...{ file: { sha256: '9'.repeat(64) }, organization: { prevalence: 0 }, machines: [], alerts: [], indicator },
      errors: [],
    });
  });

  it('the file itself must be read; its parts are named', async () => {
    const { ask, without, control } = await setUp();
    without('Alert.ReadWrite.All');
    control.faults.add({ fault: 'http-503', match: { path: `/api/files/${sha1}/stats` } });
    const view = fileViewSchema.parse((await ask(`files/${sha256}`)).json);
    expect(view.errors).toEqual([
      { pointer: '#/organization', code: 'temporarily_unavailable', detail: expect.any(String) },
      { pointer: '#/alerts', code: 'role_missing', detail: 'Needs Alert.ReadWrite.All.' },
    ]);
    expect([view.organization, view.alerts, view.machines]).toEqual([undefined, undefined, machines]);
    const other = await setUp();
    other.without('File.Read.All');
    expect(await other.ask(`files/${sha256}`)).toMatchObject({
      ...{ status: 422, json: { code: 'role_missing', detail: 'Needs File.Read.All.' } },
    });
  });
});

describe('GET …/domains/{name}', () => {
  it.each(['bad.example', 'BAD.example'])('%s: who met it', async (name) => {
    const { ask, hold } = await setUp();
    await hold(held('DomainName', 'bad.example'));
    const answer = await ask(`domains/${name}`);
    expect(domainViewSchema.parse(answer.json)).toEqual({
      ...{ domain: 'bad.example', organization, machines, alerts, indicator, errors: [] },
    });
  });

  it('takes a name in any letters', async () => {
    const { ask, control } = await setUp();
    control.domains.seed(tenantId, [{ host: 'xn--bcher-kva.example', sightings: seenByBoth }]);
    const answer = await ask(`domains/${encodeURIComponent('Bücher.example.')}`);
    expect(answer.json).toMatchObject({ domain: 'xn--bcher-kva.example', organization: { prevalence: 2 } });
  });

  it('shows at most 100 machines, those last seen', async () => {
    const { ask, control } = await setUp();
    const many = Array.from({ length: 120 }, (_, i) => ({
      id: i.toString(16).padStart(40, '0'),
      lastSeen: new Date(Date.parse('2026-11-01T00:00:00Z') + i * 60_000).toISOString(),
    }));
    control.machines.seed(tenantId, many);
    control.domains.seed(tenantId, [{ host: 'cdn.example', sightings: many.map(({ id }) => ({ machineId: id })) }]);
    const view = domainViewSchema.parse((await ask('domains/cdn.example')).json);
    expect(view.organization?.prevalence).toBe(120);
    expect(view.machines?.map(({ id }) => id)).toEqual(
      many
        .slice(20)
        .map(({ id }) => id)
        .toReversed(),
    );
  });

  it('404 when Defender knows nothing; an indicator that is there is something, one that is not is nothing', async () => {
    const { ask, hold } = await setUp();
    expect(await ask('domains/unheard.example')).toMatchObject(notFound);
    await hold(held('DomainName', 'unheard.example'));
    expect(domainViewSchema.parse((await ask('domains/unheard.example')).json).indicator).toEqual(indicator);
    const { indicatorId: _id, ...refused } = held('DomainName', 'refused.example');
    await hold({ ...refused, refused: { reason: 'No.', at: '2026-11-20T09:00:00Z' } });
    expect(await ask('domains/refused.example')).toMatchObject(notFound);
  });

  it('"nothing" is not said while a part could not be read', async () => {
    const { ask, control } = await setUp();
    control.faults.add({ fault: 'http-503', match: { path: '/api/domains/unheard.example/alerts' } });
    const view = domainViewSchema.parse((await ask('domains/unheard.example')).json);
    expect(view).toMatchObject({ organization: { prevalence: 0 }, machines: [], indicator: { state: 'Unknown' } });
    expect(view.errors).toEqual([expect.objectContaining({ pointer: '#/alerts', code: 'temporarily_unavailable' })]);
  });

  it('when no part can be read, that is the answer', async () => {
    const { ask, control, budgets, without } = await setUp();
    control.faults.add({ fault: 'http-503', match: { path: '/api/domains' } });
    expect(await ask('domains/bad.example')).toMatchObject({ status: 503, json: { code: 'temporarily_unavailable' } });
    control.faults.clear();
    while ((await budgets.take(tenantId, 'entities')).granted);
    expect(await ask('domains/bad.example')).toMatchObject({ status: 429, json: { code: 'too_many_requests' } });
    const other = await setUp();
    without('Url.Read.All', 'Alert.ReadWrite.All', 'Machine.Read.All', 'Machine.ReadWrite.All');
    expect(await other.ask('domains/bad.example')).toMatchObject({ status: 422, json: { code: 'role_missing' } });
  });
});

describe('GET …/ips/{address}', () => {
  it('who met it is a query, which a tenant has to allow', async () => {
    const { ask, hold, setPolicy, calls } = await setUp();
    await hold(held('IpAddress', '203.0.113.9'));
    const off = addressViewSchema.parse((await ask('ips/203.0.113.9')).json);
    expect(off).toEqual({
      ...{ ipAddress: '203.0.113.9', organization, alerts, indicator },
      errors: [{ pointer: '#/machines', code: 'refused_by_policy', detail: expect.any(String) }],
    });
    expect(calls().filter(({ method }) => method === 'POST')).toEqual([]);
    await setPolicy({ queries: { allowed: true } });
    const on = addressViewSchema.parse((await ask('ips/203.0.113.9')).json);
    expect(on).toEqual({ ipAddress: '203.0.113.9', organization, machines, alerts, indicator, errors: [] });
  });

  it.each([{ allowed: true }, { allowed: false }])('404 when Defender knows nothing, queries: %j', async (queries) => {
    const { ask } = await setUp({ queries });
    for (const address of ['198.51.100.7', '10.0.0.99', '2001:db8::7']) {
      expect(await ask(`ips/${encodeURIComponent(address)}`)).toMatchObject(notFound);
    }
  });

  it('an IPv6 address is one in every spelling, in our records too', async () => {
    const { ask, hold, control } = await setUp();
    control.ips.seed(tenantId, [{ ipAddress: '2001:db8::9', sightings: seenByBoth }]);
    await hold(held('IpAddress', '2001:0db8:0000:0000:0000:0000:0000:0009'));
    const answer = await ask(`ips/${encodeURIComponent('2001:DB8:0::9')}`);
    expect(answer.json).toMatchObject({ ipAddress: '2001:db8::9', organization: { prevalence: 2 }, indicator });
  });

  it('a query that fails is named', async () => {
    const { ask, control } = await setUp({ queries: { allowed: true } });
    control.switches.change({ huntingLimit: 'cpu' });
    const view = addressViewSchema.parse((await ask('ips/203.0.113.9')).json);
    expect(view.errors).toEqual([expect.objectContaining({ pointer: '#/machines', code: 'too_many_requests' })]);
  });
});

describe('what names nothing', () => {
  it.each([
    [`files/${'1'.repeat(32)}`, 'hash'],
    ['files/xyz', 'hash'],
    ['domains/bad', 'name'],
    ['domains/a%2Fb.example', 'name'],
    ['domains/..', 'name'],
    ['ips/203.0.113', 'address'],
    ['ips/203.0.113.9%2F24', 'address'],
    ['ips/1%27%20or', 'address'],
  ])('%s is refused, unasked', async (path, parameter) => {
    const { ask, calls } = await setUp();
    expect(await ask(path)).toMatchObject({
      ...{ status: 400, json: { code: 'invalid_field', errors: [{ parameter, code: 'invalid_format' }] } },
    });
    expect(calls()).toEqual([]);
  });
});
