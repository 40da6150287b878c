import { describe, expect, test } from 'vitest';
import { setUpMachineActions } from '../test-machine-actions.ts';
import { pc1, srv1 } from '../test-machines.ts';
import { tenantId } from '../test-world.ts';

const bench = setUpMachineActions();

async function send(method: string, path: string, body?: unknown) {
  const url = `${bench.simulator().origin}/_simulator/tenants/${tenantId}/${path}`;
  const response = await fetch(url, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  const text = await response.text();
  return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown> };
}

describe('actions', () => {
  test('of a person, of attack disruption, of long ago', async () => {
    const added = await send('POST', 'machine-actions', { type: 'Isolate', machineId: pc1.id, scope: 'Selective' });
    expect(added).toMatchObject({
      status: 200,
      body: {
        type: 'Isolate',
        scope: 'Selective',
        requestor: 'ana@example.test',
        requestSource: 'Portal',
        status: 'Pending',
      },
    });
    const disruption = {
      ...{
        type: 'Isolate',
        machineId: srv1.id,
        requestor: 'Microsoft Defender XDR',
        requestSource: 'AttackDisruption',
      },
      ...{ requestorComment: 'Attack disruption', creationDateTimeUtc: '2026-11-19T10:00:00Z' },
    };
    expect((await send('POST', 'machine-actions', disruption)).body).toMatchObject({
      ...{ requestor: 'Microsoft Defender XDR', requestSource: 'AttackDisruption', status: 'Succeeded' },
      ...{ creationDateTimeUtc: '2026-11-19T10:00:00.0000000Z', requestorComment: 'Attack disruption' },
    });
    const endless = { type: 'RunAntiVirusScan', machineId: pc1.id, outcome: { status: 'InProgress' } };
    await send('POST', 'machine-actions', endless);
    bench.pass(1_000_000_000);
    expect((await send('GET', 'machine-actions')).body['machineActions'] as object[]).toMatchObject([
      { type: 'RunAntiVirusScan', status: 'InProgress' },
      { type: 'Isolate', status: 'Succeeded', machineId: pc1.id },
      { type: 'Isolate', machineId: srv1.id },
    ]);
    expect((await send('GET', `machines/${srv1.id}/effects`)).body).toEqual({
      isolation: 'Full',
      isCodeRestricted: false,
    });
    expect((await send('DELETE', 'machine-actions')).status).toBe(204);
    expect((await send('GET', 'machine-actions')).body).toEqual({ machineActions: [] });
  });

  test('of every type', () => {
    const { machineActions } = bench.control();
    const quarantine = machineActions.add(tenantId, { type: 'StopAndQuarantineFile', machineId: pc1.id });
    expect(quarantine.relatedFileInfo?.fileIdentifier).toMatch(/^[0-9a-f]{40}$/);
    expect(machineActions.add(tenantId, { type: 'RunAntiVirusScan', machineId: pc1.id }).scope).toBe('Quick');
  });

  test.each([
    { type: 'Reboot', machineId: pc1.id },
    { type: 'Isolate', machineId: 'none' },
    { type: 'Isolate' },
    { type: 'Isolate', machineId: pc1.id, creationDateTimeUtc: 'soon' },
    { type: 'Isolate', machineId: pc1.id, outcome: { status: 'Done' } },
  ])('refuses %j', async (body) => {
    expect((await send('POST', 'machine-actions', body)).status).toBe(400);
  });

  test('end by hand', async () => {
    const first = String((await bench.start('Isolate')).body['id']);
    expect((await send('POST', `machine-actions/${first}/complete`)).body).toMatchObject({ status: 'Succeeded' });
    expect((await send('POST', `machine-actions/${first}/complete`)).status).toBe(400);
    const second = String((await bench.start('Isolate')).body['id']);
    const failed = await send('POST', `machine-actions/${second}/complete`, { status: 'Failed' });
    expect(failed.body).toMatchObject({ id: second, status: 'Failed' });
    const third = String((await bench.start('Isolate')).body['id']);
    expect((await send('POST', `machine-actions/${third}/complete`, { status: 'Pending' })).status).toBe(400);
    expect((await send('POST', `machine-actions/${third}/cancel`)).body).toMatchObject({
      ...{ status: 'Cancelled', cancellationRequestor: 'ana@example.test', cancellationComment: 'Not needed' },
    });
    expect((await bench.get(third)).body['status']).toBe('Cancelled');
    expect((await send('POST', 'machine-actions/none/cancel')).status).toBe(400);
  });
});

test('outcomes of the next actions', async () => {
  const outcome = { status: 'Failed', type: 'Isolate', machineId: pc1.id };
  expect((await send('POST', 'action-outcomes', outcome)).body).toEqual({ outcomes: [outcome] });
  expect((await send('GET', 'action-outcomes')).body).toEqual({ outcomes: [outcome] });
  expect((await send('POST', 'action-outcomes', { status: 'Done' })).status).toBe(400);
  const { body } = await bench.start('Isolate');
  bench.pass(5_000);
  expect((await bench.get(body['id'])).body['status']).toBe('Failed');
  await send('POST', 'action-outcomes', outcome);
  expect((await send('DELETE', 'action-outcomes')).status).toBe(204);
  expect((await send('GET', 'action-outcomes')).body).toEqual({ outcomes: [] });
});

test('settings of all machines and of one', async () => {
  const usual = { checkInMs: 2_000, workMs: 3_000, cancelMs: 0, isOffline: false, isRestricted: false };
  expect((await send('GET', 'action-settings')).body).toEqual(usual);
  expect((await send('PATCH', 'action-settings', { checkInMs: 10 })).body).toEqual({ ...usual, checkInMs: 10 });
  const ofPc1 = `machines/${pc1.id}/action-settings`;
  expect((await send('PATCH', ofPc1, { isOffline: true })).body).toEqual({ ...usual, checkInMs: 10, isOffline: true });
  expect((await send('GET', ofPc1)).body).toMatchObject({ isOffline: true });
  expect((await send('GET', 'action-settings')).body).toMatchObject({ isOffline: false });
  expect((await send('PATCH', ofPc1, { isSlow: true })).status).toBe(400);
  await send('DELETE', 'machine-actions');
  expect((await send('GET', ofPc1)).body).toEqual(usual);
});
