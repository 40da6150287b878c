import { beforeEach, describe, expect, test } from 'vitest';
import { setUpHunting } from '../test-hunting.ts';
import { pc1 } from '../test-machines.ts';
import { tenantId } from '../test-world.ts';

const bench = setUpHunting();
const path = '/v1.0/security/alerts_v2';
const now = '2026-11-20T10:01:00.0000000Z';

beforeEach(async () => {
  const { alerts, graphAlerts, clock } = bench.control();
  alerts.clear(tenantId);
  alerts.seed(tenantId, [{ id: 'da1_1', machineId: pc1.id, title: 't' }]);
  graphAlerts.seed(tenantId, [{ id: 'x_aml', title: 't' }]);
  clock.advance(60_000);
  await bench.use(['SecurityAlert.ReadWrite.All']);
});

describe.each(['da1_1', 'x_aml'])('alert %s', (id) => {
  const patch = (body: unknown) => bench.call('PATCH', `${path}/${id}`, body);
  const comment = (body: unknown) => bench.call('POST', `${path}/${id}/comments`, body);

  test('is resolved and opened again', async () => {
    const body = { status: 'resolved', classification: 'truePositive', determination: 'malware', assignedTo: 'ben' };
    expect(await patch(body)).toMatchObject({
      ...{ status: 200, body: { ...body, id, resolvedDateTime: now, lastUpdateDateTime: now } },
    });
    expect((await bench.call('GET', `${path}/${id}`)).body).toMatchObject(body);
    expect((await patch({ status: 'inProgress', assignedTo: null, classification: 'unknown' })).body).toMatchObject({
      ...{ status: 'inProgress', assignedTo: null, classification: 'unknown', determination: 'malware' },
      resolvedDateTime: null,
    });
  });

  test.each([
    { status: 'Resolved' },
    { classification: 'true' },
    { determination: 'apt' },
    { comment: 'x' },
    { assignedTo: 1 },
    { title: 'x' },
    '[]',
  ])('refuses %j', async (body) => {
    expect(await patch(body)).toMatchObject({ status: 400, code: 'BadRequest' });
  });

  test('a PATCH of nothing changes nothing', async () => {
    expect((await patch({ '@odata.type': '#microsoft.graph.security.alert' })).body['lastUpdateDateTime']).not.toBe(
      now,
    );
  });

  test('takes comments of the app', async () => {
    const type = 'microsoft.graph.security.alertComment';
    const written = { comment: 'one', createdByDisplayName: 'Partner App', createdDateTime: now };
    expect(await comment({ '@odata.type': type, comment: 'one' })).toMatchObject({ status: 200, value: [written] });
    expect((await comment({ comment: 'two' })).value).toMatchObject([written, { comment: 'two' }]);
    expect((await bench.call('GET', `${path}/${id}`)).body).toMatchObject({ lastUpdateDateTime: now });
    for (const body of [{}, { comment: '' }, { '@odata.type': 'other', comment: 'x' }]) {
      expect(await comment(body)).toMatchObject({ status: 400, code: 'BadRequest' });
    }
  });
});

test('Defender shows what Graph has written', async () => {
  await bench.call('PATCH', `${path}/da1_1`, {
    status: 'resolved',
    classification: 'falsePositive',
    determination: 'notMalicious',
  });
  await bench.call('POST', `${path}/da1_1/comments`, { comment: 'one' });
  expect(bench.control().alerts.list(tenantId)).toMatchObject([
    {
      ...{ status: 'Resolved', classification: 'FalsePositive', determination: 'Clean', lastUpdateTime: now },
      ...{ resolvedTime: now, comments: [{ comment: 'one', createdBy: 'Partner App' }] },
    },
  ]);
  expect((await bench.call('GET', `${path}/da1_1`)).body['determination']).toBe('clean');
});

test('an unknown alert, and a role that only reads', async () => {
  expect(await bench.call('PATCH', `${path}/none`, {})).toMatchObject({ status: 404, code: 'NotFound' });
  expect(await bench.call('POST', `${path}/none/comments`, { comment: 'x' })).toMatchObject({ status: 404 });
  await bench.use(['SecurityAlert.Read.All']);
  expect((await bench.call('GET', `${path}/da1_1`)).status).toBe(200);
  expect((await bench.call('PATCH', `${path}/da1_1`, {})).status).toBe(403);
  expect((await bench.call('POST', `${path}/da1_1/comments`, { comment: 'x' })).status).toBe(403);
});
