import { expect, test } from 'vitest';
import { pc1 } from '../../test-machines.ts';
import { eventTime, fileEvent, nowMs, setUpAlerts } from '../../test-alerts.ts';
import { tenantId } from '../../test-world.ts';

const bench = setUpAlerts();

test('an alert on a reported event', async () => {
  const { status, body } = await bench.create();
  expect(status).toBe(200);
  expect(body).toMatchObject({
    ...{ severity: 'High', status: 'New', detectionSource: 'CustomDetection', title: 'Bad file', category: 'Malware' },
    ...{ recommendedAction: 'Look at it', machineId: pc1.id, computerDnsName: 'pc1.example.test' },
    ...{ firstEventTime: eventTime, lastEventTime: eventTime, alertCreationTime: '2026-11-20T10:00:00.0000000Z' },
    ...{ rbacGroupName: 'Laptops', aadTenantId: tenantId, relatedUser: { userName: 'ana', domainName: 'EXAMPLE' } },
    evidence: [{ entityType: 'User' }, { entityType: 'File', fileName: 'a.exe', sha256: null }],
  });
  expect(body['id']).toMatch(/^da\d{18}_-?\d+$/);
  expect(body['@odata.context']).toMatch(/#Alerts\/\$entity$/);
  expect(bench.applied()).toBe(1);
});

test.each([
  ['another fraction of the second', { eventTime: '2026-11-20T09:30:05.7654320Z' }],
  ['fewer digits', { eventTime: '2026-11-20T09:30:05.765Z' }],
  ['another report', { reportId: '20777' }],
  ['another machine', { machineId: 'b'.repeat(40) }],
])('no such event: %s', async (_name, changes) => {
  expect(await bench.create(changes)).toMatchObject({ status: 404, code: 'ResourceNotFound' });
  expect(bench.applied()).toBe(0);
});

test.each([
  [{ title: undefined }, 'MissingRequiredParameter'],
  [{ recommendedAction: '' }, 'MissingRequiredParameter'],
  [{ reportId: 20_776 }, 'InvalidRequestBody'],
  [{ severity: 'Informational' }, 'InvalidInput'],
  [{ severity: 'high' }, 'InvalidInput'],
  [{ category: 'Phishing' }, 'InvalidInput'],
  [{ eventTime: 'yesterday' }, 'InvalidInput'],
])('refuses %j', async (changes, code) => {
  expect(await bench.create(changes)).toMatchObject({ status: 400, code });
});

test('an event that is not available yet cannot be referred to', async () => {
  const late = { ...fileEvent, ReportId: 5 };
  bench.control().events.add(tenantId, { table: 'DeviceEvents', rows: [late], visibleAt: '2026-11-20T10:05:00Z' });
  expect((await bench.create({ reportId: '5' })).status).toBe(404);
  bench.control().clock.advance(300_000);
  expect((await bench.create({ reportId: '5' })).status).toBe(200);
});

test('an open alert with the same title on the machine takes the next one in', async () => {
  const first = await bench.create();
  const later = { ...fileEvent, Timestamp: '2026-11-20T09:40:00.0000001Z', ReportId: 7 };
  bench.control().events.add(tenantId, { table: 'DeviceProcessEvents', rows: [later] });
  bench.control().clock.freeze(nowMs + 60_000);
  const changes = { eventTime: later.Timestamp, reportId: '7' };
  const second = await bench.create({ ...changes, severity: 'Low', description: 'Other' });
  expect(second.body).toMatchObject({
    ...{ id: first.body['id'], severity: 'High', description: 'Found' },
    ...{ firstEventTime: eventTime, lastEventTime: later.Timestamp, lastUpdateTime: '2026-11-20T10:01:00.0000000Z' },
  });
  const other = await bench.create({ ...changes, title: 'Bad file (2)' });
  expect(other.body['id']).not.toBe(first.body['id']);
  await bench.call('PATCH', `/api/alerts/${String(first.body['id'])}`, { status: 'Resolved' });
  expect((await bench.create(changes)).body['id']).not.toBe(first.body['id']);
  expect(bench.control().alerts.list(tenantId)).toHaveLength(3);
});

test('reading is not writing, and 15 a minute are all', async () => {
  await bench.use(['Alert.Read.All']);
  expect((await bench.create()).code).toBe('Forbidden');
  await bench.use(['Alert.ReadWrite.All']);
  bench.control().quotas.clear();
  bench.control().switches.change({ enforceRateLimits: true });
  const statuses = [];
  for (let n = 0; n < 16; n += 1) statuses.push((await bench.create({ title: `Bad file ${n}` })).status);
  expect(statuses.slice(14)).toEqual([200, 429]);
});
