import { expect, test } from 'vitest';
import { setUpHunting } from '../test-hunting.ts';
import { tenantId } from '../test-world.ts';

const bench = setUpHunting();
const path = '/beta/security/alerts_v2/createAlert';
const entity = {
  entityType: 'device',
  entityIdentifier: 'deviceId',
  identifierValue: 'a'.repeat(40),
  role: 'impacted',
};
const input = {
  ...{ title: 'Bad', severity: 'high', description: 'Found', category: 'Malware', entityDefinitions: [entity] },
};
const create = (changes: object = {}) => bench.call('POST', path, { createAlertInput: { ...input, ...changes } });

test('an alert without an event', async () => {
  const others = [
    { entityType: 'file', entityIdentifier: 'sha256', identifierValue: 'b', role: 'related' },
    { entityType: 'ip', entityIdentifier: 'address', identifierValue: '203.0.113.9', role: 'related' },
  ];
  const { status, body } = await create({ mitreTechniques: ['T1059'], entityDefinitions: [entity, ...others] });
  expect([status, body]).toMatchObject([
    201,
    {
      ...{ status: 'new', severity: 'high', title: 'Bad', detectionSource: 'manual', tenantId },
      ...{ mitreTechniques: ['T1059'], createdDateTime: '2026-11-20T10:00:00.000Z' },
      evidence: [
        {
          '@odata.type': '#microsoft.graph.security.deviceEvidence',
          mdeDeviceId: 'a'.repeat(40),
          detailedRoles: ['impacted'],
        },
        { '@odata.type': '#microsoft.graph.security.fileEvidence', fileDetails: { sha256: 'b' } },
        { '@odata.type': '#microsoft.graph.security.ipEvidence', address: '203.0.113.9' },
      ],
    },
  ]);
  expect(body['id']).toMatch(/_aml$/);
  expect((await bench.call('GET', `/v1.0/security/alerts_v2/${String(body['id'])}`)).body).toMatchObject({
    title: 'Bad',
  });
  expect((await bench.call('GET', '/v1.0/security/alerts_v2/none')).code).toBe('NotFound');
  const listed = await fetch(`${bench.simulator().origin}/_simulator/tenants/${tenantId}/graph-alerts`);
  expect(await listed.json()).toMatchObject({ alerts: [{ title: 'Bad' }] });
  expect(bench.control().alerts.list(tenantId)).toEqual([]);
});

test.each([
  ['no title', { title: '' }],
  ['a severity of Defender', { severity: 'High' }],
  ['no entity', { entityDefinitions: [] }],
  ['too many entities', { entityDefinitions: Array.from({ length: 101 }, () => entity) }],
  ['an unknown entity', { entityDefinitions: [{ ...entity, entityType: 'machine' }] }],
  ['an unknown role', { entityDefinitions: [{ ...entity, role: 'target' }] }],
  ['a long value', { entityDefinitions: [{ ...entity, identifierValue: 'a'.repeat(1_001) }] }],
  ['a long description', { description: 'a'.repeat(5_001) }],
])('refuses %s', async (_name, changes) => {
  expect(await create(changes)).toMatchObject({ status: 400, code: 'BadRequest' });
  expect(bench.control().graphAlerts.list(tenantId)).toEqual([]);
});

test('needs its own role', async () => {
  expect((await bench.call('POST', path, input)).status).toBe(400);
  await bench.use(['SecurityAlert.ReadWrite.All']);
  expect(await create()).toMatchObject({ status: 403, code: 'Forbidden' });
});
