import { expect, test } from 'vitest';
import { pc1 } from '../test-machines.ts';
import { setUpControl } from '../test-control.ts';
import { startTestSimulator, tenantId } from '../test-world.ts';

const bench = setUpControl();
const row = { DeviceId: pc1.id, FileName: 'a.exe', Timestamp: '2026-11-20T09:30:05.7Z', ReportId: 3 };

test('alerts behind the API’s back', async () => {
  const path = `tenants/${tenantId}/alerts`;
  const alert = { id: 'da1_1', machineId: pc1.id, title: 't' };
  expect((await bench.control('POST', path, { alerts: [alert] })).status).toBe(200);
  await bench.control('PUT', 'clock', { now: '2026-11-20T10:00:00Z' });
  expect((await bench.control('PATCH', `${path}/da1_1`, { status: 'Resolved' })).body).toMatchObject({
    ...{ status: 'Resolved', lastUpdateTime: '2026-11-20T10:00:00.0000000Z' },
  });
  expect((await bench.control('PATCH', `${path}/da2_2`, {})).status).toBe(400);
  expect((await bench.control('PUT', path, { alerts: [{ title: 't' }] })).status).toBe(400);
  expect((await bench.control('DELETE', path)).status).toBe(204);
  expect((await bench.control('GET', path)).body).toEqual({ alerts: [] });
});

test('events of the hunting tables', async () => {
  const path = `tenants/${tenantId}/events`;
  const add = (body: object) => bench.control('POST', path, body);
  expect((await add({ table: 'DeviceFileEvents', rows: [row], visibleAt: '2026-11-20T09:35:00Z' })).body).toMatchObject(
    {
      events: [{ visibleAt: '2026-11-20T09:35:00.0000000Z', row: { Timestamp: '2026-11-20T09:30:05.7000000Z' } }],
    },
  );
  await add({ table: 'DeviceEvents', rows: [{ DeviceId: pc1.id }] });
  const replaced = await bench.control('PUT', path, { table: 'DeviceFileEvents', rows: [row, row] });
  expect(replaced.body['events']).toHaveLength(2);
  expect((await bench.control('GET', path)).body['events']).toHaveLength(3);
  for (const body of [
    { table: 'Devices', rows: [] },
    { table: 'DeviceEvents', rows: [{ Device: '1' }] },
    { table: 'DeviceEvents', rows: [{ Timestamp: 'now' }] },
    { table: 'DeviceEvents', rows: [{ RemotePort: 'x' }] },
    { table: 'DeviceEvents' },
  ]) {
    expect((await add(body)).status).toBe(400);
  }
  expect((await bench.control('DELETE', path)).status).toBe(204);
});

test('both can stand in the options of a tenant', async () => {
  const tenant = {
    tenantId,
    alerts: [{ machineId: pc1.id, title: 't' }],
    events: [{ table: 'DeviceEvents', rows: [row] }],
  };
  const refused = startTestSimulator({
    tenants: [{ ...tenant, events: [{ table: 'DeviceEvents', rows: [{ x: 1 }] }] }],
  });
  await expect(refused).rejects.toThrow(RangeError);
  const other = await startTestSimulator({ tenants: [tenant] });
  expect([other.control.alerts.list(tenantId).length, other.control.events.list(tenantId).length]).toEqual([1, 1]);
  await other.stop();
});
