import { beforeEach, expect, test } from 'vitest';
import { setUpControl } from '../test-control.ts';
import { pc1 } from '../test-machines.ts';
import { tenantId } from '../test-world.ts';

const bench = setUpControl();
const path = `tenants/${tenantId}/alerts`;
const created = '2026-11-20T10:00:00.0000000Z';
const later = '2026-11-20T10:05:00.0000000Z';

beforeEach(async () => {
  await bench.control('PUT', 'clock', { now: '2026-11-20T10:00:00Z' });
  await bench.control('PUT', path, { alerts: [{ id: 'da1_1', machineId: pc1.id, title: 't' }] });
  await bench.control('DELETE', `tenants/${tenantId}/graph-alerts`);
  await bench.control('PUT', 'clock', { now: '2026-11-20T10:05:00Z' });
});

test('a person resolves an alert and says why', async () => {
  const triage = {
    status: 'Resolved',
    classification: 'TruePositive',
    determination: 'Malware',
    assignedTo: 'ben@example.test',
  };
  const { body } = await bench.control('POST', `${path}/da1_1/triage`, {
    ...triage,
    comment: 'Done',
    by: 'ben@example.test',
  });
  expect(body).toMatchObject({
    ...{ ...triage, resolvedTime: later, lastUpdateTime: later, alertCreationTime: created },
    comments: [{ comment: 'Done', createdBy: 'ben@example.test', createdTime: later }],
  });
  expect((await bench.control('POST', `${path}/da1_1/triage`, { comment: 'More' })).body).toMatchObject({
    comments: [{ comment: 'Done' }, { comment: 'More', createdBy: 'ana@example.test' }],
  });
  expect((await bench.control('POST', `${path}/da1_1/triage`, { status: 'New', assignedTo: null })).body).toMatchObject(
    {
      ...{ status: 'New', assignedTo: null, resolvedTime: null, classification: 'TruePositive' },
    },
  );
});

test.each([{ status: 'resolved' }, { classification: 'x' }, { determination: 1 }, { title: 'x' }, { comment: null }])(
  'a person cannot write %j',
  async (triage) => {
    expect((await bench.control('POST', `${path}/da1_1/triage`, triage)).status).toBe(400);
  },
);

test('Defender finds more', async () => {
  const evidence = [{ entityType: 'Ip', ipAddress: '203.0.113.9' }];
  expect((await bench.control('POST', `${path}/da1_1/evidence`, { evidence })).body).toMatchObject({
    lastUpdateTime: later,
    evidence: [{ ipAddress: '203.0.113.9', evidenceCreationTime: later, sha1: null }],
  });
  expect((await bench.control('POST', `${path}/da1_1/evidence`, {})).status).toBe(400);
  expect((await bench.control('POST', `${path}/da2_2/triage`, {})).status).toBe(400);
});

test('alerts that only Graph knows', async () => {
  const graph = `tenants/${tenantId}/graph-alerts`;
  expect((await bench.control('POST', graph, { alerts: [{ id: 'x', title: 't' }] })).status).toBe(200);
  expect((await bench.control('POST', graph, { alerts: [{ id: 'y' }] })).status).toBe(400);
  expect((await bench.control('PATCH', `${graph}/x`, { severity: 'high' })).body).toMatchObject({
    ...{ severity: 'high', lastUpdateDateTime: later },
  });
  const triage = { status: 'resolved', determination: 'malware', comment: 'Done' };
  expect((await bench.control('POST', `${graph}/x/triage`, triage)).body).toMatchObject({
    ...{ status: 'resolved', determination: 'malware', resolvedDateTime: later },
    comments: [{ comment: 'Done', createdByDisplayName: 'ana@example.test' }],
  });
  expect((await bench.control('POST', `${graph}/da1_1/triage`, { status: 'inProgress' })).body).toMatchObject({
    id: 'da1_1',
  });
  expect((await bench.control('GET', path)).body).toMatchObject({ alerts: [{ status: 'InProgress' }] });
  for (const wrong of [{ status: 'Resolved' }, { title: 'x' }]) {
    expect((await bench.control('POST', `${graph}/x/triage`, wrong)).status).toBe(400);
  }
  expect((await bench.control('POST', `${graph}/z/triage`, {})).status).toBe(400);
  expect((await bench.control('DELETE', graph)).status).toBe(204);
  expect((await bench.control('GET', graph)).body).toEqual({ alerts: [] });
});
